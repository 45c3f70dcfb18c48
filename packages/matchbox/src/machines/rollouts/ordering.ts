/** What operators order: rollouts are made, and led from state to state, one order after the other. */
import { createSerialQueue } from '../../data/serial-queue.ts';
import { nextState, type RolloutAction } from './order.ts';
import type { RolloutParts } from './parts.ts';
import { memberKey, ownEvent, removal, rolloutPut } from './records.ts';
import type { Roll } from './roll.ts';
import { checkPlan, newRollout, RolloutError, type RolloutPlan, rolloutBounds } from './rollout.ts';
import { isConflict } from './writing.ts';

export interface OrderingOptions extends RolloutParts {
  /** Resolves when whoever answers machines besides knows of it. */
  readonly settled: () => Promise<void>;
}

/** Of an order, where other servers change the same rollout all the time. */
const mostTries = 10;

export class Ordering {
  readonly #options: OrderingOptions;
  readonly #orders = createSerialQueue();

  constructor(options: OrderingOptions) {
    this.#options = options;
  }

  /** Resolves once it is durable. @throws RolloutError, StateError */
  create(plan: RolloutPlan, actor: string, reason: string): Promise<Roll> {
    return this.#orders.run(async () => {
      const { surroundings, rolls, sharing, settled } = this.#options;
      checkPlan(plan);
      const denied = (text: string) => new RolloutError('denied', `rollout ${JSON.stringify(plan.name)}: ${text}`);
      const clash = this.#clash(plan);
      if (clash !== undefined) throw denied(clash);
      const at = surroundings.now();
      const roll = rolls.make(newRollout(plan, at));
      const text = `from ${plan.from} to ${plan.to}${reason === '' ? '' : `: ${reason}`}`;
      const event = ownEvent(roll.rollout, { at, what: 'created', actor, text });
      try {
        const puts = [sharing.onCondition(rolloutPut(roll.rollout))];
        await surroundings.store.commit({ events: [event], puts });
      } catch (error) {
        throw isConflict(error) ? denied('another server has just made one of this name') : error;
      }
      rolls.add(roll);
      surroundings.tell(event);
      await settled();
      return roll;
    });
  }

  /** Why there cannot be this one beside those that there are. */
  #clash({ name, from, to }: RolloutPlan): string | undefined {
    const { rolls } = this.#options;
    if (rolls.select(name) !== undefined) return 'there is one of this name: remove it first';
    if (rolls.size >= rolloutBounds.rollouts)
      return `there are ${rolloutBounds.rollouts} already: remove one that is over`;
    for (const { rollout } of rolls.each()) {
      if (rollout.from === from)
        return `rollout ${rollout.name} is about profile ${from}, and ${rollout.state}: remove it first`;
      if (rollout.to === from || rollout.from === to)
        return `rollout ${rollout.name} leads from ${rollout.from} to ${rollout.to}: one after the other`;
    }
    return undefined;
  }

  /** Resolves once the order is durable. @returns undefined when it is removed. @throws RolloutError, StateError */
  act(name: string, action: RolloutAction, actor: string, reason: string): Promise<Roll | undefined> {
    return this.#orders.run(async () => {
      for (let tries = 1; ; tries++) {
        try {
          return await this.#actOnce(name, action, actor, reason);
        } catch (error) {
          // Another server has changed it meanwhile: the order is about what it is now.
          if (!isConflict(error) || tries === mostTries) throw error;
        }
      }
    });
  }

  async #actOnce(name: string, action: RolloutAction, actor: string, reason: string): Promise<Roll | undefined> {
    const { surroundings, rolls, sharing, writing, settled } = this.#options;
    const roll = rolls.get(name);
    // Nobody begins behind the back of an order, and who is about to has begun when it is in force.
    roll.isOrdered = true;
    try {
      await Promise.all([...roll.pending.values()].map(({ kept }) => kept));
      const at = surroundings.now();
      const next = nextState(roll, action, { at, text: `${actor}${reason === '' ? '' : `: ${reason}`}` });
      const event = ownEvent(roll.rollout, { at, what: action, actor, ...(reason !== '' && { text: reason }) });
      const own = sharing.onCondition(next === undefined ? removal(name) : rolloutPut(next));
      const members = [...roll.members.keys()].map((id) => removal(memberKey(roll.rollout, id)));
      await surroundings.store.commit({ events: [event], puts: next === undefined ? [own, ...members] : [own] });
      if (next === undefined) {
        writing.forget(roll);
        rolls.remove(roll);
      } else roll.rollout = next;
      surroundings.tell(event);
      await settled();
      return next && roll;
    } finally {
      roll.isOrdered = false;
    }
  }
}
