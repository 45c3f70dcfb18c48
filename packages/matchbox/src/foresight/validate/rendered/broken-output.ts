/** Traces that Go's templates leave in a text where a value was missing or of another type than was thought. */
import type { Place } from '../../../answer/rendered-line.ts';
import { variables } from '../../../answer/template-data.ts';
import type { JsonValue } from '../../../data/go-json.ts';
import type { Group } from '../../../data/group.ts';
import type { Remark } from '../finding.ts';
import { type Project, remarkAt } from '../project.ts';

export interface BrokenOutput extends Place {
  readonly message: string;
  /** The remark, where it is the group that has no value. @param origin the place in the template that wrote it */
  inGroup(project: Project, groupFile: string, origin: Place): Remark | undefined;
}

const noValue = '<no value>';
/** Source: Go's fmt package, “Format errors”. */
const formatError =
  /%!(?:[a-zA-Z]?\((?:NOVERB|BADINDEX|BADWIDTH|BADPREC|MISSING|EXTRA )[^)\n]*\)?|[a-zA-Z]\((?:<nil>|[\w.*[\]{} ]+=[^)\n]*)\)?)/g;
const exponent = /(?<![\w.+])-?\d(?:\.\d+)?e\+\d{2,3}(?![\w.])/g;

/** Without one of these there is nothing to be found. */
const traces = [noValue, '%!', 'e+', 'map['];

/** The first of each kind in a text; what the template itself says is meant. */
export function brokenOutput(template: Uint8Array, rendered: Uint8Array, group: Group): BrokenOutput[] {
  const bytes = Buffer.from(rendered.buffer, rendered.byteOffset, rendered.byteLength);
  // Text is searched several times as fast as bytes are.
  const searched = bytes.toString('latin1');
  if (!traces.some((trace) => searched.includes(trace))) return [];
  const text = bytes.toString('utf8');
  const source = new TextDecoder().decode(template);
  const errors = [
    ...missingValue(text, source, group),
    ...formatErrors(text, source),
    ...printedMaps(text, source, group),
  ];
  return errors.length > 0 ? errors : wholeNumbers(text, source, group);
}

function missingValue(text: string, source: string, group: Group): BrokenOutput[] {
  const at = text.indexOf(noValue);
  if (at < 0 || source.includes(noValue)) return [];
  const inGroup: BrokenOutput['inGroup'] = (project, groupFile, { line }) => {
    const described = project.groups.find(({ file }) => file === groupFile);
    const action = source.split('\n')[line - 1] ?? '';
    const path = nullPaths(group.metadata).find((keys) => action.includes(`.${keys.at(-1)}`));
    if (described === undefined || path === undefined) return undefined;
    return remarkAt(described, ['metadata', ...path], `null becomes the text ${noValue} in a template`);
  };
  const message = `the template writes ${noValue}: there is nothing of this name; {{with …}}{{.}}{{end}} leaves it out`;
  return [{ ...placeAt(text, at), message, inGroup }];
}

function nullPaths(value: JsonValue | undefined, path: readonly string[] = []): string[][] {
  if (value === null) return [[...path]];
  if (!(value instanceof Map)) return [];
  return Array.from(value as ReadonlyMap<string, JsonValue>).flatMap(([key, inner]) =>
    nullPaths(inner, [...path, key]),
  );
}

function formatErrors(text: string, source: string): BrokenOutput[] {
  for (const { 0: found, index } of text.matchAll(formatError)) {
    if (source.includes(found)) continue;
    const hint = found.includes('float64=') ? '; numbers of metadata are floating-point: write printf "%.0f"' : '';
    const message = `the template writes ${found}: printf’s format does not fit its arguments${hint}`;
    return [{ ...placeAt(text, index), message, inGroup: () => undefined }];
  }
  return [];
}

/** A map as Go prints it, where the group has a map and the template does not write such a thing itself. */
const goMap = 'map[';

function printedMaps(text: string, source: string, group: Group): BrokenOutput[] {
  const at = text.indexOf(goMap);
  if (at < 0 || source.includes(goMap) || ![...variables(group).values()].some(hasMap)) return [];
  const found = /^map\[[^\]\n]{0,60}\]?/.exec(text.slice(at))![0];
  const message = `the template writes ${found}: a map as Go prints it; name one of its values, or go through it with {{range …}}`;
  return [{ ...placeAt(text, at), message, inGroup: () => undefined }];
}

function hasMap(value: JsonValue): boolean {
  return value instanceof Map || (Array.isArray(value) && value.some(hasMap));
}

/** Go prints a float64 from a million on with an exponent, and every number of metadata is one. */
function wholeNumbers(text: string, source: string, group: Group): BrokenOutput[] {
  const numbers = new Set<number>();
  for (const value of variables(group).values()) collectNumbers(value, numbers);
  if (numbers.size === 0) return [];
  for (const { 0: found, index } of text.matchAll(exponent)) {
    const number = Number(found);
    if (source.includes(found) || !(numbers.has(number) || numbers.has(-number))) continue;
    const message = `the template writes ${found} for the number ${number.toFixed(0)}; write printf "%.0f", or the number as a text`;
    return [{ ...placeAt(text, index), message, inGroup: () => undefined }];
  }
  return [];
}

function collectNumbers(value: JsonValue, numbers: Set<number>): void {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && Math.abs(value) >= 1e6) numbers.add(value);
  } else if (Array.isArray(value)) for (const item of value) collectNumbers(item, numbers);
  else if (value instanceof Map) for (const inner of value.values()) collectNumbers(inner, numbers);
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: Array.from(before.slice(before.lastIndexOf('\n') + 1)).length + 1 };
}
