/** What a command of bootcmd is, and how a command line finds its command: the rules of cobra. */
import type { Output } from '../command.ts';
import type { ApiClient } from './api.ts';
import { type Flag, type ParsedFlags, takesNextWord } from './flag.ts';

/** What a command sees of the world while it runs. */
export interface Session {
  readonly flags: ParsedFlags;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Aborted by SIGINT and SIGTERM; a command that waits ends then. */
  readonly signal: AbortSignal;
  /** Connects with the global flags. @throws ApiError */
  connect(): Promise<ApiClient>;
}

/** Of a command that takes a name: '' where there is none. */
export function nameOf(session: Session): string {
  return session.flags.args[0] ?? '';
}

export interface BootCommand {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly short: string;
  /** Shown by `--help`; `short` if there is none. */
  readonly long?: string;
  /** What follows the name in the usage line: `GROUP_ID`. */
  readonly args?: string;
  readonly flags?: readonly Flag[];
  readonly children?: readonly BootCommand[];
  /** How many arguments it wants; with others it shows its help, as upstream does. */
  readonly argCount?: number;
  readonly noFlagsInUsage?: true;
  readonly hidden?: true;
  /** Ours, not upstream's: listed apart in the help, and found by its whole name only. */
  readonly added?: true;
  /** The rest of the command, which is loaded when it is named: bootcmd is started often, and mostly for one thing. */
  load?(): Promise<BootCommand>;
  /** @returns the exit code */
  run?(session: Session): Promise<number>;
}

/** A command with the way to it; the first is the root. */
export type CommandPath = readonly [BootCommand, ...BootCommand[]];

export const globalFlags: readonly Flag[] = [
  {
    name: 'ca-file',
    type: 'string',
    default: '/etc/matchbox/ca.crt',
    usage: 'Path to the CA bundle to verify certificates of TLS servers',
  },
  {
    name: 'cert-file',
    type: 'string',
    default: '/etc/matchbox/client.crt',
    usage: 'Path to the client TLS certificate file',
  },
  { name: 'endpoints', type: 'strings', default: '127.0.0.1:8081', usage: 'gRPC Endpoints' },
  { name: 'key-file', type: 'string', default: '/etc/matchbox/client.key', usage: 'Path to the client TLS key file' },
  {
    name: 'context',
    type: 'string',
    default: '',
    usage: 'server of the contexts file (see bootcmd context)',
    added: true,
  },
];

export function helpFlag(command: BootCommand): Flag {
  return { name: 'help', shorthand: 'h', type: 'bool', default: '', usage: `help for ${command.name}` };
}

/** The words of the command line that are left for a command, once it has been found. */
export interface Found {
  readonly path: CommandPath;
  readonly rest: readonly string[];
}

/** The command line names a command that there is not. */
export class UnknownCommandError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnknownCommandError';
  }
}

/**
 * Follows the words down the tree, passing over flags; a command may be shortened as long as only one begins so.
 * @throws UnknownCommandError if the first word is no command
 */
export function findCommand(root: BootCommand, words: readonly string[]): Found {
  let path: CommandPath = [root];
  let rest = [...words];
  for (;;) {
    const command = path[path.length - 1] ?? root;
    const at = firstArgument(rest, [...flagsOf(path), helpFlag(command)]);
    const word = at === undefined ? undefined : rest[at];
    const child = word === undefined ? undefined : childOf(command, word);
    if (at === undefined || word === undefined) return { path, rest };
    if (!child) {
      if (command === root) throw new UnknownCommandError(unknownCommand(root, word));
      return { path, rest };
    }
    path = [...path, child];
    rest = rest.toSpliced(at, 1);
  }
}

/** The tree with the command loaded that the words name first; with all of them if there are no words. */
export async function loadNamed(root: BootCommand, words?: readonly string[]): Promise<BootCommand> {
  const at = words && firstArgument(words, [...flagsOf([root]), helpFlag(root)]);
  const named = words && childOf(root, words[at ?? words.length] ?? '');
  const children = (root.children ?? []).map(async (child) =>
    child.load !== undefined && (words === undefined || child === named) ? child.load() : child,
  );
  return { ...root, children: await Promise.all(children) };
}

/** Flags of its own and those of the root. */
export function flagsOf(path: CommandPath): readonly Flag[] {
  return [...(path[path.length - 1]?.flags ?? []), ...globalFlags];
}

export function pathText(path: CommandPath): string {
  return path.map((command) => command.name).join(' ');
}

function firstArgument(words: readonly string[], flags: readonly Flag[]): number | undefined {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return undefined;
    if (!word.startsWith('-') || word === '-') return word === '' ? undefined : at;
    if (takesNextWord(word, flags)) at++;
  }
  return undefined;
}

function childOf(command: BootCommand, word: string): BootCommand | undefined {
  const children = command.children ?? [];
  const exact = children.find((child) => child.name === word);
  if (exact) return exact;
  const short = children.filter((child) => !child.added && !child.hidden && child.name.startsWith(word));
  return short.length === 1 ? short[0] : undefined;
}

function unknownCommand(root: BootCommand, word: string): string {
  const similar = (root.children ?? [])
    .filter((child) => !child.hidden)
    .map((child) => child.name)
    .filter((name) => name.startsWith(word.toLowerCase()) || editDistance(name, word.toLowerCase()) <= 2);
  const suggestions =
    similar.length === 0 ? '' : `\n\nDid you mean this?\n${similar.map((name) => `\t${name}\n`).join('')}`;
  return `unknown command ${JSON.stringify(word)} for ${JSON.stringify(root.name)}${suggestions}`;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
