/** One rollout: its bounds, its machines, what was ordered. */
import type { RolloutGetResponse, RolloutPlan } from 'matchbox/api';
import { rollouts } from '../api/clients.ts';
import { useFollowed } from '../live/followed.ts';
import { Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Text } from '../parts/text.tsx';
import { Ago, Moment } from '../parts/time.tsx';
import { Title } from '../parts/title.tsx';
import { go, machinePath, machinesPath } from '../route.ts';
import { rolloutCommand } from '../text/command.ts';
import { duration } from '../text/time.ts';
import { visible } from '../text/visible.ts';
import { RolloutActions } from './rollout-actions.tsx';
import { ProfileLink, RolloutState } from './rollouts.tsx';

export function RolloutView({ name }: { readonly name: string }) {
  const asked = useFollowed((signal) => rollouts.rolloutGet({ name }, { signal }), [name]);
  const found = asked.value?.rollout;
  return (
    <>
      <p>
        <a href="/rollouts">Rollouts</a>
      </p>
      <Title command={() => rolloutCommand(name)}>
        <Text>{name}</Text>
      </Title>
      <Waiting asked={asked} what={`rollout ${visible(name)}`} />
      {found && (
        <>
          <p class="lead">
            <RolloutState rollout={found} />
          </p>
          <RolloutActions
            rollout={found}
            onDone={(action) => (action === 'remove' ? go('/rollouts') : asked.again())}
          />
          <p>
            {found.begun} on their way, {found.succeeded} succeeded, {found.failed} failed.
          </p>
          {found.plan && <Plan plan={found.plan} />}
        </>
      )}
      {asked.value && <Members members={asked.value.members} />}
      {asked.value && <Steps steps={asked.value.steps} />}
    </>
  );
}

function Plan({ plan }: { readonly plan: RolloutPlan }) {
  const { from, to, query, canaries = 1, atOnce, perHour, maxFailures, timeoutMs, success, doneAfter } = plan;
  const bounds = [
    `${canaries} first`,
    `${atOnce} at once`,
    perHour === 0 ? '' : `${perHour} an hour`,
    `paused after ${maxFailures} ${maxFailures === 1 ? 'failure' : 'failures'}`,
    `${success} within ${duration(Number(timeoutMs))}`,
    doneAfter === 0 ? '' : `done after ${doneAfter}`,
  ].filter((part) => part !== '');
  return (
    <dl class="pairs">
      <div>
        <dt>Profiles</dt>
        <dd>
          <ProfileLink id={to} /> instead of <ProfileLink id={from} />
        </dd>
      </div>
      <div>
        <dt>For</dt>
        <dd>
          {query === '' ? (
            'every machine whose group names the old one'
          ) : (
            <a href={machinesPath(query)}>
              <Text>{query}</Text>
            </a>
          )}
        </dd>
      </div>
      <div>
        <dt>Bounds</dt>
        <dd>{bounds.join(', ')}</dd>
      </div>
    </dl>
  );
}

function Members({ members }: { readonly members: RolloutGetResponse['members'] }) {
  return (
    <Section id="members" title="Machines that began">
      {members.length === 0 ? (
        <p>None yet: a machine begins when it asks for its boot script, and the bounds allow it.</p>
      ) : (
        <Table titles={['Machine', 'State', 'Began', 'Why']}>
          {members.map(({ machine, name, state, begunMs, reason, returned }) => (
            <tr key={machine}>
              <td>
                <a href={machinePath(machine)}>
                  <Text>{name}</Text>
                </a>
              </td>
              <td>{returned ? `${state} (has the old profile again)` : state}</td>
              <td>
                <Ago ms={begunMs} />
              </td>
              <td>
                <Text>{reason}</Text>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

function Steps({ steps }: { readonly steps: RolloutGetResponse['steps'] }) {
  return (
    <Section id="steps" title="What was ordered">
      <ol class="feed" aria-label="Orders, the newest first">
        {steps.map(({ atMs, what, actor, text }) => (
          <li key={`${atMs} ${what}`}>
            <Moment ms={atMs} /> <Text>{`${what}${actor === '' ? '' : ` by ${actor}`}`}</Text> <Text>{text}</Text>
          </li>
        ))}
      </ol>
    </Section>
  );
}
