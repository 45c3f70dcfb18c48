/**
 * An immutable map from strings of which a changed copy shares what did not change: a copy of 100,000 entries with one
 * changed costs a few dozen of them. A trie of the keys' hashes; its leaves are short lists.
 */

export interface PersistentMap<V> {
  readonly size: number;
  get(key: string): V | undefined;
  edit(): MapEditor<V>;
}

/** Makes changes that nobody sees before `done()`. */
export interface MapEditor<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  /** @returns whether it was there */
  delete(key: string): boolean;
  /** The editor is not to be used any more. */
  done(): PersistentMap<V>;
}

/** Nodes that an editor has made are its own, and may be changed in place. */
interface Owner {
  /** How many keys the map has. */
  size: number;
}

interface Leaf<V> {
  readonly owner: Owner;
  readonly children: undefined;
  /** Numbers are compared sooner than texts. */
  readonly hashes: number[];
  readonly keys: string[];
  readonly values: V[];
}

interface Branch<V> {
  readonly owner: Owner;
  readonly children: (Leaf<V> | Branch<V> | undefined)[];
}

type Node<V> = Leaf<V> | Branch<V>;

/** Bits of the hash that a branch goes by. */
const bits = 5;
const mask = (1 << bits) - 1;
const maxShift = 25;
const maxLeaf = 12;

export function emptyMap<V>(): PersistentMap<V> {
  return new HashTrie<V>(undefined, 0);
}

class HashTrie<V> implements PersistentMap<V> {
  readonly size: number;
  private readonly root: Node<V> | undefined;

  constructor(root: Node<V> | undefined, size: number) {
    this.root = root;
    this.size = size;
  }

  get(key: string): V | undefined {
    return find(this.root, key);
  }

  edit(): MapEditor<V> {
    const owner: Owner = { size: this.size };
    let { root } = this;
    return {
      get: (key) => find(root, key),
      set: (key, value) => {
        root = put(root ?? emptyLeaf(owner), { key, value, hash: hashOf(key), owner }, 0);
      },
      delete: (key) => {
        if (find(root, key) === undefined) return false;
        root = remove(root!, key, 0, owner);
        owner.size--;
        return true;
      },
      done: () => new HashTrie(root, owner.size),
    };
  }
}

/** FNV-1a over UTF-16 units, with its upper bits mixed into the lower ones; 30 bits, which the engine keeps as they are. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & 0x3fffffff;
}

function emptyLeaf<V>(owner: Owner): Leaf<V> {
  return { owner, children: undefined, hashes: [], keys: [], values: [] };
}

function placeIn({ hashes, keys }: Leaf<unknown>, key: string, hash: number): number {
  for (let at = 0; at < hashes.length; at++) if (hashes[at] === hash && keys[at] === key) return at;
  return -1;
}

function find<V>(root: Node<V> | undefined, key: string): V | undefined {
  const hash = hashOf(key);
  let node = root;
  for (let rest = hash; node !== undefined; rest >>>= bits) {
    if (node.children === undefined) {
      const at = placeIn(node, key, hash);
      return at < 0 ? undefined : node.values[at];
    }
    node = node.children[rest & mask];
  }
  return undefined;
}

/** An entry, and how far down the trie it has come. */
interface Way<V> {
  readonly key: string;
  readonly value: V;
  readonly hash: number;
  readonly owner: Owner;
}

function put<V>(node: Node<V>, way: Way<V>, shift: number): Node<V> {
  if (node.children === undefined) return putInLeaf(node, way, shift);
  const branch = owned(node, way.owner);
  const slot = (way.hash >>> shift) & mask;
  branch.children[slot] = put(branch.children[slot] ?? emptyLeaf(way.owner), way, shift + bits);
  return branch;
}

function putInLeaf<V>(node: Leaf<V>, way: Way<V>, shift: number): Node<V> {
  const { key, value, hash, owner } = way;
  const at = placeIn(node, key, hash);
  if (at < 0 && node.keys.length >= maxLeaf && shift < maxShift) return put(split(node, owner, shift), way, shift);
  const leaf = owned(node, owner);
  if (at >= 0) leaf.values[at] = value;
  else {
    owner.size++;
    leaf.hashes.push(hash);
    leaf.keys.push(key);
    leaf.values.push(value);
  }
  return leaf;
}

function split<V>({ hashes, keys, values }: Leaf<V>, owner: Owner, shift: number): Branch<V> {
  const branch: Branch<V> = { owner, children: [] };
  for (const [i, key] of keys.entries()) put(branch, { key, value: values[i]!, hash: hashes[i]!, owner }, shift);
  // They were counted before.
  owner.size -= keys.length;
  return branch;
}

/** @returns undefined for a node that is empty by it */
function remove<V>(node: Node<V>, key: string, shift: number, owner: Owner): Node<V> | undefined {
  const hash = hashOf(key);
  if (node.children === undefined) {
    const leaf = owned(node, owner);
    const at = placeIn(leaf, key, hash);
    for (const list of [leaf.hashes, leaf.keys, leaf.values]) list.splice(at, 1);
    return leaf.keys.length === 0 ? undefined : leaf;
  }
  const branch = owned(node, owner);
  const slot = (hash >>> shift) & mask;
  branch.children[slot] = remove(branch.children[slot]!, key, shift + bits, owner);
  return branch.children.every((child) => child === undefined) ? undefined : branch;
}

function owned<N extends Node<unknown>>(node: N, owner: Owner): N {
  if (node.owner === owner) return node;
  return (node.children === undefined
    ? { owner, children: undefined, hashes: [...node.hashes], keys: [...node.keys], values: [...node.values] }
    : { owner, children: [...node.children] }) as unknown as N;
}
