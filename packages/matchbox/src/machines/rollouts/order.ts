/** What an operator may order for a rollout, and what it is then. */
import type { Roll } from './roll.ts';
import { type Rollout, RolloutError, type RolloutState } from './rollout.ts';

export const rolloutActions = ['pause', 'resume', 'abort', 'finish', 'remove'] as const;

export type RolloutAction = (typeof rolloutActions)[number];

/** From which states an order leads to which. `remove` ends it: everybody gets what groups say. */
const table: Readonly<Record<RolloutAction, { readonly from: readonly RolloutState[]; readonly to?: RolloutState }>> = {
  pause: { from: ['running', 'done'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  abort: { from: ['running', 'paused', 'done'], to: 'aborted' },
  finish: { from: ['running', 'paused'], to: 'done' },
  remove: { from: ['aborted', 'done'] },
};

/** @returns undefined when there is no rollout then. @throws RolloutError */
export function nextState(
  roll: Roll,
  action: RolloutAction,
  { at, text }: { readonly at: number; readonly text: string },
): Rollout | undefined {
  const { rollout } = roll;
  const { from, to } = table[action];
  if (!from.includes(rollout.state)) {
    const wanted = from.length === 1 ? from[0] : `${from.slice(0, -1).join(', ')} or ${from.at(-1)}`;
    throw new RolloutError(
      'denied',
      `rollout ${rollout.name}: it is ${rollout.state}; to ${action} it has to be ${wanted}`,
    );
  }
  if (to === undefined) return undefined;
  // Who resumes has seen the failures that there were.
  const { failures, silentStrangers } = roll.tally(at);
  const forgiven = action === 'resume' ? { forgiven: failures, forgivenStrangers: silentStrangers } : {};
  return { ...rollout, state: to, stateSince: at, stateReason: text, ...forgiven };
}
