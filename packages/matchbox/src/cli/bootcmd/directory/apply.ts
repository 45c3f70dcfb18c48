/** `bootcmd apply`: puts a whole directory, once it is known that what comes of it is sound. */
import { type ApiClient, ApiError } from '../api.ts';
import type { BootCommand, Session } from '../command.ts';
import { BootcmdError } from '../error.ts';
import { type Flag, isOn } from '../flag.ts';
import { filename, type Item, makePlan, pathOf } from './plan.ts';

const force: Flag = {
  name: 'force',
  type: 'bool',
  default: '',
  usage: 'apply it in spite of errors that come with it',
};

export const applyCommand: BootCommand = {
  name: 'apply',
  short: 'Put every file of a directory that differs from the server',
  long: `Put every file of a directory that differs from what the server has, all of them as one change if the server can: no
machine sees some of it without the rest. Else templates first, then profiles, then groups, so that nothing refers to what
is not there yet. Before that, what the server would have then is checked as by matchbox
validate: if errors come with it, nothing is put. Nothing is deleted. Somebody else's change in between is not overwritten.`,
  args: '-f DIRECTORY',
  added: true,
  flags: [filename, force],
  run: async (session) => {
    const client = await session.connect();
    const plan = await makePlan(session, client);
    const changes = plan.filter(({ state }) => state !== 'unchanged');
    if (changes.length === 0) return 0;
    if (!isOn(session.flags, 'force')) {
      // Loaded by who needs it: the rules and what they stand on are larger than all else here.
      const { newErrors } = await import('./outcome.ts');
      refuseErrors(session, await newErrors(client, plan));
    }
    await makeChanges(session, client, changes);
    return 0;
  },
};

/** So many are told. */
const maxTold = 20;

function refuseErrors({ stderr }: Session, errors: readonly string[]): void {
  if (errors.length === 0) return;
  for (const error of errors.slice(0, maxTold)) stderr.write(`${error}\n`);
  if (errors.length > maxTold) stderr.write(`… and ${errors.length - maxTold} more\n`);
  const count = `${errors.length} error${errors.length === 1 ? '' : 's'}`;
  throw new BootcmdError(`${count} would come with it, so nothing was applied; --force applies it all the same`);
}

/** Under the server's limit for a message, with room for what is around the files. */
const maxMessageBytes = 3 * 1024 * 1024;

/** All as one; where the server cannot do that, as much as it can at once; where it does not know how, one by one. */
async function makeChanges(session: Session, client: ApiClient, changes: readonly Item[]): Promise<void> {
  const bytes = changes.reduce((sum, { after }) => sum + after.length, 0);
  if (bytes > maxMessageBytes) return putAll(session, changes);
  const all = changes.map(({ change }) => change);
  try {
    await client.apply(all, true).catch((error: unknown) => {
      if (isStatus(error, 'FailedPrecondition')) return client.apply(all, false);
      throw error;
    });
  } catch (error) {
    if (isStatus(error, 'Unimplemented')) return putAll(session, changes);
    throw error;
  }
  for (const item of changes) session.stdout.write(`${pathOf(item)} ${item.state}\n`);
}

function isStatus(error: unknown, status: string): boolean {
  return error instanceof ApiError && error.code === 'rpc' && error.status === status;
}

/** One by one; where it stopped is said. */
async function putAll({ stdout, stderr }: Session, changes: readonly Item[]): Promise<void> {
  for (const [index, item] of changes.entries()) {
    try {
      await item.put();
    } catch (error) {
      if (error instanceof ApiError && index > 0) {
        stderr.write(`${index} of ${changes.length} changes are in force, ${pathOf(item)} is not\n`);
      }
      throw error;
    }
    stdout.write(`${pathOf(item)} ${item.state}\n`);
  }
}
