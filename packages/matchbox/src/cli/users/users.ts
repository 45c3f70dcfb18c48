/** `matchbox users`: who may sign in to the web page. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { argumentFault } from '../argument-fault.ts';
import type { Command, CommandContext, UserAccess } from '../command.ts';
import { CommandError, exitCodes, withFaultsSaid } from '../command-error.ts';

export const usersCommand: Command = {
  name: 'users',
  summary: 'say who may sign in to the web page',
  run: runUsers,
};

const usage = `Usage: matchbox users add NAME --role viewer|operator [--state-path DIR]
                             [--password-stdin | --no-password]
       matchbox users remove NAME [--state-path DIR]
       matchbox users list [--state-path DIR]

  add     adds a user, or gives one another role and password; all of the
          user's sessions end. A password is made and printed once
  remove  removes a user, and ends all of the user's sessions
  list    lists names and roles

  --state-path DIR  the server's -state-path (default: MATCHBOX_STATE_PATH)
  --role ROLE       viewer: may look, and sees no secrets; operator: may change
  --password-stdin  takes the first line of standard input for the password
  --no-password     for users whom the trusted proxy signs in

A running server follows within seconds.

Exit code: 0 done; 1 it could not be done; 2 wrong usage.
`;

const flags = {
  'state-path': { type: 'string' },
  role: { type: 'string' },
  'password-stdin': { type: 'boolean', default: false },
  'no-password': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** 120 bits, in words of five letters that are not mixed up. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const minPasswordLength = 10;

async function runUsers(args: readonly string[], context: CommandContext): Promise<number> {
  return withFaultsSaid('matchbox users', context, async () => {
    const { values, positionals } = readArguments(args);
    if (values.help || positionals.length === 0 || positionals[0] === 'help') {
      context.stdout.write(usage);
      return values.help || positionals.length > 0 ? exitCodes.done : exitCodes.usage;
    }
    await act(positionals, values, context);
    return exitCodes.done;
  });
}

/** @throws CommandError */
function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError('usage', argumentFault(error, Object.keys(flags)), { cause: error });
  }
}

/** @throws CommandError */
async function act(words: readonly string[], values: Values, context: CommandContext): Promise<void> {
  const [action, name, extra] = words;
  if (context.users === undefined) throw new TypeError('matchbox users needs access to the state');
  const folder = resolve(context.workingDirectory, statePathOf(values, context));
  if (extra !== undefined) {
    throw new CommandError('usage', `one name is wanted, and ${JSON.stringify(extra)} is another`);
  }
  const users: Users = { folder, access: context.users };
  if (action === 'list' && name === undefined) return list(users, context);
  if (action === 'add' && name !== undefined) return add(users, name, values, context);
  if (action === 'remove' && name !== undefined) return remove(users, name, context);
  throw new CommandError('usage', `${JSON.stringify(words.join(' '))}: wanted add NAME, remove NAME or list`);
}

function statePathOf(values: Values, { env }: CommandContext): string {
  const path = values['state-path'] ?? env.MATCHBOX_STATE_PATH ?? '';
  if (path === '') throw new CommandError('usage', "whose users? --state-path names the server's folder");
  return path;
}

interface Values {
  readonly 'state-path'?: string | undefined;
  readonly role?: string | undefined;
  readonly 'password-stdin': boolean;
  readonly 'no-password': boolean;
}

/** The users of one server. */
interface Users {
  /** Its -state-path. */
  readonly folder: string;
  readonly access: UserAccess;
}

async function add(users: Users, name: string, values: Values, context: CommandContext): Promise<void> {
  const { role } = values;
  if (role !== 'viewer' && role !== 'operator') {
    throw new CommandError('usage', '--role is wanted: viewer or operator');
  }
  const { password, made } = await passwordOf(values, context);
  const how = await order(users, { order: 'put', name, role, password });
  context.stdout.write(`${name} is ${role === 'operator' ? 'an operator' : 'a viewer'}${wordsOf(how)}\n`);
  if (made) context.stdout.write(`password: ${password}\n`);
}

/** No password where none is wanted. */
async function passwordOf(
  { 'password-stdin': isRead, 'no-password': isNone }: Values,
  { stdin }: CommandContext,
): Promise<{ readonly password: string | undefined; readonly made: boolean }> {
  if (isRead && isNone) throw new CommandError('usage', '--password-stdin and --no-password: give one of the two');
  if (isNone) return { password: undefined, made: false };
  if (!isRead) return { password: makePassword(), made: true };
  const password = await firstLine(stdin);
  if (password.length < minPasswordLength) {
    throw new CommandError('usage', `a password of ${minPasswordLength} characters at least is wanted`);
  }
  return { password, made: false };
}

async function remove(users: Users, name: string, { stdout }: CommandContext): Promise<void> {
  const how = await order(users, { order: 'remove', name });
  stdout.write(`${name} is removed${wordsOf(how)}\n`);
}

async function list({ access, folder }: Users, { stdout }: CommandContext): Promise<void> {
  const found = await access.list(folder).catch(refuse);
  const width = Math.max(4, ...found.map(({ name }) => name.length));
  for (const { name, role, signsIn } of found)
    stdout.write(`${name.padEnd(width)}  ${role.padEnd(8)}  by ${signsIn}\n`);
}

async function order({ access, folder }: Users, wanted: Parameters<UserAccess['order']>[1]): Promise<Done> {
  return access.order(folder, wanted).catch(refuse);
}

/** What the state says of an order is the answer to who gave it; a fault of ours is not. */
function refuse(error: unknown): never {
  if (!(error instanceof Error) || error instanceof TypeError) throw error;
  throw new CommandError('failed', error.message, { cause: error });
}

type Done = Awaited<ReturnType<UserAccess['order']>>;

function wordsOf(how: Done): string {
  if (how === 'left') return ' once the server takes the order, which it has not done yet';
  return how === 'followed' ? '; the running server knows' : '';
}

function makePassword(): string {
  // 31 letters: what is above the last multiple of it would make some likelier.
  const letters = [...randomBytes(200)].filter((byte) => byte < 248).map((byte) => alphabet[byte % alphabet.length]!);
  return (letters.slice(0, 25).join('').match(/.{5}/g) ?? []).join('-');
}

async function firstLine(input: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += Buffer.from(chunk).toString();
    if (text.includes('\n') || text.length > 4096) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}
