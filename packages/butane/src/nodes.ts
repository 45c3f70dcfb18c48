// Files, directories and links of a generated config, looked up by path while more are added.
import { type ConfigObject, type ConfigValue, isObject } from '@matchbox/ignition';
import type { Context, Draft } from './context.ts';
import { makeDataUrl } from './data-url.ts';
import { newTrail, note, noteSubtree, type Traced, type Trail, tracedBy } from './origin.ts';
import type { Path } from './yaml/index.ts';

type List = 'directories' | 'files' | 'links';

/** The nodes of a config under construction. */
export interface Nodes {
  readonly trail: Trail;
  readonly lists: Readonly<Record<List, ConfigObject[]>>;
  readonly indexes: Readonly<Record<List, Map<string, number>>>;
}

export function openNodes(config: ConfigObject): Nodes {
  const storage = isObject(config.storage) ? config.storage : {};
  const open = (list: List): ConfigObject[] => [...((storage[list] ?? []) as readonly ConfigObject[])];
  const lists = { directories: open('directories'), files: open('files'), links: open('links') };
  const index = (list: List) => new Map(lists[list].map((node, i) => [String(node.path ?? ''), i]));
  const indexes = { directories: index('directories'), files: index('files'), links: index('links') };
  return { trail: newTrail(), lists, indexes };
}

/** The config with its nodes put back. */
export function closeNodes(traced: Traced, nodes: Nodes): Traced {
  const storage: { [key: string]: ConfigValue | undefined } = {
    ...(traced.config.storage as ConfigObject | undefined),
  };
  for (const [list, items] of Object.entries(nodes.lists)) if (items.length > 0) storage[list] = items;
  return { config: { ...traced.config, storage }, origin: tracedBy(nodes.trail, traced.origin) };
}

export function nodeIndex(nodes: Nodes, list: List, path: string): number | undefined {
  return nodes.indexes[list].get(path);
}

export function isTaken(nodes: Nodes, path: string): boolean {
  return Object.values(nodes.indexes).some((paths) => paths.has(path));
}

/** Adds a node that comes from `from` and returns its index in its list. */
export function addNode(nodes: Nodes, list: List, node: ConfigObject, from: Path): number {
  const index = nodes.lists[list].length;
  nodes.lists[list].push(node);
  nodes.indexes[list].set(String(node.path), index);
  noteSubtree(nodes.trail, ['storage', list, index], from);
  if (index === 0) note(nodes.trail, ['storage', list], from);
  return index;
}

export type NodePlace = readonly [list: List, index: number];

/** Replaces members of a node; `from` is where they come from. */
export function changeNode(nodes: Nodes, [list, index]: NodePlace, members: Draft, from: Path): void {
  nodes.lists[list][index] = { ...nodes.lists[list][index], ...members };
  for (const name of Object.keys(members)) note(nodes.trail, ['storage', list, index, name], from);
}

export interface Contents {
  readonly bytes: Uint8Array;
  /** Where they come from. */
  readonly from: Path;
  /** What their compression is traced to. */
  readonly compressionFrom: Path;
}

/** Gives a file contents. */
export function fillFile(
  nodes: Nodes,
  index: number,
  { bytes, from, compressionFrom }: Contents,
  context: Context,
): void {
  const file = nodes.lists.files[index]!;
  const before = isObject(file.contents) ? file.contents : {};
  const stated = typeof before.compression === 'string' ? before.compression : undefined;
  const { url, compression } = makeDataUrl(bytes, stated, context.gzip);
  const after = { ...before, source: url, ...(compression === undefined ? {} : { compression }) };
  changeNode(nodes, ['files', index], { contents: after }, from);
  const at: Path = ['storage', 'files', index, 'contents'];
  note(nodes.trail, [...at, 'source'], from);
  if (compression !== undefined) note(nodes.trail, [...at, 'compression'], compressionFrom);
}
