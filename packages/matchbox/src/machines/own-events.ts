/** Events that nobody sends: what follows from what was seen of a machine. */
import type { MachineEvent } from './event.ts';
import type { Machine } from './machine.ts';
import type { IdentityChange } from './recognition.ts';

export function stateEvent(before: Machine, { id, state, stateReason, boot }: Machine, at: number): MachineEvent {
  const text = `was ${before.state}${stateReason === undefined ? '' : `: ${stateReason}`}`;
  return { kind: 'state', machine: id, at, what: state, state, text, ...(boot && { boot: boot.id }) };
}

export function loopEvent({ id, loop, boot }: Machine, at: number): MachineEvent {
  const text = `the same installation began ${loop!.starts} times and never ended`;
  return { kind: 'loop', machine: id, at, what: 'loop', text, ...(boot && { boot: boot.id }) };
}

export function identityEvent(change: IdentityChange, at: number): MachineEvent {
  return { kind: 'identity', machine: change.machine, at, what: change.kind, text: identityText(change) };
}

function identityText(change: IdentityChange): string {
  switch (change.kind) {
    case 'new':
      return 'seen for the first time';
    case 'merged':
      return `${change.absorbed.id} (${change.absorbed.macs.join(', ')}) is the same machine`;
    case 'collision':
      return `may be mixed up with ${change.other}: ${change.about}`;
    case 'distrusted':
      return `its UUID ${change.uuid} is another machine's too (${change.other}): told apart by MAC address from now on`;
  }
}
