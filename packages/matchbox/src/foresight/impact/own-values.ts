/**
 * A machine's own values (its MAC address, its host name, …) taken out of a text, so that a change that is the same for
 * thousands of machines is seen to be the same. Different values get different signs: texts that differ stay different.
 */
import { createHash } from 'node:crypto';
import type { JsonValue } from '../../data/go-json.ts';
import type { Group } from '../../data/group.ts';
import type { Labels } from '../../data/group-index.ts';

/** Shorter ones are found everywhere. */
const minLength = 3;
/** A sign is so many characters of Unicode's private use, by the digest of its name: in every thread the same. */
const signLength = 4;
const firstSign = 0xe000;
const signCharacters = 0xf8ff - firstSign;

export interface Machine {
  readonly query: string;
  readonly labels: Labels;
  /** Its group in the old version and in the new one, where it has one. */
  readonly before: Group | undefined;
  readonly after: Group | undefined;
  /** It gets another group: then the metadata of both are its own, else only what is the same in both. */
  readonly moved: boolean;
}

export interface OwnValues {
  /** Replaces each value by its sign between NULs, which no text has. */
  inBefore(text: string): string;
  inAfter(text: string): string;
}

/** @returns a function that gives values of the same name the same sign, whichever machine has them */
export function createOwnValues(): (machine: Machine) => OwnValues {
  const signs = new Map<string, string>();
  const signOf = (name: string) => {
    let sign = signs.get(name);
    if (sign === undefined) {
      sign = makeSign(name);
      signs.set(name, sign);
    }
    return sign;
  };
  return ({ query, labels, before, after, moved }) => {
    const add = (values: Map<string, string>, name: string, value: string) => {
      if (value.length < minLength || value.includes('\0') || values.has(value)) return;
      values.set(value, signOf(name));
    };
    const own = new Map<string, string>();
    for (const [name, value] of sentValues(labels)) add(own, name, value);
    add(own, 'query', query);
    const now = new Map(leavesOf(after));
    for (const [path, value] of leavesOf(before)) if (now.get(path) === value) add(own, path, value);
    if (!moved) {
      const replace = replacer(own);
      return { inBefore: replace, inAfter: replace };
    }
    const [old, fresh] = [new Map(own), new Map(own)];
    for (const [path, value] of leavesOf(before)) add(old, `old ${path}`, value);
    for (const [path, value] of now) add(fresh, `new ${path}`, value);
    return { inBefore: replacer(old), inAfter: replacer(fresh) };
  };
}

function makeSign(name: string): string {
  const digest = createHash('sha256').update(name).digest();
  const characters = Array.from({ length: signLength }, (_, index) =>
    String.fromCharCode(firstSign + (digest.readUInt32BE(4 * index) % signCharacters)),
  );
  return `\0${characters.join('')}\0`;
}

function* sentValues(labels: Labels): Generator<[name: string, value: string]> {
  for (const [key, value] of labels) {
    yield [`label ${key}`, value];
    if (value.includes(':')) yield [`dashed ${key}`, value.replaceAll(':', '-')];
  }
}

/** Longest first, since one may be part of another. */
function replacer(signs: ReadonlyMap<string, string>): (text: string) => string {
  const values = [...signs.keys()].sort((a, b) => b.length - a.length);
  return (text) => values.reduce((replaced, value) => replaced.replaceAll(value, signs.get(value)!), text);
}

function* leavesOf(group: Group | undefined): Generator<[path: string, value: string]> {
  if (group === undefined) return;
  yield ['group', group.id];
  // Messages quote it, and so even a short one is told from other text.
  yield ['quoted group', JSON.stringify(group.id)];
  yield* leaves('metadata', group.metadata);
}

function* leaves(path: string, value: JsonValue | undefined): Generator<[path: string, value: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* leaves(`${path}.${index}`, item);
  else if (value instanceof Map) {
    for (const [key, item] of value) yield* leaves(`${path}.${JSON.stringify(key)}`, item);
  }
}
