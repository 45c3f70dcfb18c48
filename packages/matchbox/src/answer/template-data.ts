/** What a template sees, and what /metadata lists: the group's metadata, its selectors, the request. */
import { ByteString, type GoMap, goMap, goValue, stringMap } from '@matchbox/gotemplate';
import {
  compareBytes,
  encodeBytes,
  formatFloatShortest,
  isWellFormed,
  joinSorted,
  lowerCase,
  upperCase,
} from '@matchbox/gotext';
import type { JsonValue } from '../data/go-json.ts';
import type { Group } from '../data/group.ts';
import type { Labels } from '../data/group-index.ts';
import { onceFor } from '../data/once-for.ts';

/** The request as groups' templates know it. */
export interface MachineRequest {
  readonly labels: Labels;
  readonly rawQuery: string;
}

/**
 * Later ones win: variables of the machine, metadata as it is written, selectors with their keys in lower case, then `request`.
 * @param machineVariables go behind what the group says, so that no new variable changes what was there before
 */
export function templateData(
  group: Group,
  { labels, rawQuery }: MachineRequest,
  machineVariables: readonly (readonly [name: string, value: string])[] = [],
): GoMap {
  const request = goMap([
    ['query', stringMap(Array.from(labels, ([key, value]) => [text(key), text(value)] as const))],
    ['raw_query', isWellFormed(rawQuery) ? rawQuery : new ByteString(encodeBytes(rawQuery))],
  ]);
  return goMap([...machineVariables, ...sharedVariables(group), ['request', request]]);
}

/** A group is immutable, so its variables are made once, in the form that templates read fastest. */
const sharedVariables = onceFor((group: Group): readonly (readonly [string, JsonValue])[] =>
  Array.from(variables(group), ([key, value]) => [key, goValue(value) as JsonValue] as const),
);

function text(value: string): string | Uint8Array {
  return isWellFormed(value) ? value : encodeBytes(value);
}

/** Metadata and selectors by the names that templates have for them. */
export function variables(group: Group): Map<string, JsonValue> {
  const result = new Map<string, JsonValue>(group.metadata);
  // Of selector keys that differ only in case the one that sorts last gives the variable; upstream takes one at random.
  const keys = [...group.selector.keys()].sort(compareBytes);
  for (const key of keys) result.set(lowerCase(key), group.selector.get(key)!);
  return result;
}

/** Lines of /metadata, and the pairs of the query that were left out of them. */
export interface MetadataLines {
  readonly text: string;
  /** Keys of query pairs with a line break: they would write lines of their own into a file that shells source. */
  readonly leftOut: readonly string[];
}

/**
 * `KEY=value` lines in byte order, names in upper case, nested ones joined with `_`.
 * Quirk: null, lists and empty objects are left out, and values are not quoted, as upstream does it
 * (matchbox/http/metadata.go, renderAsEnvFile).
 */
export function metadataLines(group: Group, { labels, rawQuery }: MachineRequest): MetadataLines {
  const lines = [...groupLines(group)];
  const leftOut: string[] = [];
  lines.push(`REQUEST_RAW_QUERY=${rawQuery}`);
  for (const [key, value] of labels) {
    if (lineBreak.test(key) || lineBreak.test(value)) leftOut.push(key);
    else lines.push(`REQUEST_QUERY_${upperCase(key)}=${value}`);
  }
  return { text: `${joinSorted(lines, '\n')}\n`, leftOut };
}

const lineBreak = /[\r\n]/;

/** A group is immutable, so its own lines are made once. */
const groupLines = onceFor((group: Group): readonly string[] => {
  const lines: string[] = [];
  for (const [key, value] of variables(group)) {
    if (key !== 'request') addLines(lines, upperCase(key), value);
  }
  return lines;
});

function addLines(lines: string[], name: string, value: JsonValue): void {
  if (value instanceof Map) {
    for (const [key, inner] of value as ReadonlyMap<string, JsonValue>)
      addLines(lines, `${name}_${upperCase(key)}`, inner);
  } else if (typeof value === 'number') lines.push(`${name}=${formatFloatShortest(value)}`);
  else if (typeof value === 'string' || typeof value === 'boolean') lines.push(`${name}=${value}`);
}
