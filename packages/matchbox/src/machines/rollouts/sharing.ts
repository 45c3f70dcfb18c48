/**
 * Rollouts of several servers on one state store. A machine begins with a turn, which one server alone can take, and only one that
 * knows of every beginning before it; what a rollout itself is changes only from what it was. So bounds are those of all servers.
 */
import type { StatePut, StateStore, StateValue } from '../state-store.ts';
import { rolloutPut } from './records.ts';
import type { Roll } from './roll.ts';
import { type Rollout, readRollout } from './rollout.ts';
import { type Beginning, inTime, isConflict, type Writing } from './writing.ts';

export class Sharing {
  readonly #store: StateStore;
  readonly #writing: Writing;

  constructor(store: StateStore, writing: Writing) {
    this.#store = store;
    this.#writing = writing;
  }

  get #isShared(): boolean {
    return this.#store.watch !== undefined;
  }

  #stored(name: string): StateValue | undefined {
    return this.#store.table('rollouts').get(name);
  }

  /** A put, or removal, of the rollout itself that is refused where another server has changed it meanwhile. */
  onCondition(put: StatePut): StatePut {
    return this.#isShared ? { ...put, ifIs: this.#stored(put.key) ?? null } : put;
  }

  /**
   * Begins in turn, where there are bounds that others might exceed.
   * @param mayStill whether the machine may begin after what was heard while it waited
   * @param begin writes the beginning, with what takes the turn. @returns `beaten` where the machine has to ask again
   */
  async begin(
    roll: Roll,
    mayStill: () => boolean,
    begin: (turn: number, taking: readonly StatePut[]) => Promise<Beginning>,
  ): Promise<Beginning> {
    if (!this.#isShared || roll.rollout.state !== 'running') return begin(0, []);
    return roll.turns.run(async () => {
      if (roll.rollout.turns > roll.turnsKnown) {
        // Somebody began elsewhere, and is heard of in a moment; if nobody is, the machine is forgotten already.
        if (!(await inTime(roll.heard(), false))) roll.turnsKnown = roll.rollout.turns;
        return 'beaten';
      }
      const stored = this.#stored(roll.rollout.name);
      const known = readRollout(stored);
      if (known === undefined || !mayStill()) return 'beaten';
      const turn = known.turns + 1;
      const outcome = await begin(turn, [{ ...rolloutPut({ ...known, turns: turn }), ifIs: stored }]);
      if (outcome === 'kept') roll.rollout = { ...roll.rollout, turns: Math.max(roll.rollout.turns, turn) };
      return outcome;
    });
  }

  /**
   * Changes what a rollout itself is: in force at once, written soon, and made again of what others have made of it meanwhile.
   * @param change returns the same rollout where there is nothing to be changed
   * @returns whether it changed anything
   */
  change(roll: Roll, change: (rollout: Rollout) => Rollout): boolean {
    const before = roll.rollout;
    roll.rollout = change(before);
    if (roll.rollout === before) return false;
    if (this.#isShared) void this.#write(roll, change);
    else void this.#writing.write([], [roll.rollout.name]);
    return true;
  }

  async #write(roll: Roll, change: (rollout: Rollout) => Rollout): Promise<void> {
    try {
      await this.#store.commit({ puts: [this.onCondition(rolloutPut(roll.rollout))] });
    } catch (error) {
      // What others made of it was heard with the refusal.
      if (isConflict(error)) this.change(roll, change);
      else void this.#writing.write([], [roll.rollout.name]);
    }
  }
}
