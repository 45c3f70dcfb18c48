/** The two versions that are compared: which is before and which is after, and where they come from. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { openCatalog } from '../../data/catalog.ts';
import { openFixedStore } from '../../data/fixed-store.ts';
import { kinds } from '../../data/kind.ts';
import type { Snapshot } from '../../data/snapshot.ts';
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
  const { dataPath } = source;
  const now = await openDirectory(source, context);
  if ('directory' in other) {
    return {
      before: now,
      after: await openDirectory({ ...source, dataPath: other.directory }, context),
      notes: [],
    };
  }
  const directory = resolve(context.workingDirectory, dataPath);
  const { commit, store } = await openRevision(directory, other.revision, context.signal);
  const short = commit.slice(0, 10);
  const name = `${dataPath} at ${other.revision}${commit.startsWith(other.revision) ? '' : ` (${short})`}`;
  const { snapshot } = await openCatalog(store ?? emptyStore, {
    onBrokenGroup: source.onBrokenGroup,
    ignitionVersion: source.ignitionVersion,
    templateLibrary: source.templateLibrary,
    watch: false,
  });
  const note = `there is no ${dataPath} at ${other.revision} yet, so every machine of a group is new`;
  return { before: { name, snapshot }, after: now, notes: store === undefined ? [note] : [] };
}

async function openDirectory(source: DataSource, context: CommandContext): Promise<Version> {
  const { dataPath: path } = source;
  const { data } = context;
  if (data === undefined) throw new TypeError('matchbox impact needs access to data directories');
  const directory = resolve(context.workingDirectory, path);
  const hint = `${insideOf(directory, path)}; before is what -data-path names, after what DIR does`;
  if (!existsSync(directory)) throw new ImpactError('no_data', `there is no data directory ${path}${hint}`);
  if (!statSync(directory).isDirectory())
    throw new ImpactError('no_data', `${path} is a file, not a data directory${hint}`);
  const snapshot = await data.openSnapshot(directory, source);
  const faults = [...snapshot.folderFaults.values()];
  // What cannot be read may say anything; a comparison with half of it would mislead.
  const unreadable = faults.find(({ code }) => code !== 'not_found');
  if (unreadable !== undefined) throw new ImpactError('no_data', unreadable.message, { cause: unreadable });
  if (faults.length === kinds.length) {
    const wanted = `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`;
    throw new ImpactError('no_data', `${path} is no data directory: it has no folder ${wanted}${hint}`);
  }
  return { name: path, snapshot };
}

/** Which data directory a path lies in, the nearest; what is told of folders that lie in none is empty. */
function insideOf(directory: string, path: string): string {
  for (let at = dirname(directory); at !== dirname(at); at = dirname(at)) {
    if (!['groups', 'profiles'].every((kind) => existsSync(join(at, kind)))) continue;
    const levels = directory.slice(at.length).split('/').length - 1;
    const shown = resolve(path) === path ? at : join(path, ...Array<string>(levels).fill('..'));
    return `; it lies in the data directory ${shown}, which is named as a whole`;
  }
  return '';
}

const emptyStore = openFixedStore({ files: [], describe: (kind) => kind });
