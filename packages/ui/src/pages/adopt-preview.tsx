/** What a machine would get if it were adopted like this; nothing is written yet. */
import { foresight } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { Waiting } from '../parts/notice.tsx';
import { Block, Text } from '../parts/text.tsx';
import { readable, textOf } from '../text/bytes.ts';
import type { DraftFile } from './config-draft.ts';

const typingMs = 400;

/** @property draft undefined while what is typed is none */
export function AdoptPreview({ query, draft }: { readonly query: string; readonly draft: DraftFile | undefined }) {
  const said = draft && new TextDecoder().decode(draft.content);
  const asked = useAsked(
    async (signal) => (draft ? await foresight.answers({ query, draft: [draft] }, { signal }) : undefined),
    [query, said],
    typingMs,
  );
  const found = asked.value;
  const answers = (found?.answers ?? []).filter(({ status }) => status !== 404);
  return (
    <section aria-labelledby="adopt-preview">
      <h3 id="adopt-preview">What it would get</h3>
      <Waiting asked={asked} what="the preview" />
      {found && draft && found.group !== draft.name && (
        <p class="warning">
          {found.group === '' ? (
            'This group would not match it.'
          ) : (
            <>
              Not this group, but <Text>{found.group}</Text> would answer it.
            </>
          )}
        </p>
      )}
      {answers
        .filter(({ status }) => status >= 500)
        .map(({ endpoint, status, message, position }) => (
          <p key={endpoint} class="fault">
            {endpoint} would fail ({status}): <Text>{`${position === '' ? '' : `${position}: `}${message}`}</Text>
          </p>
        ))}
      {answers
        .filter(({ status }) => status < 500)
        .map(({ endpoint, status, body }) => (
          <details key={endpoint}>
            <summary>
              {endpoint} <small>{status}</small>
            </summary>
            <Block label={`${endpoint} once it is adopted`}>{readable(textOf(body) ?? '')}</Block>
          </details>
        ))}
    </section>
  );
}
