/** What a draft would change for whom, the worst first. */
import type { ImpactChange, ImpactNetwork, ImpactResponse } from 'matchbox/api';
import { UnifiedDiff } from '../parts/diff.tsx';
import { Text } from '../parts/text.tsx';

const bad = new Set(['error', 'hold', 'lost']);

export function ImpactView({ impact }: { readonly impact: ImpactResponse }) {
  const { machines, changed, counts, changes, changeCount, broken, networks, knownMachinesLeftOut } = impact;
  const topics = counts.map(({ topic, machines: count }) => `${count.toLocaleString('en')} ${topic}`).join(', ');
  return (
    <div class="impact">
      <p>
        <strong>
          {changed === 0
            ? `Nothing changes for ${machines.toLocaleString('en')} machines.`
            : `${changed.toLocaleString('en')} of ${machines.toLocaleString('en')} machines get something else: ${topics}.`}
        </strong>{' '}
        Compared were those that groups name and those that are known.
      </p>
      {knownMachinesLeftOut > 0 && (
        <p class="warning">{knownMachinesLeftOut.toLocaleString('en')} known machines were not compared.</p>
      )}
      {broken.map((line) => (
        <p key={line} class="fault">
          Would be broken: <Text>{line}</Text>
        </p>
      ))}
      {networks.map((network) => (
        <Network key={network.network} network={network} />
      ))}
      {changes.map((change, index) => (
        <Change key={`${change.verdict} ${index}`} change={change} isOpen={index === 0 || bad.has(change.verdict)} />
      ))}
      {changeCount > changes.length && <p>{changeCount - changes.length} more kinds of changes.</p>}
    </div>
  );
}

/** Whether machines would break, wait or lose an answer. */
export function isAlarming({ changes, broken }: ImpactResponse): boolean {
  return broken.length > 0 || changes.some(({ verdict }) => bad.has(verdict));
}

/** What machines are told before they ask for anything else: the network's address, mode, ranges. */
function Network({ network: { network, is, fields, machines, machineCount } }: { readonly network: ImpactNetwork }) {
  const reserved = `${machineCount.toLocaleString('en')} ${machineCount === 1 ? 'machine' : 'machines'}`;
  return (
    <details open>
      <summary>
        Network <Text>{network}</Text> is {is}
        {machineCount > 0 && `: ${reserved} with a reserved address in it`}
      </summary>
      <ul>
        {fields.map(({ field, before, after }) => (
          <li key={field}>
            <Text>{`${field}: ${before || 'not set'} → ${after || 'not set'}`}</Text>
          </li>
        ))}
      </ul>
      {machines.length > 0 && (
        <p>
          <Text>{namesOf(machines.slice(0, shownMachines))}</Text>
          {machineCount > shownMachines && ` and ${(machineCount - shownMachines).toLocaleString('en')} more`}
        </p>
      )}
    </details>
  );
}

const shownMachines = 6;

function namesOf(machines: readonly string[]): string {
  return machines.map((query) => query || '(machines of a default group)').join(' · ');
}

function Change({ change, isOpen }: { readonly change: ImpactChange; readonly isOpen: boolean }) {
  const { verdict, words, topics, endpoints, diff, machines, machineCount, message } = change;
  return (
    <details open={isOpen} class={bad.has(verdict) ? 'bad' : ''}>
      <summary>
        {machineCount.toLocaleString('en')} {machineCount === 1 ? 'machine' : 'machines'} {words}: {topics.join(', ')} (
        {endpoints.join(', ')})
      </summary>
      {message !== '' && (
        <p class={bad.has(verdict) ? 'fault' : 'hint'}>
          <Text>{message}</Text>
        </p>
      )}
      <p>
        <Text>{namesOf(machines.slice(0, shownMachines))}</Text>
        {machineCount > shownMachines && ` and ${(machineCount - shownMachines).toLocaleString('en')} more`}
      </p>
      {machines.length > shownMachines && (
        <details>
          <summary>The first {machines.length}</summary>
          <Text>{namesOf(machines)}</Text>
        </details>
      )}
      {diff !== '' && <UnifiedDiff text={diff} label={`What changes in ${endpoints.join(', ')}`} />}
    </details>
  );
}
