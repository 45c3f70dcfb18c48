/** `bootcmd diff`: shows what `bootcmd apply` would change. */
import { diffContents } from '../../../diff/line-diff.ts';
import type { BootCommand } from '../command.ts';
import { exitCodes } from '../error.ts';
import { filename, makePlan, pathOf } from './plan.ts';

export const diffCommand: BootCommand = {
  name: 'diff',
  short: 'Show what apply would change',
  long: `Show what apply would change: lines with - are on the server, lines with + in the directory.
Exit code 0: nothing differs, ${exitCodes.differences}: something does.`,
  args: '-f DIRECTORY',
  added: true,
  flags: [filename],
  run: async (session) => {
    const plan = await makePlan(session, await session.connect());
    const changes = plan.filter((item) => item.state !== 'unchanged');
    for (const item of changes) {
      session.stdout.write(`${pathOf(item)} ${item.state}\n${diffContents(item.before, item.after)}\n`);
    }
    return changes.length > 0 ? exitCodes.differences : 0;
  },
};
