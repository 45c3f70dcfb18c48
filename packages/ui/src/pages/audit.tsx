/** Who changed what: the newest lines of the audit log. */
import { site } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { Copy } from '../parts/copy.tsx';
import { UnifiedDiff } from '../parts/diff.tsx';
import { Empty, Waiting } from '../parts/notice.tsx';
import { Text } from '../parts/text.tsx';
import { Moment } from '../parts/time.tsx';
import { auditCommand } from '../text/command.ts';

const shown = 200;

export function Audit() {
  const asked = useAsked((signal) => site.auditList({ limit: shown }, { signal }), []);
  return (
    <>
      <div class="title-row">
        <h1>Audit</h1>
        <button type="button" class="small" onClick={asked.again}>
          Ask again
        </button>
        {asked.value && asked.value.file !== '' && (
          <Copy isMark text={() => auditCommand(asked.value!.file, shown)}>
            Copy as command, for the server’s host
          </Copy>
        )}
      </div>
      <Waiting asked={asked} what="the audit log" />
      {asked.value && asked.value.fault !== '' && (
        <Empty title="There is no audit log to show">
          <p>
            <Text>{asked.value.fault}</Text>
          </p>
          <p>Orders to machines are in each machine’s story all the same.</p>
        </Empty>
      )}
      {asked.value && asked.value.fault === '' && asked.value.entries.length === 0 && (
        <Empty title="Nothing was changed yet">
          <p>Every change over the API and this page is a line here.</p>
        </Empty>
      )}
      <ol class="audit">
        {asked.value?.entries.map(({ time, subject, method, object, outcome, error, diff, detail }, index) => (
          <li key={`${time} ${index}`}>
            <p>
              {Number.isNaN(Date.parse(time)) ? <Text>{time}</Text> : <Moment ms={Date.parse(time)} />}{' '}
              <strong>
                <Text>{subject}</Text>
              </strong>{' '}
              <code>
                <Text>{method}</Text>
              </code>{' '}
              <Text>{`${object}${detail === '' ? '' : ` (${detail})`}`}</Text>:{' '}
              <strong>
                <Text>{outcome === 'begun' ? 'begun, and its end is not written down' : outcome}</Text>
              </strong>{' '}
              <Text>{error}</Text>
            </p>
            {diff !== '' && (
              <details>
                <summary>What was changed</summary>
                <UnifiedDiff text={diff} label={`Change of ${object}`} />
              </details>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}
