// A second entrance: functions in the manner of Sprig, of those that read no time, environment, network or file. Loaded by whoever
// offers them, since templates without them are what Go's are.
import { encodingFunctions } from './encoding.ts';
import type { SprigFunction } from './entry.ts';
import { hashFunctions } from './hash.ts';
import { listFunctions } from './lists.ts';
import { logicFunctions } from './logic.ts';
import { regexFunctions } from './regex.ts';
import { semverFunctions } from './semver.ts';
import { stringFunctions } from './strings.ts';

/**
 * All functions by name, for the option `funcs`. Off unless given: `parse(text, { funcs: sprigFunctions })`.
 *
 * @example
 * parse('{{.name | upper | quote}}', { funcs: sprigFunctions }).execute({ name: 'node1' }) // '"NODE1"'
 */
export const sprigFunctions: Readonly<Record<string, SprigFunction>> = {
  ...logicFunctions,
  ...stringFunctions,
  ...listFunctions,
  ...encodingFunctions,
  ...hashFunctions,
  ...regexFunctions,
  ...semverFunctions,
};

export type { SprigFunction } from './entry.ts';
