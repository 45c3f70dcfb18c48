/** The server's command line, read with the rules of Go's `flag` package, and `MATCHBOX_*` variables where no flag is given. */
import type { FlagRow } from './server-flags/row.ts';
import { type FlagValues, serverFlags } from './server-flags/table.ts';

/** `usage`: print the message and the usage, exit 2; `environment`: a fatal log line, exit 1. */
export type FlagFault = {
  readonly kind: 'usage' | 'environment';
  readonly message: string;
  /** A flag that there is not, without its dashes. */
  readonly unknown?: string;
};

export type ParsedFlags = { readonly values: FlagValues } | { readonly fault: FlagFault } | { readonly help: true };

const rows: ReadonlyMap<string, FlagRow> = new Map(serverFlags.map((row) => [row.name, row]));

/** A flag as a command line gives it, and how many words it takes there. */
interface GivenFlag {
  readonly row: FlagRow;
  readonly value: string | boolean;
  readonly words: 1 | 2;
}

/**
 * Flags win over variables; what follows the first word that is no flag, or `--`, is not looked at.
 * @param env only `MATCHBOX_…` names of known flags are read; an empty variable counts as not set
 */
export function parseServerFlags(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedFlags {
  const given = new Map<string, string | boolean>();
  for (let at = 0; at < args.length; ) {
    const word = args[at]!;
    if (!word.startsWith('-') || word === '-' || word === '--') break;
    const flag = givenFlag(word, args[at + 1]);
    if (!('row' in flag)) return flag;
    given.set(flag.row.name, flag.value);
    at += flag.words;
  }
  return withEnvironment(given, env);
}

function givenFlag(word: string, next: string | undefined): GivenFlag | Exclude<ParsedFlags, { values: FlagValues }> {
  const { name, value } = splitFlag(word);
  if (name === '' || name.startsWith('-') || name.startsWith('=')) return usageFault(`bad flag syntax: ${word}`);
  const row = rows.get(name);
  if (row === undefined) {
    if (name === 'h') return { help: true };
    return { fault: { kind: 'usage', message: `flag provided but not defined: -${name}`, unknown: name } };
  }
  if (row.type === 'bool') {
    const parsed = value === undefined ? true : parseBool(value);
    if (parsed !== undefined) return { row, value: parsed, words: 1 };
    return usageFault(`invalid boolean value ${JSON.stringify(value)} for -${name}: parse error`);
  }
  if (value !== undefined) return { row, value, words: 1 };
  return next === undefined ? usageFault(`flag needs an argument: -${name}`) : { row, value: next, words: 2 };
}

/** What `parseServerFlags` does not look at. */
export function wordsAfterFlags(args: readonly string[]): readonly string[] {
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (word === '--') return args.slice(at + 1);
    if (!word.startsWith('-') || word === '-') return args.slice(at);
    const { name, value } = splitFlag(word);
    if (value === undefined && rows.get(name)?.type === 'string') at++;
  }
  return [];
}

function splitFlag(word: string): { name: string; value: string | undefined } {
  const body = word.startsWith('--') ? word.slice(2) : word.slice(1);
  const equals = body.indexOf('=', 1);
  return equals < 0 ? { name: body, value: undefined } : { name: body.slice(0, equals), value: body.slice(equals + 1) };
}

function choiceFault({ name, choices }: FlagRow, value: string | boolean): string | undefined {
  if (choices === undefined || choices.some((choice) => choice === value)) return undefined;
  return `invalid -${name}: found ${JSON.stringify(value)}, wanted ${choices.join(' or ')}`;
}

function usageFault(message: string): { fault: FlagFault } {
  return { fault: { kind: 'usage', message } };
}

function withEnvironment(
  given: ReadonlyMap<string, string | boolean>,
  env: Readonly<Record<string, string | undefined>>,
): ParsedFlags {
  const values: Record<string, string | boolean> = {};
  for (const row of serverFlags) {
    const variable = variableOf(row.name);
    const value = given.get(row.name) ?? valueOfVariable(row, env[variable]);
    if (value === undefined) {
      const message = `invalid value ${JSON.stringify(env[variable])} for ${variable}: parse error`;
      return { fault: { kind: 'environment', message } };
    }
    const fault = choiceFault(row, value);
    if (fault !== undefined) return { fault: { kind: 'environment', message: fault } };
    values[row.name] = value;
  }
  return { values: values as unknown as FlagValues };
}

/** Undefined for a text that is no value of the flag. */
function valueOfVariable(row: FlagRow, text: string | undefined): string | boolean | undefined {
  if (text === undefined || text === '') return row.type === 'bool' ? false : row.default;
  return row.type === 'bool' ? parseBool(text) : text;
}

/** `-data-path` is `MATCHBOX_DATA_PATH`. */
export function variableOf(name: string): string {
  return `MATCHBOX_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The words that Go's `strconv.ParseBool` knows. */
function parseBool(text: string): boolean | undefined {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

/** The usage as Go's `flag.PrintDefaults` writes it. */
export function formatUsage(program: string): string {
  const lines = serverFlags.map((row: FlagRow) => {
    const type = row.type === 'bool' ? '' : ` ${row.type}`;
    const shown = row.type === 'string' && row.default !== '' ? ` (default ${JSON.stringify(row.default)})` : '';
    return `  -${row.name}${type}\n    \t${row.help}${shown}\n`;
  });
  return `Usage of ${program}:\n${lines.join('')}`;
}
