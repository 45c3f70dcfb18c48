/** Command line flags as Go's pflag reads them, so that scripts written for the original's bootcmd keep working. */

export interface Flag {
  readonly name: string;
  readonly shorthand?: string;
  readonly type: 'string' | 'strings' | 'bool';
  readonly default: string;
  readonly usage: string;
  readonly required?: true;
  /** Ours, not upstream's: listed apart in the help. */
  readonly added?: true;
}

export interface ParsedFlags {
  /** By name; flags that were not given have their default. */
  readonly values: ReadonlyMap<string, string>;
  /** Names of those that were given. */
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
}

/** The message is pflag's. */
export class FlagError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FlagError';
  }
}

/**
 * Reads flags and arguments in any order; `--` ends the flags. A `strings` flag that is given again adds to its list, whose
 * items are joined by commas.
 * @throws FlagError
 */
export function parseFlags(words: readonly string[], flags: readonly Flag[]): ParsedFlags {
  const values = new Map(flags.map((flag) => [flag.name, flag.default]));
  const given = new Set<string>();
  const args: string[] = [];
  const rest = [...words];
  const set = (flag: Flag, value: string) => {
    if (flag.type === 'bool') checkBool(flag, value);
    const before = flag.type === 'strings' && given.has(flag.name) ? `${values.get(flag.name)},` : '';
    values.set(flag.name, before + value);
    given.add(flag.name);
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      args.push(...rest);
      break;
    }
    if (!word.startsWith('-') || word === '-') args.push(word);
    else if (word.startsWith('--')) parseLong(word, rest, flags, set);
    else parseShort(word, rest, flags, set);
  }
  return { values, given, args };
}

/** Whether a flag as written takes the next word as its value; one that is not known is taken to do so, as cobra does. */
export function takesNextWord(word: string, flags: readonly Flag[]): boolean {
  if (word.includes('=')) return false;
  if (word.startsWith('--')) return flags.find((flag) => flag.name === word.slice(2))?.type !== 'bool';
  return word.length === 2 && flags.find((flag) => flag.shorthand === word[1])?.type !== 'bool';
}

type Setter = (flag: Flag, value: string) => void;

function parseLong(word: string, rest: string[], flags: readonly Flag[], set: Setter): void {
  const body = word.slice(2);
  if (body === '' || body.startsWith('-') || body.startsWith('=')) throw new FlagError(`bad flag syntax: ${word}`);
  const equals = body.indexOf('=');
  const name = equals < 0 ? body : body.slice(0, equals);
  const flag = flags.find((each) => each.name === name);
  if (!flag) throw new FlagError(`unknown flag: --${name}`);
  if (equals >= 0) set(flag, body.slice(equals + 1));
  else if (flag.type === 'bool') set(flag, 'true');
  else {
    const value = rest.shift();
    if (value === undefined) throw new FlagError(`flag needs an argument: --${name}`);
    set(flag, value);
  }
}

/** One dash: letters of switches, the last of which may take a value: `-f x`, `-fx`, `-f=x`. */
function parseShort(word: string, rest: string[], flags: readonly Flag[], set: Setter): void {
  let letters = word.slice(1);
  while (letters !== '') {
    const letter = letters[0];
    const flag = flags.find((each) => each.shorthand === letter);
    if (!flag) throw new FlagError(`unknown shorthand flag: '${letter}' in -${letters}`);
    const after = letters.slice(1);
    if (after.startsWith('=') && after.length > 1) {
      set(flag, after.slice(1));
      return;
    }
    if (flag.type === 'bool') {
      set(flag, 'true');
      letters = after;
      continue;
    }
    const value = after === '' ? rest.shift() : after;
    if (value === undefined) throw new FlagError(`flag needs an argument: '${letter}' in -${letters}`);
    set(flag, value);
    return;
  }
}

function checkBool(flag: Flag, value: string): void {
  if (/^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value)) return;
  const name = flag.shorthand ? `-${flag.shorthand}, --${flag.name}` : `--${flag.name}`;
  throw new FlagError(
    `invalid argument ${JSON.stringify(value)} for "${name}" flag: strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`,
  );
}

/** Whether a `bool` flag is on. */
export function isOn(flags: ParsedFlags, name: string): boolean {
  return /^(1|t|T|TRUE|true|True)$/.test(flags.values.get(name) ?? '');
}
