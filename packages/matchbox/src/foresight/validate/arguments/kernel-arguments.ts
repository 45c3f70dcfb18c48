/** The kernel's arguments, one by one, with the names that were meant. */
import { nearest } from '../edit-distance.ts';
import { nearMiss } from '../near-miss.ts';
import { argumentNames, closedFamilies, configArguments } from './known-arguments.ts';

export interface KernelArgument {
  /** `name=value` or a name alone, without quotes. */
  readonly text: string;
  /** Which element of `args` it is in: one element may hold several. */
  readonly index: number;
}

export function kernelArguments(args: readonly string[]): KernelArgument[] {
  return args.flatMap((arg, index) =>
    arg.split(/\s+/).map((text) => ({ index, text: text.replace(/^["']|["']$/g, '') })),
  );
}

/** The same with names put right that are misspelt, so that one slip is not reported by its consequences as well. */
export function meantArguments(args: readonly string[]): KernelArgument[] {
  return kernelArguments(args).map(({ text, index }) => {
    const name = nameOf(text);
    const meant = meantName(name);
    return { index, text: meant === undefined ? text : meant + text.slice(name.length) };
  });
}

export function nameOf(text: string): string {
  return text.split('=', 1)[0]!;
}

/** @returns the name that a misspelt one was meant to be; undefined for any other */
export function meantName(name: string): string | undefined {
  const near = nearMiss(name, argumentNames);
  if (near !== undefined || argumentNames.has(name)) return near;
  const named = namedByItsUrl(name);
  if (named !== undefined) return named;
  const family = closedFamilies.find((each) => name.startsWith(each));
  return family === undefined ? undefined : likeliestOf(family, name);
}

/** `inst.ks_url`, `talos.config.url`: the name says what the value is, as those of other systems do. */
function namedByItsUrl(name: string): string | undefined {
  if (/^(?:inst\.)?kickstart(?:[._-]?ur[li])?$/.test(name)) return 'inst.ks';
  const bare = name.replace(/[._-]?ur[li]$/, '');
  return bare !== name && bare.includes('.') && Object.hasOwn(configArguments, bare) ? bare : undefined;
}

/** Of a family of which every name is known: the one that has the most in common. */
function likeliestOf(family: string, name: string): string {
  const names = [...argumentNames].filter((each) => each.startsWith(family));
  const rest = name.slice(family.length);
  const related = names.find(
    (each) => each.slice(family.length).includes(rest) || rest.includes(each.slice(family.length)),
  );
  return related ?? nearest(name, names) ?? names[0]!;
}
