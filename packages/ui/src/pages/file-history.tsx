/** Who changed a file, the newest first; asked when somebody wants to see it. */
import { useSignal } from '@preact/signals';
import { files } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { UnifiedDiff } from '../parts/diff.tsx';
import { Waiting } from '../parts/notice.tsx';
import { Text } from '../parts/text.tsx';
import { Moment } from '../parts/time.tsx';

interface FileHistoryProps {
  readonly kind: string;
  readonly name: string;
  /** Another one when it was saved. */
  readonly revision: string;
}

export function FileHistory(props: FileHistoryProps) {
  const isOpen = useSignal(false);
  return (
    <details
      open={isOpen.value}
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>History</summary>
      {isOpen.value && <Entries {...props} />}
    </details>
  );
}

function Entries({ kind, name, revision }: FileHistoryProps) {
  const asked = useAsked((signal) => files.fileHistory({ kind, name }, { signal }), [kind, name, revision]);
  const found = asked.value;
  return (
    <>
      <Waiting asked={asked} what="the history" />
      {found && found.fault !== '' && (
        <p class="hint">
          <Text>{found.fault}</Text>
        </p>
      )}
      {found?.fault === '' && found.entries.length === 0 && (
        <p class="hint">Nothing was changed through this server, says the {found.source}.</p>
      )}
      <ol class="audit" aria-label="Changes of this file">
        {found?.entries.map(({ time, subject, method, diff }) => (
          <li key={`${time} ${method}`}>
            <details>
              <summary>
                {Number.isNaN(Date.parse(time)) ? <Text>{time}</Text> : <Moment ms={Date.parse(time)} />}{' '}
                <Text>{subject}</Text>{' '}
                <small>
                  <Text>{method}</Text>
                </small>
              </summary>
              <UnifiedDiff text={diff} label={`Change of ${time}`} />
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}
