/** What becomes of machines that began: what they were served, what they reported or did not, and what that does to the rollout. */
import type { MachineEvent } from '../event.ts';
import type { RolloutParts } from './parts.ts';
import { memberEvent, memberKey, ownEvent } from './records.ts';
import type { Roll } from './roll.ts';
import {
  isBootOf,
  isSameMember,
  judged,
  type Member,
  mergeMembers,
  type Rollout,
  readMember,
  rolloutBounds,
} from './rollout.ts';

export class Judging {
  readonly #parts: RolloutParts;

  constructor(parts: RolloutParts) {
    this.#parts = parts;
  }

  /** Takes in what was reported while members were not written: reports are durable before they are acknowledged, always. */
  async catchUp(): Promise<void> {
    const { surroundings, rolls } = this.#parts;
    for (const roll of rolls.each()) {
      for (const id of [...roll.members.keys()]) {
        const current = surroundings.machine(id);
        if (current !== undefined && current.id !== id) this.#move(roll, id, current.id);
      }
      for (const id of [...roll.begun]) {
        const events = await surroundings.store.events(id, { limit: 100 });
        for (const event of events.toReversed()) this.happened(event);
      }
      // A machine's failure is written before what it comes to.
      this.settle(roll);
    }
  }

  /** A machine was given the config of a profile in a boot: reports of that boot are about that profile. */
  served(machine: string, boot: string, profile: string): void {
    for (const roll of this.#parts.rolls.each()) {
      const member = roll.rollout.to === profile ? roll.members.get(machine) : undefined;
      if (member === undefined || member.boots.includes(boot)) continue;
      this.#keep(roll, { ...member, boots: [...member.boots, boot].slice(-rolloutBounds.boots) });
    }
  }

  /** Something happened to a machine: does it end its part in a rollout? */
  happened(event: MachineEvent): void {
    const told = stateTold(event);
    if (told === undefined) return;
    const { at } = event;
    for (const roll of this.#parts.rolls.each()) {
      const member = roll.members.get(event.machine);
      if (member === undefined || member.returned || !this.#isAbout(member, event)) continue;
      if (told === 'failed')
        this.#become(roll, member, judged(member, 'failed', at, event.reason ?? 'it reported a failure'));
      else if (isSuccess(told, roll.rollout))
        this.#become(roll, member, judged(member, 'succeeded', at, `it reported ${told}`));
    }
  }

  /** Whether it is of a boot with the new profile, or said by an operator, who means what is now. */
  #isAbout(member: Member, { kind, machine, boot }: MachineEvent): boolean {
    if (kind !== 'report') return true;
    const of = boot ?? this.#parts.surroundings.machine(machine)?.boot?.id;
    return of !== undefined && isBootOf(member, of);
  }

  /** A machine is forgotten, or was joined with another. */
  forgotten(id: string): void {
    const { surroundings, rolls } = this.#parts;
    for (const roll of rolls.each()) {
      const member = roll.members.get(id);
      if (member === undefined) continue;
      const current = surroundings.machine(id);
      if (current !== undefined && current.id !== id) this.#move(roll, id, current.id);
      // One that is on its way still is: it counts until its time is over.
      else if (member.state !== 'begun') this.#drop(roll, member);
    }
  }

  /** Looks for machines that said nothing for too long. */
  sweep(): void {
    const { surroundings, rolls } = this.#parts;
    const now = surroundings.now();
    for (const roll of rolls.each()) {
      for (const id of [...roll.begun]) {
        const member = roll.members.get(id)!;
        if (now - member.begunAt < roll.rollout.timeoutMs) continue;
        const minutes = Math.round(roll.rollout.timeoutMs / 60_000);
        const silent = `nothing said within ${minutes} min that it succeeded`;
        const uncounted = member.stranger ? '; nobody knew it before, so it is not counted' : '';
        this.#become(roll, member, judged(member, 'silent', now, `${silent}${uncounted}`));
        if (surroundings.machine(id) === undefined) this.#drop(roll, roll.members.get(id)!);
      }
    }
  }

  /** Another server has changed the record of a machine. */
  hear(roll: Roll, machine: string, value: unknown): void {
    const theirs = readMember(value);
    const mine = roll.members.get(machine);
    if (theirs === undefined) {
      if (mine !== undefined && value === undefined) roll.delete(machine);
      return;
    }
    const merged = mine === undefined ? theirs : mergeMembers(mine, theirs);
    if (mine === undefined || isSameMember(merged, theirs)) roll.put(merged);
    else this.#keep(roll, merged);
  }

  /** Failures and successes may end what goes on. */
  settle(roll: Roll): void {
    const { surroundings, sharing, writing } = this.#parts;
    const hasEnded = sharing.change(roll, () => roll.afterJudgement(surroundings.now()));
    if (!hasEnded) return;
    const { state: what, stateReason: text, stateSince: at } = roll.rollout;
    void writing.write([ownEvent(roll.rollout, { at, what, text })], []);
  }

  #become(roll: Roll, before: Member, next: Member): void {
    if (next === before) return;
    roll.put(next);
    const { rollout } = roll;
    const event = memberEvent(rollout, next, next.state, next.stateSince);
    void this.#parts.writing.write([event], [memberKey(rollout, next.machine)]);
    this.settle(roll);
  }

  #keep(roll: Roll, member: Member): void {
    roll.put(member);
    void this.#parts.writing.write([], [memberKey(roll.rollout, member.machine)]);
  }

  #drop(roll: Roll, member: Member): void {
    const { sharing, writing } = this.#parts;
    roll.delete(member.machine);
    const more = { succeeded: member.state === 'succeeded' ? 1 : 0, failed: member.failed ? 1 : 0 };
    void writing.write([], [memberKey(roll.rollout, member.machine)]);
    sharing.change(roll, (rollout) => {
      const { past } = rollout;
      return {
        ...rollout,
        past: { succeeded: past.succeeded + more.succeeded, failed: past.failed + more.failed },
      };
    });
  }

  #move(roll: Roll, from: string, to: string): void {
    const member = roll.members.get(from)!;
    const other = roll.members.get(to);
    roll.delete(from);
    const moved = other ?? { ...member, machine: to };
    const joined = { ...moved, failed: moved.failed || member.failed };
    roll.put(joined);
    void this.#parts.writing.write([], [memberKey(roll.rollout, from), memberKey(roll.rollout, to)]);
  }
}

/** The state that an event tells of: a machine that reports it, or an operator who calls it installed. */
function stateTold({ kind, state, stale, what }: MachineEvent): MachineEvent['state'] {
  if (kind === 'report' && !stale) return state;
  return kind === 'action' && what === 'installed' ? 'installed' : undefined;
}

function isSuccess(told: MachineEvent['state'], { success }: Rollout): boolean {
  return told === 'running' || (told === 'installed' && success === 'installed');
}
