/** The arguments of `matchbox netboot log`. */
import { canonicalMac } from '@matchbox/netboot';
import type { LogOptions } from './follow-log.ts';
import { outputOf, takeFlags } from './take-flags.ts';

/** @returns what is wrong with the arguments */
export function parseLogOptions(args: readonly string[]): LogOptions | string {
  const taken = takeFlags(args, { withValue: ['endpoint', 'o', 'output'], alone: ['once'] });
  if (typeof taken === 'string') return taken;
  const { given, alone, left } = taken;
  const [, unknown] = left.map((word) => /^--?([a-z]+)(?:=.*)?$/s.exec(word)).find((match) => match !== null) ?? [];
  if (unknown !== undefined) return `flag provided but not defined: -${unknown}`;
  const output = outputOf(taken);
  if (typeof output === 'object') return output.fault;
  const [word, extra] = left;
  if (extra !== undefined) return `unexpected ${JSON.stringify(extra)}`;
  const mac = word === undefined ? undefined : canonicalMac(word);
  if (word !== undefined && mac === undefined) return `${JSON.stringify(word)} is no MAC address`;
  return { endpoint: given.get('endpoint') ?? '127.0.0.1:9090', mac, output, once: alone.has('once') };
}
