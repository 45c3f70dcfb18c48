/** Why a machine gets its group: how it was decided, what came near, what would have to be otherwise. */
import type { ExplainedChoice, ExplainedGroup, Variable } from 'matchbox/api';
import { foresight } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { Copy } from '../parts/copy.tsx';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Text } from '../parts/text.tsx';
import { configPath } from '../route.ts';
import { explainCommand } from '../text/command.ts';

/** @property round asked anew when it changes */
export function Why({ query, round }: { readonly query: string; readonly round: number }) {
  const asked = useAsked(
    async (signal) => JSON.parse((await foresight.explain({ query }, { signal })).json) as ExplainedChoice,
    [query, round],
  );
  const found = asked.value;
  return (
    <Section
      id="why"
      title="Group, and why"
      beside={
        <Copy isMark text={() => explainCommand(query)}>
          Copy as command
        </Copy>
      }
    >
      <Waiting asked={asked} what="the reasons" />
      {found && (
        <>
          <p>
            {found.group ? (
              <>
                Group <GroupLink group={found.group} />, profile{' '}
                <a href={configPath('profiles', found.group.profile)}>
                  <Text>{found.group.profile}</Text>
                </a>
                .{' '}
              </>
            ) : (
              'No group. '
            )}
            <Text>{found.why}</Text>
          </p>
          {found.broken.map(({ position, message, effect }) => (
            <p key={position} class="warning">
              <Text>{`${position}: ${message}`}</Text> (
              {effect === 'holds'
                ? 'it waits for this file'
                : effect === 'last_good'
                  ? 'its last good version is in force'
                  : 'nothing of it is in force'}
              )
            </p>
          ))}
          {found.notes.map((note) => (
            <p key={note} class="hint">
              <Text>{note}</Text>
            </p>
          ))}
          <NearMisses found={found} />
          <Variables variables={found.variables} missing={found.missing} />
        </>
      )}
    </Section>
  );
}

function GroupLink({ group: { id, selector } }: { readonly group: ExplainedGroup }) {
  const words = Object.entries(selector).map(([label, value]) => `${label}=${value}`);
  return (
    <>
      <a href={configPath('groups', id)}>
        <Text>{id}</Text>
      </a>{' '}
      (<Text>{words.length === 0 ? 'no selectors: a default' : words.join(', ')}</Text>)
    </>
  );
}

const shownNearMisses = 5;

function NearMisses({ found }: { readonly found: ExplainedChoice }) {
  if (found.nearMisses.length === 0) return null;
  return (
    <details open={found.outcome !== 'group' || Object.keys(found.group?.selector ?? {}).length === 0}>
      <summary>
        {found.nearMissCount.toLocaleString('en')} {found.nearMissCount === 1 ? 'group' : 'groups'} came near, and would
        win
        {found.nearMissCount > shownNearMisses && `; the nearest ${shownNearMisses}:`}
      </summary>
      <ul>
        {found.nearMisses.slice(0, shownNearMisses).map((near) => (
          <li key={near.id}>
            <GroupLink group={near} />
            <ul>
              {near.missed.map(({ label, wanted, sent, message }) => (
                <li key={label}>
                  <Text>{`${label}: wanted ${wanted}, ${sent === undefined ? 'nothing was sent' : `sent ${sent}`}`}</Text>
                  {message !== '' && (
                    <>
                      {' '}
                      – <Text>{message}</Text>
                    </>
                  )}
                </li>
              ))}
            </ul>
          </li>
        ))}
        {found.nearMissCount > shownNearMisses && (
          <li>{(found.nearMissCount - shownNearMisses).toLocaleString('en')} more</li>
        )}
      </ul>
    </details>
  );
}

function Variables({
  variables,
  missing,
}: {
  readonly variables: readonly Variable[];
  readonly missing: ExplainedChoice['missing'];
}) {
  return (
    <details>
      <summary>What its templates see: {variables.length} variables</summary>
      {missing.length > 0 && (
        <p class="warning">
          Named by templates and set by nobody: <Text>{missing.map(({ name }) => name).join(', ')}</Text>
        </p>
      )}
      <Table titles={['Variable', 'Value', 'From']}>
        {variables.map(({ name, value, source, position }) => (
          <tr key={name}>
            <td>
              <Text>{name}</Text>
            </td>
            <td>
              <Text>{typeof value === 'string' ? value : JSON.stringify(value)}</Text>
            </td>
            <td>
              <Text>{position ?? source}</Text>
            </td>
          </tr>
        ))}
      </Table>
    </details>
  );
}
