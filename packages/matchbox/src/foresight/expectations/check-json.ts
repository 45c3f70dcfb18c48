/** Holds an answer that is JSON, an Ignition config above all, against what a test wants to be in it. */

import { isDeepStrictEqual } from 'node:util';
import { encodeBytes } from '@matchbox/gotext';
import { checkText } from './check-text.ts';
import { type Contents, decodeContents } from './data-url.ts';
import { describeDifference } from './difference.ts';
import { getAtPath } from './json-path.ts';
import { formatJsonValue, type Mismatch, shorten, wantedFound } from './mismatch.ts';
import type { EndpointTest, FileExpectation, Place, UnitExpectation } from './suite.ts';

/** Values that are longer than this as JSON are shown as a difference of lines. */
const maxLineCharacters = 60;

/** @param body the whole answer. Nothing is parsed unless the test asks. */
export function checkJson(test: EndpointTest, body: Uint8Array): Mismatch[] {
  const { endpoint, json, absent, files, units } = test;
  const first = [...json.map(({ wanted }) => wanted), ...absent, ...files, ...units][0];
  if (first === undefined) return [];
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    const details = [error instanceof Error ? error.message : String(error)];
    return [{ place: first.place, message: `${endpoint}: the answer is not JSON`, details }];
  }
  return [
    ...json.flatMap(({ path, wanted: { value, place } }): Mismatch[] => {
      const found = getAtPath(root, path);
      if (!found.found) return [{ place, message: `${endpoint}: no ${path.text}`, details: [found.message] }];
      if (isDeepStrictEqual(found.value, value)) return [];
      return [{ place, message: `${endpoint}: ${path.text} differs`, details: describeValues(value, found.value) }];
    }),
    ...absent.flatMap(({ value: path, place }): Mismatch[] => {
      const found = getAtPath(root, path);
      if (!found.found && !found.several) return [];
      const details = [found.found ? `found: ${shorten(JSON.stringify(found.value))}` : found.message];
      return [{ place, message: `${endpoint}: ${path.text} is there, and must not be`, details }];
    }),
    ...files.flatMap((file) => checkFile(root, file)),
    ...units.flatMap((unit) => checkUnit(root, unit)),
  ];
}

/** Two values, each on one line if they are short. */
export function describeValues(wanted: unknown, found: unknown): readonly string[] {
  const [left, right] = [JSON.stringify(wanted), JSON.stringify(found)];
  if (left.length <= maxLineCharacters && right.length <= maxLineCharacters) return wantedFound(left, right);
  return describeDifference(encodeBytes(formatJsonValue(wanted)), encodeBytes(formatJsonValue(found)));
}

interface Named {
  readonly contents?: unknown;
  readonly mode?: unknown;
  readonly enabled?: unknown;
  readonly mask?: unknown;
}

function checkFile(root: unknown, { path, place, mode, contents }: FileExpectation): Mismatch[] {
  const file = findNamed(root, ['storage', 'files'], ['path', path], place);
  if ('message' in file) return [file];
  const what = `ignition: ${path}`;
  const mismatches: Mismatch[] = [];
  if (mode !== undefined && file.mode !== mode.value) {
    const details = wantedFound(formatMode(mode.value), formatMode(file.mode));
    mismatches.push({ place: mode.place, message: `${what}: the mode differs`, details });
  }
  const { body, contains, notContains, matches } = contents;
  if (body === undefined && contains.length + notContains.length + matches.length === 0) return mismatches;
  const decoded: Contents = decodeContents(file.contents);
  if ('fault' in decoded) return [...mismatches, { place, message: `${what}: ${decoded.fault}`, details: [] }];
  return [...mismatches, ...checkText(what, decoded.bytes, contents)];
}

function formatMode(mode: unknown): string {
  return typeof mode === 'number' ? `0${mode.toString(8)}` : 'none';
}

function checkUnit(root: unknown, expectation: UnitExpectation): Mismatch[] {
  const { name, place, contents } = expectation;
  const unit = findNamed(root, ['systemd', 'units'], ['name', name], place);
  if ('message' in unit) return [unit];
  const what = `ignition: ${name}`;
  const mismatches: Mismatch[] = [];
  for (const key of ['enabled', 'mask'] as const) {
    const wanted = expectation[key];
    if (wanted === undefined || (unit[key] ?? false) === wanted.value) continue;
    const details = wantedFound(String(wanted.value), String(unit[key] ?? 'nothing'));
    mismatches.push({ place: wanted.place, message: `${what}: ${key} differs`, details });
  }
  const text = typeof unit.contents === 'string' ? unit.contents : '';
  return [...mismatches, ...checkText(what, encodeBytes(text), contents)];
}

/** The one entry of a list whose field has the value. */
function findNamed(
  root: unknown,
  list: readonly [string, string],
  [field, value]: readonly [field: string, value: string],
  place: Place,
): Named | Mismatch {
  const text = `$.${list.join('.')}`;
  const steps = [
    ...list.map((name) => ({ step: { type: 'member', name } as const, end: text.length })),
    { step: { type: 'where', field: [field], value } as const, end: text.length },
  ];
  const found = getAtPath(root, { text, steps });
  if (found.found) return found.value as Named;
  return { place, message: `ignition: no ${value}`, details: [found.message] };
}
