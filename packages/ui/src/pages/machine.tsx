/** One machine: where it is on its way, why it gets what it gets, what it got, and what can be ordered. */
import { useSignal } from '@preact/signals';
import type { Machine, MachineDiagnosis, MachineEvent } from 'matchbox/api';
import { useEffect } from 'preact/hooks';
import { machines, site } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { now } from '../live/clock.ts';
import { onChanges, snapshotsWanted } from '../live/feed.ts';
import { Copy } from '../parts/copy.tsx';
import { refusalOf, Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { State } from '../parts/state.tsx';
import { Table } from '../parts/table.tsx';
import { Text } from '../parts/text.tsx';
import { Ago, Moment } from '../parts/time.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { configPath, machinePath } from '../route.ts';
import { machineCommand } from '../text/command.ts';
import { queryOfLabels } from '../text/machine-query.ts';
import { titleOf } from '../text/machine-title.ts';
import { visible } from '../text/visible.ts';
import { Adopt } from './adopt.tsx';
import { Answers } from './answers.tsx';
import { wordsOf } from './event-words.ts';
import { MachineActions } from './machine-actions.tsx';
import { Why } from './why.tsx';

const refreshMs = 1000;
const shownEvents = 100;

export function MachineView({ name }: { readonly name: string }) {
  const round = useSignal(0);
  const got = useAsked(
    (signal) => machines.machineGet({ name }, { signal }),
    [name, round.value, snapshotsWanted.value],
  );
  const machine = got.value?.machine;
  const title = machine && titleOf(machine);
  const id = machine?.id ?? '';
  const events = useAsked(
    async (signal) =>
      id === '' ? [] : (await machines.machineEvents({ name: id, limit: shownEvents }, { signal })).events,
    [id, round.value, snapshotsWanted.value],
  );
  const status = useAsked((signal) => site.siteStatus({}, { signal }), []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = onChanges((changed, happened) => {
      if (!changed.some((each) => each.id === id) && !happened.some((event) => event.machine === id)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        round.value++;
      }, refreshMs);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [id]);
  useEffect(() => {
    if (title !== undefined) document.title = `${visible(title)} · Matchbox`;
  }, [title]);
  if (machine === undefined)
    return (
      <>
        <h1>
          <Text>{name}</Text>
        </h1>
        <Waiting asked={got} what={`machine ${visible(name)}`} />
      </>
    );
  const query = queryOfLabels(machine.labels);
  return (
    <>
      <Head machine={machine} />
      <MachineActions machine={machine} rights={got.value?.rights ?? []} onDone={() => void round.value++} />
      <Diagnoses diagnoses={got.value?.diagnoses ?? []} isInbox={machine.inbox} />
      {machine.boot && machine.boot.steps.length > 0 && (
        <Section id="timeline" title="Its way">
          <Timeline
            boot={machine.boot}
            nowMs={now.value}
            isOver={['running', 'installed', 'failed'].includes(machine.state)}
          />
        </Section>
      )}
      <Why query={query} round={round.value} />
      {machine.inbox && (
        <Adopt
          key={machine.id}
          machine={machine}
          refusal={refusalOf(got.value?.rights ?? [], 'adopt')}
          round={round.value}
          onDone={() => void round.value++}
        />
      )}
      <Answers
        query={query}
        events={events.value ?? []}
        publicUrl={status.value?.publicUrl ?? ''}
        round={round.value}
      />
      <Identity machine={machine} />
      <Story events={events.value ?? []} id={machine.id} />
      <Waiting asked={events} what="its story" />
    </>
  );
}

function Head({ machine }: { readonly machine: Machine }) {
  const { id, state, stateReason, stateSinceMs, lastSeenMs, orders, loop, collisions, installed } = machine;
  const { group, profile, inbox } = machine;
  return (
    <>
      <div class="title-row">
        <h1>
          <Text>{titleOf(machine)}</Text>
        </h1>
        <Copy isMark text={() => machineCommand('show', id)}>
          Copy as command
        </Copy>
        <Copy text={() => `${location.origin}${machinePath(id)}`}>Copy link</Copy>
      </div>
      <p class="lead">
        <State state={state} /> since <Moment ms={stateSinceMs} /> (<Ago ms={stateSinceMs} />)
        {stateReason !== '' && (
          <>
            : <Text>{stateReason}</Text>
          </>
        )}
        . Last seen <Ago ms={lastSeenMs} />, <Moment ms={lastSeenMs} />.
      </p>
      {group !== '' && (
        <p>
          {inbox ? 'It falls to the group ' : 'Group '}
          <a href={configPath('groups', group)}>
            <Text>{group}</Text>
          </a>
          {profile !== '' && (
            <>
              , profile{' '}
              <a href={configPath('profiles', profile)}>
                <Text>{profile}</Text>
              </a>
            </>
          )}
          .
        </p>
      )}
      {orders?.hold && (
        <p class="warning">
          Held: <Text>{orders.hold}</Text>
        </p>
      )}
      {orders?.disk && <p class="warning">Boots from disk, since an operator ordered it.</p>}
      {orders?.reinstall && <p class="warning">Will be reinstalled ({orders.reinstall}).</p>}
      {loop && (
        <p class="warning">
          A loop: the same installation began {loop.starts} times since <Moment ms={loop.sinceMs} /> and never ended.
          Hold it, boot it from disk, or release it once the cause is mended.
        </p>
      )}
      {collisions.length > 0 && (
        <p class="warning">
          May be mixed up with{' '}
          {collisions.map((other) => (
            <a key={other} href={machinePath(other)}>
              {other}{' '}
            </a>
          ))}
        </p>
      )}
      {installed && (
        <p>
          Installed <Ago ms={installed.atMs} />, <Moment ms={installed.atMs} />, as{' '}
          {installed.by === 'report' ? 'it reported' : 'an operator said'}.
        </p>
      )}
    </>
  );
}

function Diagnoses({
  diagnoses,
  isInbox,
}: {
  readonly diagnoses: readonly MachineDiagnosis[];
  readonly isInbox: boolean;
}) {
  if (diagnoses.length === 0) return null;
  return (
    <Section id="doctor" title="What may be wrong">
      {diagnoses.map(({ code, sinceMs, evidence, causes, check }) => (
        <div key={code} class="diagnosis">
          <p>
            Since <Moment ms={sinceMs} />. What was seen:
          </p>
          <ul>{evidence.map(lineItem)}</ul>
          <p>Causes, the likeliest first:</p>
          <ol>{causes.map(lineItem)}</ol>
          <p>
            <strong>Look next:</strong>{' '}
            {code === 'no_group' && isInbox ? (
              <>
                <a href="#why">the groups that came near</a>; <a href="#adopt">Adopt</a> makes a group for it
              </>
            ) : (
              <Text>{check}</Text>
            )}
          </p>
        </div>
      ))}
    </Section>
  );
}

function lineItem(line: string) {
  return (
    <li key={line}>
      <Text>{line}</Text>
    </li>
  );
}

function Identity({ machine }: { readonly machine: Machine }) {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['Id', [machine.id]],
    ['Host name', [machine.hostname]],
    ['MAC addresses', machine.macs],
    ['UUIDs', machine.uuids],
    ['Serial numbers', machine.serials],
    ['Addresses', machine.addresses],
  ];
  return (
    <Section id="identity" title="Who it is">
      <dl class="pairs">
        {rows
          .filter(([, values]) => values.some((value) => value !== ''))
          .map(([title, values]) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>
                <Text>{values.join(', ')}</Text>
              </dd>
            </div>
          ))}
        <div>
          <dt>First seen</dt>
          <dd>
            <Moment ms={machine.firstSeenMs} />
          </dd>
        </div>
      </dl>
      <h3>Labels that it sent</h3>
      {machine.labels.length === 0 ? (
        <p>None.</p>
      ) : (
        <dl class="pairs">
          {machine.labels.map(({ key, value }) => (
            <div key={key}>
              <dt>
                <Text>{key}</Text>
              </dt>
              <dd>
                <Text>{value}</Text>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

function Story({ events, id }: { readonly events: readonly MachineEvent[]; readonly id: string }) {
  return (
    <Section
      id="story"
      title="Story"
      beside={
        <Copy isMark text={() => machineCommand('events', id)}>
          Copy as command
        </Copy>
      }
    >
      {events.length >= shownEvents && <p class="hint">The newest {shownEvents} events; the command has all.</p>}
      <Table titles={['When', 'What', 'From']}>
        {events.map((event) => (
          <tr key={String(event.seq)} id={`event-${event.seq}`}>
            <td>
              <Moment ms={event.atMs} />
            </td>
            <td>
              <Text>{wordsOf(event)}</Text>
            </td>
            <td>
              <Text>{event.address || event.actor}</Text>
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}
