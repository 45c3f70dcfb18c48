// `storage.trees`: whole directories of local files.
import { cleanPath, encodeText, joinPath } from '@matchbox/gotext';
import type { ConfigObject } from '@matchbox/ignition';
import { type Context, type Draft, fail } from './context.ts';
import { attempt, type FilesDirectory, outside, resolveLocal } from './files-directory.ts';
import { addNode, changeNode, closeNodes, fillFile, isTaken, type Nodes, nodeIndex, openNodes } from './nodes.ts';
import type { Traced } from './origin.ts';
import { integerAt, structAt, structsAt, textAt, type Values } from './values.ts';
import type { Path } from './yaml/index.ts';

/** Adds what the trees hold: files and links, and directories where owners or modes are stated. */
export function addTrees(config: Values, traced: Traced, context: Context): Traced {
  const trees = structsAt(structAt(config, 'storage'), 'trees');
  if (trees.length === 0) return traced;
  const nodes = openNodes(traced.config);
  for (const [i, tree] of trees.entries()) {
    const from: Path = ['storage', 'trees', i];
    const directory = context.filesDirectory;
    if (directory === undefined) {
      fail(context, from, 'files-directory-missing');
      break;
    }
    addTree({ tree, from, directory, nodes, context });
  }
  return closeNodes(traced, nodes);
}

interface Walk {
  readonly tree: Values;
  readonly from: Path;
  readonly directory: FilesDirectory;
  readonly nodes: Nodes;
  readonly context: Context;
}

function addTree(walk: Walk): void {
  const { tree, from, directory, context } = walk;
  const root = resolveLocal(directory, textAt(tree, 'local') ?? '');
  if (root === undefined) {
    fail(context, from, outside);
    return;
  }
  const found = attempt(directory, root, () => directory.stat(root));
  if ('fault' in found) {
    fail(context, from, found.fault);
  } else if (found.value.kind !== 'directory') {
    fail(context, from, 'tree-is-no-directory');
  } else {
    const path = textAt(tree, 'path');
    visit(walk, root, path === undefined || path === '' ? '/' : path, '');
  }
}

/** Goes through a tree in byte order of the names, a directory before what it holds. */
function visit(walk: Walk, path: string, base: string, below: string): void {
  const { directory, from, context } = walk;
  const found = attempt(directory, path, () => directory.lstat(path));
  if ('fault' in found) {
    fail(context, from, found.fault);
    return;
  }
  const destination = joinPath(base, below === '' ? '.' : below);
  const { kind, executable } = found.value;
  if (kind === 'file') visitFile(walk, path, destination, executable);
  else if (kind === 'symlink') visitLink(walk, path, destination);
  else if (kind === 'other') fail(context, from, 'special-file-in-tree');
  else {
    visitDirectory(walk, destination);
    const names = attempt(directory, path, () => directory.list(path));
    if ('fault' in names) {
      fail(context, from, names.fault);
      return;
    }
    for (const name of [...names.value].sort(compareBytes)) {
      visit(walk, cleanPath(`${path}/${name}`), base, below === '' ? name : `${below}/${name}`);
    }
  }
}

/** Directories are only written down where something about them was stated. */
function visitDirectory(walk: Walk, destination: string): void {
  const { tree, from, nodes, context } = walk;
  const owner = ownerOf(tree);
  const mode = integerAt(tree, 'dir_mode');
  if (mode === undefined && Object.keys(owner).length === 0) return;
  if (isTaken(nodes, destination)) {
    fail(context, from, 'node-exists');
    return;
  }
  addNode(nodes, 'directories', { path: destination, ...owner, mode: mode ?? 0o755 }, from);
}

function visitFile(walk: Walk, path: string, destination: string, executable: boolean): void {
  const { tree, from, directory, nodes, context } = walk;
  let index = nodeIndex(nodes, 'files', destination);
  if (index === undefined ? isTaken(nodes, destination) : hasSource(nodes.lists.files[index]!)) {
    fail(context, from, 'node-exists');
    return;
  }
  index ??= addNode(nodes, 'files', { path: destination, ...ownerOf(tree) }, from);
  const contents = attempt(directory, path, () => directory.read(path));
  if ('fault' in contents) {
    fail(context, from, contents.fault);
    return;
  }
  fillFile(nodes, index, { bytes: contents.value, from, compressionFrom: from }, context);
  if (nodes.lists.files[index]!.mode === undefined) {
    const mode = integerAt(tree, 'file_mode') ?? (executable ? 0o755 : 0o644);
    changeNode(nodes, ['files', index], { mode }, from);
  }
}

function hasSource(file: ConfigObject): boolean {
  const source = (file.contents as ConfigObject | undefined)?.source;
  return source !== undefined && source !== '';
}

function visitLink(walk: Walk, path: string, destination: string): void {
  const { tree, from, directory, nodes, context } = walk;
  let index = nodeIndex(nodes, 'links', destination);
  const target = index === undefined ? undefined : nodes.lists.links[index]!.target;
  if (index === undefined ? isTaken(nodes, destination) : target !== undefined && target !== '') {
    fail(context, from, 'node-exists');
    return;
  }
  index ??= addNode(nodes, 'links', { path: destination, ...ownerOf(tree) }, from);
  const found = attempt(directory, path, () => directory.readLink(path));
  if ('fault' in found) fail(context, from, found.fault);
  else changeNode(nodes, ['links', index], { target: found.value }, from);
}

/** `user` and `group` of a tree, where anything is said about them. */
function ownerOf(tree: Values): Draft {
  const owner: Draft = {};
  for (const side of ['group', 'user']) {
    const values = structAt(tree, side);
    const id = integerAt(values, 'id');
    const name = textAt(values, 'name');
    if (id === undefined && name === undefined) continue;
    owner[side] = { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) };
  }
  return owner;
}

function compareBytes(a: string, b: string): number {
  const x = encodeText(a);
  const y = encodeText(b);
  for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}
