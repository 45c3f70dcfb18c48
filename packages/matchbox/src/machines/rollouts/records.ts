/** What is kept of rollouts and their machines, and told of them: keys and puts of the state store's table, events. */
import type { MachineEvent } from '../event.ts';
import type { StatePut } from '../state-store.ts';
import type { Member, Rollout } from './rollout.ts';

export function memberKey({ name }: Pick<Rollout, 'name'>, machine: string): string {
  return `${name}/${machine}`;
}

/** Of a key of the table; `machine` is undefined where it is that of a rollout itself. */
export function readKey(key: string): { readonly name: string; readonly machine: string | undefined } {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key, machine: undefined } : { name: key.slice(0, slash), machine: key.slice(slash + 1) };
}

export function memberPut(rollout: Rollout, member: Member): StatePut {
  return { table: 'rollouts', key: memberKey(rollout, member.machine), value: member };
}

export function rolloutPut(rollout: Rollout): StatePut {
  return { table: 'rollouts', key: rollout.name, value: rollout };
}

export function removal(key: string): StatePut {
  return { table: 'rollouts', key, value: undefined };
}

/** Of a rollout itself: under an id of its own beside the machines’. */
export function rolloutStory(name: string): string {
  return `r-${name}`;
}

export function ownEvent(
  { name, to }: Rollout,
  rest: Pick<MachineEvent, 'at' | 'what' | 'actor' | 'text'>,
): MachineEvent {
  return { kind: 'rollout', machine: rolloutStory(name), rollout: name, profile: to, ...rest };
}

export function memberEvent({ name, from, to }: Rollout, member: Member, what: string, at: number): MachineEvent {
  return {
    kind: 'rollout',
    machine: member.machine,
    at,
    what,
    rollout: name,
    profile: what === 'returned' ? from : to,
    ...(member.reason !== '' && { text: member.reason }),
  };
}
