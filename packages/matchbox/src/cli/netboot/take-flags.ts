/** Takes a command's own flags out of its arguments, wherever they stand between the server's. */

export interface TakenFlags {
  /** Flags with a value, by name; one that stands twice has its last. */
  readonly given: ReadonlyMap<string, string>;
  /** Flags without a value that stand there. */
  readonly alone: ReadonlySet<string>;
  /** What is not the command's own, in its order. */
  readonly left: readonly string[];
}

/** @returns what is wrong with the arguments, if something is */
export function takeFlags(
  args: readonly string[],
  own: { readonly withValue: readonly string[]; readonly alone?: readonly string[] },
): TakenFlags | string {
  const given = new Map<string, string>();
  const alone = new Set<string>();
  const left: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const [, name = '', equals, text = ''] = /^--?([a-z-]+)(?:(=)(.*))?$/s.exec(args[at]!) ?? [];
    if (own.withValue.includes(name)) {
      const value = equals === undefined ? args[++at] : text;
      if (value === undefined) return `flag needs an argument: -${name}`;
      given.set(name, value);
    } else if (own.alone?.includes(name)) alone.add(name);
    else left.push(args[at]!);
  }
  return { given, alone, left };
}

/** `-output` or `-o`, text if neither is given. */
export function outputOf({ given }: TakenFlags): 'text' | 'json' | { readonly fault: string } {
  const output = given.get('output') ?? given.get('o') ?? 'text';
  if (output === 'text' || output === 'json') return output;
  return { fault: `there is no output ${JSON.stringify(output)}; wanted: text, json` };
}
