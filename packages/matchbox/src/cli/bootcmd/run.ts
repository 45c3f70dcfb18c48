/** `bootcmd`: finds the command, reads its flags, runs it, and says what went wrong with the exit code that upstream has. */
import type { CommandContext } from '../command.ts';
import { type ApiClient, ApiError, type ApiErrorCode, type Connect } from './api.ts';
import {
  type BootCommand,
  type CommandPath,
  findCommand,
  flagsOf,
  helpFlag,
  loadNamed,
  type Session,
  UnknownCommandError,
} from './command.ts';
import { BootcmdError, exitCodes } from './error.ts';
import { FlagError, isOn, type ParsedFlags, parseFlags } from './flag.ts';
import { formatHelp, formatUsage } from './help.ts';
import { versionText } from './version-text.ts';

/** Exit codes of what the API client throws. */
const apiExitCodes: Readonly<Record<ApiErrorCode, number>> = {
  credentials: exitCodes.badCredentials,
  endpoint: exitCodes.badEndpoint,
  connection: exitCodes.failed,
  rpc: exitCodes.failed,
};

/** @returns the exit code */
export async function runBootcmd(
  words: readonly string[],
  context: CommandContext,
  connect: Connect,
  version: string,
): Promise<number> {
  if (words[0] === '__complete') {
    const { completeWords } = await import('./complete-words.ts');
    const whole = await loadNamed(commandTree(version));
    for (const line of completeWords(whole, words.slice(1))) context.stdout.write(`${line}\n`);
    return 0;
  }
  const root = await loadNamed(commandTree(version), words);
  let path: CommandPath = [root];
  let flags: ParsedFlags;
  try {
    const found = findCommand(root, words);
    path = found.path;
    const command = lastOf(path);
    if (command.name === 'help' && path.length === 2)
      return runHelp(await loadNamed(root, found.rest), found.rest, context);
    flags = parseFlags(found.rest, [...flagsOf(path), helpFlag(command)]);
    if (isOn(flags, 'help') || !command.run) return showHelp(path, context);
    requireFlags(command, flags);
  } catch (error) {
    return usageFault(error, path, context);
  }
  const command = lastOf(path);
  if (wantsHelp(command, flags)) return showHelp(path, context);
  return runCommand(command, flags, context, connect);
}

function lastOf(path: CommandPath): BootCommand {
  return path[path.length - 1] ?? path[0];
}

/** The tree of commands, in the order of the help. */
export function commandTree(version: string): BootCommand {
  return {
    name: 'bootcmd',
    short: 'A command line client for the matchbox service.',
    long: 'A CLI for the matchbox Service\n\nTo get help about a resource or command, run "bootcmd help resource"',
    children: [...lazyCommands, helpCommand, instanceCommand, versionCommand(version)],
  };
}

/** The whole tree, for those who print it. */
export function wholeCommandTree(version: string): Promise<BootCommand> {
  return loadNamed(commandTree(version));
}

/** What the help of the root says of each, and where the rest is. */
const lazyCommands: readonly BootCommand[] = [
  {
    name: 'apply',
    short: 'Put every file of a directory that differs from the server',
    added: true,
    load: async () => (await import('./directory/apply.ts')).applyCommand,
  },
  {
    name: 'cloud',
    short: 'Manage cloud-config templates',
    added: true,
    load: async () => (await import('./resource.ts')).cloudCommand,
  },
  {
    name: 'completion',
    short: 'Generate the autocompletion script for the specified shell',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
  {
    name: 'context',
    short: 'Show and choose the server that commands are for',
    added: true,
    load: async () => (await import('./context.ts')).contextCommand,
  },
  {
    name: 'diff',
    short: 'Show what apply would change',
    added: true,
    load: async () => (await import('./directory/diff.ts')).diffCommand,
  },
  {
    name: 'generic',
    short: 'Manage Generic templates',
    load: async () => (await import('./resource.ts')).genericCommand,
  },
  {
    name: 'group',
    short: 'Manage machine groups',
    load: async () => (await import('./resource.ts')).groupCommand,
  },
  {
    name: 'ignition',
    short: 'Manage Ignition templates',
    load: async () => (await import('./resource.ts')).ignitionCommand,
  },
  {
    name: 'machine',
    short: 'Show machines and give them orders',
    added: true,
    load: async () => (await import('./machine/machine.ts')).machineCommand,
  },
  {
    name: 'network',
    short: 'Manage networks of the built-in network boot',
    added: true,
    load: async () => (await import('./resource.ts')).networkCommand,
  },
  {
    name: 'profile',
    short: 'Manage machine profiles',
    load: async () => (await import('./resource.ts')).profileCommand,
  },
  {
    name: 'rollout',
    short: 'Give new profiles to a few machines first',
    added: true,
    load: async () => (await import('./rollout/rollout.ts')).rolloutCommand,
  },
  {
    name: 'select',
    short: 'Show what a machine with these labels gets',
    added: true,
    load: async () => (await import('./select.ts')).selectCommand,
  },
];

const helpCommand: BootCommand = {
  name: 'help',
  short: 'Help about any command',
  long: 'Help provides help for any command in the application.\nSimply type bootcmd help [path to command] for full details.',
  args: '[command]',
  run: async () => 0,
};

/** Upstream never made this either; scripts that call it go on. */
const instanceCommand: BootCommand = {
  name: 'instance',
  short: 'View observed machine instances',
  children: [
    {
      name: 'list',
      short: 'List observed machine instances',
      run: async ({ stdout }) => {
        stdout.write('not implemented\n');
        return 0;
      },
    },
  ],
};

function versionCommand(version: string): BootCommand {
  return {
    name: 'version',
    short: 'Print the version and exit',
    long: 'Print the version of the bootcmd client',
    run: async ({ stdout }) => {
      stdout.write(versionText(version));
      return 0;
    },
  };
}

function runHelp(root: BootCommand, rest: readonly string[], context: CommandContext): number {
  const parsed = parseFlags(rest, [...flagsOf([root, helpCommand]), helpFlag(helpCommand)]);
  if (isOn(parsed, 'help')) return showHelp([root, helpCommand], context);
  try {
    return showHelp(findCommand(root, parsed.args).path, context);
  } catch (error) {
    if (!(error instanceof UnknownCommandError)) throw error;
    const topics = parsed.args.map((arg) => `\`${arg}\``).join(' ');
    context.stderr.write(`Unknown help topic [${topics}]\n${formatUsage([root], false)}`);
    return 0;
  }
}

function showHelp(path: CommandPath, context: CommandContext): number {
  context.stdout.write(formatHelp(path));
  return 0;
}

function requireFlags(command: BootCommand, flags: ParsedFlags): void {
  const missing = (command.flags ?? []).filter((flag) => flag.required && !flags.given.has(flag.name));
  if (missing.length > 0) {
    throw new FlagError(`required flag(s) ${missing.map((flag) => `"${flag.name}"`).join(', ')} not set`);
  }
}

/** Upstream answers a wrong number of arguments, and an empty file name, with the help. */
function wantsHelp(command: BootCommand, flags: ParsedFlags): boolean {
  if (command.argCount !== undefined && flags.args.length !== command.argCount) return true;
  return (command.flags ?? []).some(
    (flag) => flag.required && flags.values.get(flag.name) === '' && flags.args.length === 0,
  );
}

/** Quirk: upstream prints the error on both streams (golden/matchbox/bootcmd). */
function usageFault(error: unknown, path: CommandPath, { stdout, stderr }: CommandContext): number {
  if (error instanceof UnknownCommandError) {
    stdout.write(`${error.message}\n`);
    stderr.write(`Error: ${error.message}\nRun 'bootcmd --help' for usage.\n`);
    return exitCodes.badUsage;
  }
  if (!(error instanceof FlagError)) throw error;
  stdout.write(`${error.message}\n`);
  stderr.write(`Error: ${error.message}\n${formatUsage(path)}\n`);
  return exitCodes.badUsage;
}

async function runCommand(
  command: BootCommand,
  flags: ParsedFlags,
  { stdout, stderr, workingDirectory, signal, env }: CommandContext,
  connect: Connect,
): Promise<number> {
  let client: ApiClient | undefined;
  const session: Session = {
    flags,
    stdout,
    stderr,
    env,
    workingDirectory,
    signal,
    connect: async () => {
      const { serverOptions } = await import('./server-options.ts');
      client = await connect(serverOptions(flags, env));
      return client;
    },
  };
  try {
    return (await command.run?.(session)) ?? 0;
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof BootcmdError)) throw error;
    stderr.write(`Error:  ${error.message}\n`);
    return error instanceof ApiError ? apiExitCodes[error.code] : exitCodes.failed;
  } finally {
    client?.close();
  }
}
