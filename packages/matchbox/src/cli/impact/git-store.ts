/** A data directory as it was at a revision of its git repository, read from git's objects; no file is checked out. */

import { decodeBytes, isWellFormed } from '@matchbox/gotext';
import { nameFault } from '../../data/file-name.ts';
import { openFixedStore } from '../../data/fixed-store.ts';
import { type Kind, kinds } from '../../data/kind.ts';
import { type Store, StoreError } from '../../data/store.ts';
import { ImpactError } from './error.ts';
import { type GitOptions, git } from './git.ts';

export interface Revision {
  /** The commit's full hash. */
  readonly commit: string;
  /** undefined: at that revision there is no such folder. */
  readonly store: Store | undefined;
}

/** One file of a listing, its content not yet read. */
interface Blob {
  readonly kind: Kind;
  readonly name: string;
  readonly id: string;
  readonly fault?: StoreError;
}

/** As the server reads them from disk: no larger files. */
const maxFileBytes = 64 * 1024 * 1024;
/** Links to folders are followed this deep. */
const maxLinkDepth = 8;

/**
 * @param dataPath the data directory as it is now, anywhere in its repository
 * @throws ImpactError `git`: no git, no repository, no such revision
 */
export async function openRevision(dataPath: string, revision: string, signal?: AbortSignal): Promise<Revision> {
  const run = (args: readonly string[], options: GitOptions = {}) =>
    git(dataPath, args, { ...options, ...(signal && { signal }) });
  const prefix = await findPrefix(run, dataPath);
  const commit = await findCommit(run, revision);
  const tree = `${commit}:${prefix.replace(/\/$/, '')}`;
  if (!(await isTree(run, tree))) return { commit, store: undefined };
  const describe = (kind: Kind, name?: string) => `${commit.slice(0, 10)}:${prefix}${kind}${name ? `/${name}` : ''}`;
  const blobs = await listBlobs({ run, commit, prefix, describe }, tree);
  const contents = await readBlobs(run, blobs);
  return { commit, store: storeOf(blobs, contents, describe) };
}

type Run = (args: readonly string[], options?: GitOptions) => Promise<Buffer>;

async function findPrefix(run: Run, dataPath: string): Promise<string> {
  try {
    return (await run(['rev-parse', '--show-prefix'])).toString().replace(/\n$/, '');
  } catch (error) {
    if (!(error instanceof ImpactError) || error.code !== 'no_repository') throw error;
    throw new ImpactError('git', `${dataPath} is in no git repository, so it has no revisions`, { cause: error });
  }
}

async function findCommit(run: Run, revision: string): Promise<string> {
  try {
    const found = await run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
    return found.toString().trim();
  } catch (error) {
    if (!(error instanceof ImpactError) || error.code !== 'git_denied') throw error;
    const shallow = (await run(['rev-parse', '--is-shallow-repository'])).toString().trim() === 'true';
    const next = shallow
      ? 'the clone is shallow: fetch more of the history (in GitHub Actions: fetch-depth: 0)'
      : 'git log and git branch -a list those that there are';
    throw new ImpactError('git', `the repository has no revision ${JSON.stringify(revision)}; ${next}`);
  }
}

async function isTree(run: Run, tree: string): Promise<boolean> {
  const found = await run(['cat-file', '--batch-check=%(objecttype)'], { input: `${tree}\n` });
  return found.toString().trim() === 'tree';
}

interface Repository {
  readonly run: Run;
  readonly commit: string;
  /** The data directory in the repository: '' or `some/folder/`. */
  readonly prefix: string;
  readonly describe: (kind: Kind, name?: string) => string;
}

async function listBlobs(repository: Repository, tree: string): Promise<Blob[]> {
  const entries = await listTree(repository.run, tree, kinds);
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const [folder, ...rest] = entry.path.split('/');
      const kind = kinds.find((each) => each === folder);
      return kind === undefined ? [] : blobsOf(repository, { kind, name: rest.join('/'), entry, depth: 0 });
    }),
  );
  return lists.flat();
}

interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly id: string;
  readonly size: number;
  readonly path: string;
}

/** @param paths of these alone; '' for all */
async function listTree(run: Run, tree: string, paths: readonly string[] = []): Promise<TreeEntry[]> {
  const output = await run(['ls-tree', '-r', '-l', '-z', '--full-tree', tree, '--', ...paths]);
  return decodeBytes(output)
    .split('\0')
    .flatMap((line) => {
      const [, mode, type, id, size, path] = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
      return mode && type && id && path && isWellFormed(path) ? [{ mode, type, id, size: Number(size), path }] : [];
    });
}

/** Where an entry of a tree is read as: `name` below the kind's folder, behind so many links. */
interface Place {
  readonly kind: Kind;
  readonly name: string;
  readonly entry: TreeEntry;
  readonly depth: number;
}

/** What an entry comes to: a file, what its link leads to, nothing that the server would read. */
async function blobsOf(repository: Repository, place: Place): Promise<Blob[]> {
  const { kind, name } = place;
  const { mode, type, id, size } = place.entry;
  if (name !== '' && nameFault(name) !== undefined) return [];
  const where = repository.describe(kind, name);
  if (type === 'commit') throw new ImpactError('git', `${where} is a submodule, whose files are in another repository`);
  if (mode === '120000') return followLink(repository, place);
  if (name === '') return [];
  if (size > maxFileBytes) {
    const message = `open ${where}: ${size} bytes, more than the ${maxFileBytes} allowed`;
    return [{ kind, name, id, fault: new StoreError('unreadable', message) }];
  }
  return [{ kind, name, id }];
}

async function followLink(repository: Repository, { kind, name, entry, depth }: Place): Promise<Blob[]> {
  const { run, commit, prefix, describe } = repository;
  const { path } = entry;
  if (path.includes('\n') || prefix.includes('\n')) return [];
  const output = await run(['cat-file', '--batch-check', '--follow-symlinks'], {
    input: `${commit}:${prefix}${path}\n`,
  });
  const [, id = '', type, size] = /^([0-9a-f]{40,}) (\w+) (\d+)\n/.exec(output.toString()) ?? [];
  if (type === 'tree' && depth < maxLinkDepth) {
    const inside = await listTree(run, id);
    const lists = inside.map((inner) =>
      blobsOf(repository, {
        kind,
        name: name === '' ? inner.path : `${name}/${inner.path}`,
        entry: { ...inner, path: `${path}/${inner.path}` },
        depth: depth + 1,
      }),
    );
    return (await Promise.all(lists)).flat();
  }
  if (name === '') return [];
  if (type === 'blob' && Number(size) <= maxFileBytes) return [{ kind, name, id }];
  const message = `open ${describe(kind, name)}: a link that leads to no file of the revision`;
  return [{ kind, name, id: '', fault: new StoreError('unreadable', message) }];
}

/** Every content once, from one process. */
async function readBlobs(run: Run, blobs: readonly Blob[]): Promise<Map<string, Uint8Array>> {
  const ids = [...new Set(blobs.filter(({ fault }) => fault === undefined).map(({ id }) => id))];
  const contents = new Map<string, Uint8Array>();
  if (ids.length === 0) return contents;
  const output = await run(['cat-file', '--batch'], { input: ids.map((id) => `${id}\n`).join('') });
  let at = 0;
  while (at < output.length) {
    const end = output.indexOf('\n', at);
    const [id = '', type, length] = output.subarray(at, end).toString().split(' ');
    if (type !== 'blob') throw new ImpactError('git', `git cat-file: object ${id} is ${type ?? 'not there'}`);
    const start = end + 1;
    contents.set(id, output.subarray(start, start + Number(length)));
    at = start + Number(length) + 1;
  }
  return contents;
}

/** Read only: whoever compares writes nothing. */
function storeOf(
  blobs: readonly Blob[],
  contents: ReadonlyMap<string, Uint8Array>,
  describe: Repository['describe'],
): Store {
  const found = new Set(blobs.map(({ kind }) => kind));
  const faults = new Map(
    kinds
      .filter((kind) => !found.has(kind))
      .map((kind) => [kind, new StoreError('not_found', `open ${describe(kind)}: no such file or directory`)]),
  );
  const files = blobs.map(({ kind, name, id, fault }) => ({ kind, name, content: fault ?? contents.get(id) }));
  return openFixedStore({ files, faults, describe });
}
