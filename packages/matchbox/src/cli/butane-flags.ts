// The flags of `matchbox butane`: those of the `butane` command, read as its flag library (pflag) reads them.

interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly type: 'bool' | 'string';
  readonly usage: string;
  readonly default?: string;
  /** The value of a string flag that is given without one. */
  readonly alone?: string;
  readonly hidden?: true;
  readonly deprecated?: string;
}

/** Sorted by name, as the help shows them. */
const butaneFlags: readonly Flag[] = [
  { name: 'check', short: 'c', type: 'bool', usage: 'check config without producing output' },
  {
    name: 'color',
    type: 'string',
    usage: 'control color output: "auto", "always", or "never"',
    default: 'auto',
    alone: 'always',
  },
  { name: 'debug', short: 'D', type: 'bool', usage: 'log translations', hidden: true },
  { name: 'files-dir', short: 'd', type: 'string', usage: 'allow embedding local files from this directory' },
  { name: 'help', short: 'h', type: 'bool', usage: 'show usage and exit' },
  {
    name: 'input',
    type: 'string',
    usage: 'read from input file instead of stdin',
    hidden: true,
    deprecated: 'specify filename directly on command line',
  },
  { name: 'output', short: 'o', type: 'string', usage: 'write to output file instead of stdout' },
  { name: 'pretty', short: 'p', type: 'bool', usage: 'output formatted json' },
  { name: 'raw', short: 'r', type: 'bool', usage: 'never wrap in a MachineConfig; force Ignition output' },
  { name: 'raw-errors', type: 'bool', usage: 'show raw errors, rather than pretty printing them' },
  { name: 'strict', short: 's', type: 'bool', usage: 'fail on any warning' },
  { name: 'version', short: 'V', type: 'bool', usage: 'print the version and exit' },
];

/** Other names of flags that are not shown. */
const aliases: Readonly<Record<string, string>> = { colour: 'color' };

export interface ButaneArguments {
  readonly flags: ReadonlySet<string>;
  /** Values of the string flags; a flag that was not given has its default, or is empty. */
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** Lines about deprecated flags. */
  readonly notices: readonly string[];
}

interface Reading {
  readonly flags: Set<string>;
  readonly values: Map<string, string>;
  readonly notices: string[];
  readonly rest: string[];
}

/** Reads the arguments, or says in pflag's words what is wrong with them. */
export function parseButaneArguments(args: readonly string[]): ButaneArguments | { readonly error: string } {
  const defaults = butaneFlags.map((flag): [string, string] => [flag.name, flag.default ?? '']);
  const reading: Reading = { flags: new Set(), values: new Map(defaults), notices: [], rest: [...args] };
  const operands: string[] = [];
  while (reading.rest.length > 0) {
    const arg = reading.rest.shift()!;
    if (arg === '--') {
      operands.push(...reading.rest);
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    const error = arg.startsWith('--') ? readLong(arg, reading) : readShort(arg, reading);
    if (error !== undefined) return { error };
  }
  return { flags: reading.flags, values: reading.values, operands, notices: reading.notices };
}

function readLong(arg: string, reading: Reading): string | undefined {
  const equals = arg.indexOf('=');
  const given = arg.slice(2, equals < 0 ? undefined : equals);
  if (given === '' || given.startsWith('-')) return `bad flag syntax: ${arg}`;
  const name = Object.hasOwn(aliases, given) ? aliases[given]! : given;
  const flag = butaneFlags.find((f) => f.name === name);
  if (flag === undefined) return `unknown flag: --${given}`;
  if (equals >= 0) return setFlag(flag, arg.slice(equals + 1), reading);
  if (flag.type === 'bool') return setFlag(flag, 'true', reading);
  if (flag.alone !== undefined) return setFlag(flag, flag.alone, reading);
  const value = reading.rest.shift();
  return value === undefined ? `flag needs an argument: --${given}` : setFlag(flag, value, reading);
}

/** `-cs`, `-ofile`, `-o=file`, `-o file`. */
function readShort(arg: string, reading: Reading): string | undefined {
  for (let at = 1; at < arg.length; at++) {
    const letter = arg.charAt(at);
    const flag = butaneFlags.find((f) => f.short === letter);
    if (flag === undefined) return `unknown shorthand flag: '${letter}' in -${arg.slice(at)}`;
    const rest = arg.slice(at + 1);
    if (rest.startsWith('=')) return setFlag(flag, rest.slice(1), reading);
    if (flag.type === 'bool') {
      setFlag(flag, 'true', reading);
      continue;
    }
    const value = rest === '' ? reading.rest.shift() : rest;
    return value === undefined
      ? `flag needs an argument: '${letter}' in -${arg.slice(at)}`
      : setFlag(flag, value, reading);
  }
  return undefined;
}

const booleans: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false])),
};

function setFlag(flag: Flag, value: string, reading: Reading): string | undefined {
  if (flag.deprecated !== undefined) {
    reading.notices.push(`Flag --${flag.name} has been deprecated, ${flag.deprecated}`);
  }
  if (flag.type === 'string') {
    reading.values.set(flag.name, value);
    return undefined;
  }
  const on = Object.hasOwn(booleans, value) ? booleans[value] : undefined;
  if (on === undefined) {
    const names = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
    const reason = `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`;
    return `invalid argument ${JSON.stringify(value)} for "${names}" flag: ${reason}`;
  }
  if (on) reading.flags.add(flag.name);
  else reading.flags.delete(flag.name);
  return undefined;
}

/** The help text, in pflag's columns. */
export function butaneUsage(program: string): string {
  const rows = butaneFlags.filter((flag) => flag.hidden !== true).map((flag) => [leftColumn(flag), rightColumn(flag)]);
  const width = Math.max(...rows.map(([left]) => left!.length));
  const lines = rows.map(([left, right]) => `${left!.padEnd(width)}   ${right}\n`);
  return `Usage: ${program} [options] [input-file]\nOptions:\n${lines.join('')}`;
}

function leftColumn(flag: Flag): string {
  const names = flag.short === undefined ? `      --${flag.name}` : `  -${flag.short}, --${flag.name}`;
  if (flag.type === 'bool') return names;
  return `${names} string${flag.alone === undefined ? '' : `[="${flag.alone}"]`}`;
}

function rightColumn(flag: Flag): string {
  return flag.default === undefined ? flag.usage : `${flag.usage} (default "${flag.default}")`;
}
