/** What is wrong with a draft: what this browser found, and what the server found in the files that it has to do with. */
import { foresight } from '../api/clients.ts';
import type { Remark } from '../edit/check-text.ts';
import { useAsked } from '../live/ask.ts';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Text } from '../parts/text.tsx';
import type { DraftFile } from './config-draft.ts';

const typingMs = 500;

export interface FindingsProps {
  readonly draft: DraftFile;
  readonly remarks: readonly Remark[];
  /** Drafts are for operators. */
  readonly mayAsk: boolean;
}

export function Findings({ draft, remarks, mayAsk }: FindingsProps) {
  const asked = useAsked(
    async (signal) => (mayAsk ? (await foresight.check({ draft: [draft] }, { signal })).findings : []),
    [draft, mayAsk],
    typingMs,
  );
  const found = asked.value ?? [];
  const count = remarks.length + found.length;
  return (
    <Section id="findings" title="Checks">
      <p role="status">
        {count === 0 && asked.value
          ? 'Nothing is wrong with it.'
          : count > 0
            ? `${count} ${count === 1 ? 'remark' : 'remarks'}`
            : ''}
      </p>
      <Waiting asked={asked} what="the server’s checks" />
      <ul class="findings">
        {remarks.map(({ line, column, severity, message }) => (
          <li key={`${line}:${column} ${message}`}>
            <strong>{severity}</strong> line {line}: <Text>{message}</Text>
          </li>
        ))}
        {found.map(({ file, line, column, severity, rule, message, known }) => (
          <li key={`${file}:${line}:${column} ${rule} ${message}`}>
            <strong>{severity}</strong> <Text>{`${file}:${line}:${column}: ${message}`}</Text>{' '}
            <small>
              ({rule}
              {known ? ', as before' : ''})
            </small>
          </li>
        ))}
      </ul>
    </Section>
  );
}
