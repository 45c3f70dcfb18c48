// The hermetic function library: in the manner of Sprig, but only what reads no time, environment, network or file.
import { encodingFunctions } from './encoding.ts';
import type { HermeticFunction } from './entry.ts';
import { listFunctions } from './lists.ts';
import { logicFunctions } from './logic.ts';
import { regexFunctions } from './regex.ts';
import { semverFunctions } from './semver.ts';
import { stringFunctions } from './strings.ts';

/**
 * All functions by name, for the option `funcs`. Off unless given: `parse(text, { funcs: hermeticFunctions })`.
 *
 * @example
 * parse('{{.name | upper | quote}}', { funcs: hermeticFunctions }).execute({ name: 'node1' }) // '"NODE1"'
 */
export const hermeticFunctions: Readonly<Record<string, HermeticFunction>> = {
  ...logicFunctions,
  ...stringFunctions,
  ...listFunctions,
  ...encodingFunctions,
  ...regexFunctions,
  ...semverFunctions,
};
