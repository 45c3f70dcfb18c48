/** Which profile a machine gets that asks, and whether it begins with a rollout: looked up for each boot. */
import type { ProfileChoice } from '../../answer/machine-answers.ts';
import type { Machine } from '../machine.ts';
import type { RolloutParts } from './parts.ts';
import { memberEvent, memberKey, memberPut } from './records.ts';
import type { Roll } from './roll.ts';
import { goesBack, keepsNew, type Member, newMember, obstacle, type Rollout, rolloutBounds } from './rollout.ts';

/** A machine that asks, as far as rollouts want to know. */
export interface Asking {
  readonly machine: Machine | undefined;
  /** Nothing but its own request says that there is such a machine. */
  readonly isStranger: boolean;
  /** It asks for its boot script: only then may it begin, so that script and config are of one profile. */
  readonly begins: boolean;
  /** Why it may not begin whatever the rollout says; undefined when it may. */
  readonly hindrance: () => string | undefined;
}

/** What a machine that asks has to do with a rollout. */
interface Part {
  readonly roll: Roll;
  /** What it gets, whatever is written behind it. */
  readonly choice: ProfileChoice;
  /** It began, and goes back with this answer. */
  readonly returning?: Member;
  /** It did not begin, and may ask to. */
  readonly beginner?: Machine;
}

/** A beginning that is not durable in time is none, and nobody tries again for so long. */
const pauseAfterFaultMs = 10_000;
const storeFailed = 'the state store could not keep who began, and is left alone for a moment';

export class Choosing {
  readonly #parts: RolloutParts;
  #noneBeforeMs = 0;

  constructor(parts: RolloutParts) {
    this.#parts = parts;
  }

  /** What a machine gets instead of the profile that its group names; undefined where no rollout is about that. */
  choose(profile: string, asking: Asking): ProfileChoice | undefined {
    const part = this.#partIn(profile, asking);
    if (part === undefined) return undefined;
    const { roll, choice, returning, beginner } = part;
    if (returning !== undefined) return { ...choice, kept: this.#return(roll, returning) };
    if (beginner === undefined) return choice;
    const pending = roll.pending.get(beginner.id);
    if (pending !== undefined) return { ...choice, kept: pending.kept };
    const why = this.#obstacle(roll, beginner, asking);
    return why === undefined ? { ...choice, kept: this.#begin(roll, beginner, asking.isStranger) } : { ...choice, why };
  }

  /** The same for who only looks, and has nobody begin. */
  foresee(profile: string, asking: Asking): ProfileChoice | undefined {
    const part = this.#partIn(profile, asking);
    if (part?.beginner === undefined) return part?.choice;
    const { roll, choice, beginner } = part;
    const why = this.#obstacle(roll, beginner, asking);
    return why === undefined
      ? { ...choice, profile: roll.rollout.to, why: 'it would begin with its next boot script' }
      : { ...choice, why };
  }

  #partIn(profile: string, { machine, begins }: Asking): Part | undefined {
    const roll = this.#parts.rolls.about(profile);
    if (roll === undefined) return undefined;
    const { rollout } = roll;
    const old = (why: string): Part => ({ roll, choice: { rollout: rollout.name, profile: rollout.from, why } });
    if (machine === undefined) return old('nobody knows who asks');
    const member = roll.members.get(machine.id);
    if (member === undefined)
      return begins
        ? { ...old('it is about to begin'), beginner: machine }
        : old('it has not begun, and does so with a boot script alone');
    if (begins && goesBack(rollout, member) && !member.returned)
      return { ...old('the rollout is aborted'), returning: member };
    return keepsNew(rollout, member) ? { roll, choice: newChoice(rollout, member) } : old('the rollout is aborted');
  }

  /** Why it may not begin now; undefined when it may. */
  #obstacle(roll: Roll, machine: Machine, { isStranger, hindrance }: Asking): string | undefined {
    if (roll.isOrdered) return 'an order for the rollout is on its way';
    if (performance.now() < this.#noneBeforeMs) return storeFailed;
    if (roll.members.size + roll.pending.size >= rolloutBounds.members) return 'too many machines have begun';
    if (!roll.matches(machine)) return 'the rollout’s query does not find it';
    return obstacle(roll.rollout, this.#tallyFor(roll, isStranger), isStranger) ?? hindrance();
  }

  /** Never rejects: who waits asks again, and has begun or not. */
  #begin(roll: Roll, machine: Machine, stranger: boolean): Promise<void> {
    const { surroundings, rolls, sharing, writing } = this.#parts;
    const at = surroundings.now();
    // Firmware's DHCP may have begun the boot that goes on with this script.
    const boots = machine.boot !== undefined && machine.boot.steps.script === undefined ? [machine.boot.id] : [];
    const { rollout } = roll;
    let member = { ...newMember(machine.id, at, stranger), boots };
    const event = memberEvent(rollout, member, 'begun', at);
    const kept = sharing
      .begin(
        roll,
        () => rolls.select(rollout.name) === roll && this.#obstacleInTurn(roll, stranger) === undefined,
        async (turn, taking) => {
          member = { ...member, turn };
          // Whoever is known by its member alone would be another machine after a crash.
          const known = { table: 'machines', key: machine.id, value: machine } as const;
          const outcome = await writing.begin(event, [memberPut(rollout, member), known, ...taking]);
          // Before the next one's turn: each would wait as long for a store that is away.
          if (outcome === 'failed') this.#noneBeforeMs = performance.now() + pauseAfterFaultMs;
          return outcome;
        },
      )
      .then((outcome) => {
        roll.pending.delete(machine.id);
        if (outcome !== 'kept') return;
        roll.put(member);
        surroundings.tell(event);
      });
    roll.pending.set(machine.id, { kept, stranger });
    return kept;
  }

  /** The same once the turn has come, for a machine that is counted among those that are about to begin. */
  #obstacleInTurn(roll: Roll, stranger: boolean): string | undefined {
    if (performance.now() < this.#noneBeforeMs) return storeFailed;
    const tally = this.#tallyFor(roll, stranger);
    return obstacle(roll.rollout, { ...tally, begun: tally.begun - 1, lately: tally.lately - 1 }, stranger);
  }

  #tallyFor(roll: Roll, stranger: boolean) {
    const now = this.#parts.surroundings.now();
    return stranger ? roll.tally(now) : roll.tallyOfKnown(now);
  }

  #return(roll: Roll, member: Member): Promise<void> {
    const { surroundings, writing } = this.#parts;
    const event = memberEvent(roll.rollout, member, 'returned', surroundings.now());
    // At once: what is aborted is served no more, written or not.
    roll.put({ ...member, returned: true });
    return writing.writeInTime([event], [memberKey(roll.rollout, member.machine)]).then(() => {});
  }
}

function newChoice(rollout: Rollout, { state }: Member): ProfileChoice {
  return {
    rollout: rollout.name,
    profile: rollout.to,
    why: state === 'begun' ? 'it has begun' : `it has begun, and ${state}`,
  };
}
