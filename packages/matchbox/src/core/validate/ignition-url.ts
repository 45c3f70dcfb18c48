/** The kernel's arguments, and the URLs among them at which Ignition asks for its config. */
import type { Profile } from '../profile.ts';

export interface KernelArgument {
  readonly text: string;
  /** Which element of `args` it is in. */
  readonly index: number;
}

/** One element may hold several. */
export function kernelArguments(args: readonly string[]): KernelArgument[] {
  return args.flatMap((arg, index) =>
    arg.split(/\s+/).map((text) => ({ index, text: text.replace(/^["']|["']$/g, '') })),
  );
}

const ignitionUrl = /^(?:(?:ignition|flatcar|coreos)\.config\.url|coreos\.inst\.ignition_url)=/;

/** @returns the query of an argument's Ignition URL; undefined where it is none */
export function ignitionQuery(argument: string): string | undefined {
  if (!ignitionUrl.test(argument)) return undefined;
  const [, query] = /\/ignition(?:\?(.*))?$/.exec(argument) ?? [];
  return /\/ignition(?:\?|$)/.test(argument) ? (query ?? '') : undefined;
}

type Labels = ReadonlyMap<string, string>;

/** What machines with certain labels ask by the URLs of a profile: with the boot loader's variables replaced. */
export function ignitionQueries({ boot }: Profile): ((labels: Labels) => string)[] {
  const queries = kernelArguments(boot?.args ?? []).flatMap(({ text }) => ignitionQuery(text) ?? []);
  return queries.map((query) => (labels) => {
    const pairs = query.split('&').map((pair) => pair.split('='));
    return pairs
      .map(([key = '', ...value]) => [key, isVariable(value.join('=')) ? labels.get(key) : value.join('=')] as const)
      .flatMap(([key, value]) => (value === undefined ? [] : `${key}=${value}`))
      .join('&');
  });
}

/** iPXE's `${mac:hexhyp}`, GRUB's `$net_default_mac`. */
function isVariable(value: string): boolean {
  return value.startsWith('$');
}
