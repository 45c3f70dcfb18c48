/** The log's lines about files and folders of the data directory that cannot be used. */
import { type BrokenFile, formatPosition } from './file-entry.ts';
import { type Kind, kinds } from './kind.ts';
import { type Logger, quoteGo } from './log.ts';
import type { StoreError } from './store.ts';

type FolderFaults = ReadonlyMap<Kind, StoreError>;

/** Folders that are there and cannot be listed; one that is missing is as good as an empty one. */
export function logFolders(logger: Logger, before: FolderFaults, after: FolderFaults): void {
  const faultOf = (faults: FolderFaults, kind: Kind) => {
    const fault = faults.get(kind);
    return fault?.code === 'not_found' ? undefined : fault?.message;
  };
  for (const kind of kinds) {
    const [was, is] = [faultOf(before, kind), faultOf(after, kind)];
    if (was === is) continue;
    if (is === undefined) logger.info(`the folder ${kind} can be read again, or is gone`);
    else
      logger.warn(`the folder ${kind} cannot be read: ${is}`, { effect: 'what was read of it before stays in force' });
  }
}

/** What cannot be used since the last look, and what can be used again. */
export function logBrokenFiles(
  logger: Logger,
  before: readonly BrokenFile[],
  after: readonly BrokenFile[],
  onBrokenGroup: string,
): void {
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
  if (kind === 'groups') return `Group ${quoteGo(name.replace(/\.json$/, ''))}`;
  return kind === 'profiles' ? `Profile ${quoteGo(name.replace(/\.json$/, ''))}` : `${kind}/${name}`;
}

function effectOf({ kind, lastGood, fault }: BrokenFile, onBrokenGroup: string): string {
  if (fault.code === 'not_a_file') return 'it is not opened';
  if (lastGood) return 'its last good version stays in force';
  if (kind !== 'groups') return 'requests that need it are answered with the reason';
  return onBrokenGroup === 'skip' ? 'it is skipped' : 'machines of a default group have to wait';
}
