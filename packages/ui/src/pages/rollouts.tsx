/** Rollouts: which profiles are given to a few machines first, how each fares, and the orders that stop one. */
import type { Rollout } from 'matchbox/api';
import { rollouts } from '../api/clients.ts';
import { useFollowed } from '../live/followed.ts';
import { Copy } from '../parts/copy.tsx';
import { Empty, Waiting } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { Text } from '../parts/text.tsx';
import { Ago } from '../parts/time.tsx';
import { Title } from '../parts/title.tsx';
import { configPath, rolloutPath } from '../route.ts';
import { visible } from '../text/visible.ts';
import { BeginRollout } from './begin-rollout.tsx';
import { RolloutActions } from './rollout-actions.tsx';

const createCommand = 'bootcmd rollout create NAME --from OLD-PROFILE --to NEW-PROFILE';

export function RolloutList() {
  const asked = useFollowed((signal) => rollouts.rolloutList({}, { signal }));
  const found = asked.value?.rollouts;
  return (
    <>
      <Title command={() => 'bootcmd rollout list'}>Rollouts</Title>
      <p>
        <BeginRollout />
      </p>
      <Waiting asked={asked} what="rollouts" />
      {found?.length === 0 && (
        <Empty title="Nothing is rolled out">
          <p>
            A rollout gives a new profile to a few machines first, and to the others once those run. Write the new
            profile under <a href="/config/profiles">Profiles</a>, then begin one here, or: <code>{createCommand}</code>
          </p>
          <Copy isMark text={() => createCommand}>
            Copy the command
          </Copy>
        </Empty>
      )}
      {found && found.length > 0 && (
        <Table titles={titles} label="Rollouts">
          {found.map((rollout) => (
            <Row key={rollout.plan?.name} rollout={rollout} onDone={asked.again} />
          ))}
        </Table>
      )}
    </>
  );
}

const titles = ['Rollout', 'From', 'To', 'State', 'On their way', 'Succeeded', 'Failed', 'Orders'];

function Row({ rollout, onDone }: { readonly rollout: Rollout; readonly onDone: () => void }) {
  const { plan, begun, succeeded, failed } = rollout;
  const { name = '', from = '', to = '' } = plan ?? {};
  return (
    <tr>
      <th scope="row">
        <a href={rolloutPath(name)}>
          <Text>{name}</Text>
        </a>
      </th>
      <td>
        <ProfileLink id={from} />
      </td>
      <td>
        <ProfileLink id={to} />
      </td>
      <td>
        <RolloutState rollout={rollout} />
      </td>
      <td>{begun}</td>
      <td>{succeeded}</td>
      <td>{failed}</td>
      <td>
        <RolloutActions rollout={rollout} onDone={onDone} />
      </td>
    </tr>
  );
}

export function ProfileLink({ id }: { readonly id: string }) {
  return (
    <a href={configPath('profiles', id)}>
      <Text>{id}</Text>
    </a>
  );
}

/** Icons, and colours of machines' states that mean the like. */
const marks: ReadonlyMap<string, readonly [icon: string, colour: string]> = new Map([
  ['running', ['▶', 'booting']],
  ['paused', ['‖', 'stalled']],
  ['aborted', ['✖', 'failed']],
  ['done', ['●', 'running']],
]);

export function RolloutState({
  rollout: { state, stateReason, stateSinceMs, obstacle },
}: {
  readonly rollout: Rollout;
}) {
  const [icon, colour] = marks.get(state) ?? ['?', 'unknown'];
  return (
    <>
      <span class={`state state-${colour}`}>
        <span aria-hidden="true">{icon}</span> {visible(state)}
      </span>{' '}
      <Ago ms={stateSinceMs} />
      {stateReason !== '' && (
        <>
          : <Text>{stateReason}</Text>
        </>
      )}
      {obstacle !== '' && state === 'running' && (
        <>
          {' '}
          <small>
            none begins now: <Text>{obstacle}</Text>
          </small>
        </>
      )}
    </>
  );
}
