/** JSON as Go's encoding/json writes it: keys sorted by bytes, `<`, `>` and `&` escaped, numbers in its own form. */
import { compareBytes, quoteJson } from '@matchbox/gotext';
import type { JsonValue } from './go-json.ts';

/** An object whose members keep their order, as the fields of a Go struct do. */
export interface JsonRecord {
  readonly fields: readonly (readonly [name: string, value: JsonValue | JsonRecord])[];
}

/** @param indent one level of indentation; '' writes everything on one line */
export function formatJson(value: JsonValue | JsonRecord, indent = ''): string {
  return write(value, indent, indent === '' ? '' : '\n');
}

function write(value: JsonValue | JsonRecord, indent: string, newline: string): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return quoteJson(value);
  const inner = newline + indent;
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => inner + write(item, indent, inner));
    return items.length === 0 ? '[]' : `[${items.join(',')}${newline}]`;
  }
  const colon = indent === '' ? ':' : ': ';
  const members = membersOf(value as JsonRecord | ReadonlyMap<string, JsonValue>).map(
    ([key, member]) => inner + quoteJson(key) + colon + write(member, indent, inner),
  );
  return members.length === 0 ? '{}' : `{${members.join(',')}${newline}}`;
}

function membersOf(value: JsonRecord | ReadonlyMap<string, JsonValue>): JsonRecord['fields'] {
  return value instanceof Map
    ? [...(value as ReadonlyMap<string, JsonValue>)].sort(([a], [b]) => compareBytes(a, b))
    : (value as JsonRecord).fields;
}

/** Go and ECMAScript agree on the digits and on when an exponent is used, but for the negative zero. */
export function formatNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
