/** Shows how far the check is. */
import type { CommandContext } from '../command.ts';
import { openProgressLine, type ProgressLine } from '../progress-line.ts';

export function showProgress({ stderr }: Pick<CommandContext, 'stderr'>, now: () => number = Date.now): ProgressLine {
  return openProgressLine(stderr, (done, total) => `checked ${done} of ${total} groups`, now);
}
