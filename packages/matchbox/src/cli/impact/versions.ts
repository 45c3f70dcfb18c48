/** The two versions that are compared: which is before and which is after, and where they come from. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { openCatalog } from '../../core/catalog.ts';
import { kinds } from '../../core/kind.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { CommandContext } from '../command.ts';
import type { DataSource } from '../data-flags.ts';
import { ImpactError } from './error.ts';
import { openRevision } from './git-store.ts';
import type { Options } from './options.ts';

export interface Version {
  /** As the user knows it: a directory, or a directory and a revision. */
  readonly name: string;
  readonly snapshot: Snapshot;
}

export interface Versions {
  readonly before: Version;
  readonly after: Version;
  readonly notes: readonly string[];
}

/** @throws ImpactError */
export async function openVersions({ other, ...source }: Options, context: CommandContext): Promise<Versions> {
  const { dataPath, onBrokenGroup } = source;
  const now = await openDirectory(source, context);
  if ('directory' in other) {
    return {
      before: now,
      after: await openDirectory({ dataPath: other.directory, onBrokenGroup }, context),
      notes: [],
    };
  }
  const directory = resolve(context.workingDirectory, dataPath);
  const { commit, store } = await openRevision(directory, other.revision, context.signal);
  const short = commit.slice(0, 10);
  const name = `${dataPath} at ${other.revision}${commit.startsWith(other.revision) ? '' : ` (${short})`}`;
  const { snapshot } = await openCatalog(store ?? emptyStore, { watch: false, onBrokenGroup });
  const note = `there is no ${dataPath} at ${other.revision} yet, so every machine of a group is new`;
  return { before: { name, snapshot }, after: now, notes: store === undefined ? [note] : [] };
}

async function openDirectory({ dataPath: path, onBrokenGroup }: DataSource, context: CommandContext): Promise<Version> {
  const { data } = context;
  if (data === undefined) throw new TypeError('matchbox impact needs access to data directories');
  const directory = resolve(context.workingDirectory, path);
  if (!existsSync(directory)) throw new ImpactError('no_data', `there is no data directory ${path}`);
  if (!statSync(directory).isDirectory()) throw new ImpactError('no_data', `${path} is a file, not a data directory`);
  const snapshot = await data.openSnapshot(directory, { onBrokenGroup });
  const faults = [...snapshot.folderFaults.values()];
  // What cannot be read may say anything; a comparison with half of it would mislead.
  const unreadable = faults.find(({ code }) => code !== 'not_found');
  if (unreadable !== undefined) throw new ImpactError('no_data', unreadable.message, { cause: unreadable });
  if (faults.length === kinds.length) {
    const wanted = `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`;
    throw new ImpactError('no_data', `${path} is no data directory: it has no folder ${wanted}`);
  }
  return { name: path, snapshot };
}

const emptyStore = {
  list: async () => [],
  read: () => Promise.reject(new TypeError('an empty store has nothing to read')),
  write: () => Promise.reject(new TypeError('an empty store stays empty')),
  remove: () => Promise.reject(new TypeError('an empty store has nothing to remove')),
  watch: () => ({ close: async () => {} }),
  describe: (kind: string) => kind,
};
