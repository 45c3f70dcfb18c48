/** Values in the forms that Go's fmt package prints and bootcmd's tables show. */
import { compareBytes, quote } from '@matchbox/gotext';

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

function sorted(map: StringMap): [string, string][] {
  return [...map].sort(([a], [b]) => compareBytes(a, b));
}
