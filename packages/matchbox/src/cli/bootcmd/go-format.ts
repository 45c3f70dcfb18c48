/** Values in the forms that Go's fmt package prints and bootcmd's tables show. */
import { compareBytes } from '../../core/byte-string.ts';

type StringMap = ReadonlyMap<string, string>;

/** `%#v` of a map[string]string: `map[string]string{"a":"1", "b":"2"}`; one without entries comes off the wire as nil. */
export function formatMapSyntax(map: StringMap): string {
  if (map.size === 0) return 'map[string]string(nil)';
  return `map[string]string{${sorted(map)
    .map(([key, value]) => `${quote(key)}:${quote(value)}`)
    .join(', ')}}`;
}

/** `%v` of a map[string]string: `map[a:1 b:2]`. */
export function formatMap(map: StringMap): string {
  return `map[${sorted(map)
    .map(([key, value]) => `${key}:${value}`)
    .join(' ')}]`;
}

/** `%v` of a []string: `[a b]`. */
export function formatList(list: readonly string[]): string {
  return `[${list.join(' ')}]`;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** `%q` of a string: what cannot be printed is escaped. */
export function quote(text: string): string {
  return `"${Array.from(text, quoteCharacter).join('')}"`;
}

function quoteCharacter(character: string): string {
  const known = escapes[character];
  if (known !== undefined) return known;
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = (digits: number) => code.toString(16).padStart(digits, '0');
  if (code < 0x80) return `\\x${hex(2)}`;
  return code > 0xffff ? `\\U${hex(8)}` : `\\u${hex(4)}`;
}

function sorted(map: StringMap): [string, string][] {
  return [...map].sort(([a], [b]) => compareBytes(a, b));
}
