/** The log's lines about files and folders of the data directory that cannot be used. */

import { quote } from '@matchbox/gotext';
import type { Logger } from '../log/log.ts';
import { type BrokenFile, formatPosition } from './file-entry.ts';
import { type Kind, kinds } from './kind.ts';
import type { Snapshot } from './snapshot.ts';
import type { StoreState } from './store.ts';

/** Folders that cannot be read; one that is missing and of which nothing is known is as good as an empty one. */
export function logFolders(logger: Logger, before: Snapshot, after: Snapshot): void {
  const faultOf = ({ folderFaults, counts }: Snapshot, kind: Kind) => {
    const fault = folderFaults.get(kind);
    // A single file is believed to be gone with its folder in a moment.
    return fault?.code === 'not_found' && counts[kind] <= 1 ? undefined : fault;
  };
  for (const kind of kinds) {
    const [was, is] = [faultOf(before, kind), faultOf(after, kind)];
    if (was?.message === is?.message) continue;
    if (is === undefined) logger.info(`the folder ${kind} can be read again, or is gone`);
    else if (is.code === 'unreadable')
      logger.warn(`the folder ${kind} cannot be read: ${is.message}`, { effect: stays });
    else logger.error(`the folder ${kind} is not what it was: ${is.message}`, { effect: stays, advice });
  }
}

const stays = 'what was read of it before stays in force';
const advice = 'if its files are meant to be gone: send SIGHUP, or start the server anew';

/** The store went out of reach, or came back. */
export function logState(logger: Logger, before: StoreState, after: StoreState): void {
  if (before.is === after.is) return;
  if (after.is === 'lost')
    logger.error(`the store cannot be reached: ${after.reason}`, { effect: 'what is known stays in force' });
  else logger.info('the store can be reached again');
}

/** What cannot be used since the last look, and what can be used again. */
export function logBrokenFiles(
  logger: Logger,
  before: readonly BrokenFile[],
  after: readonly BrokenFile[],
  onBrokenGroup: string,
): void {
  if (before === after) return;
  const line = ({ kind, name, fault }: BrokenFile) => `${formatPosition(kind, name, fault)}: ${fault.message}`;
  const known = new Set(before.map(line));
  for (const file of after) {
    if (known.has(line(file))) continue;
    const { kind, name, fault } = file;
    const effect = effectOf(file, onBrokenGroup);
    logger.warn(`${nounOf(file)}: ${fault.message}`, { file: formatPosition(kind, name, fault), effect });
  }
  const broken = new Set(after.map(({ kind, name }) => `${kind}/${name}`));
  for (const { kind, name } of before) {
    if (!broken.has(`${kind}/${name}`)) logger.info(`${kind}/${name} is mended or gone`);
  }
}

/** `Group "node1"`, as upstream names a group that it skips. */
function nounOf({ kind, name }: BrokenFile): string {
  if (kind === 'groups') return `Group ${quote(name.replace(/\.json$/, ''))}`;
  if (kind === 'networks') return `Network ${quote(name.replace(/\.json$/, ''))}`;
  return kind === 'profiles' ? `Profile ${quote(name.replace(/\.json$/, ''))}` : `${kind}/${name}`;
}

function effectOf({ kind, lastGood, fault }: BrokenFile, onBrokenGroup: string): string {
  if (fault.code === 'not_a_file') return 'it is not opened';
  if (lastGood) return 'its last good version stays in force';
  if (kind === 'networks') return 'it is not served';
  if (kind !== 'groups') return 'requests that need it are answered with the reason';
  return onBrokenGroup === 'skip' ? 'it is skipped' : 'machines of a default group have to wait';
}
