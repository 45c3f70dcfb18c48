/** `matchbox init`: a data directory to start from. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemMessage } from '@matchbox/gotext';
import { canonicalMac } from '@matchbox/netboot';
import { makeFolder } from '../../disk/make-folder.ts';
import { formatFirstSuite } from '../../foresight/expectations/first-suite.ts';
import { suggestion } from '../../foresight/validate/edit-distance.ts';
import { argumentFault } from '../argument-fault.ts';
import type { Command, CommandContext } from '../command.ts';
import { CommandError, sayUsageFault, withFaultsSaid } from '../command-error.ts';
import { withTwoDashes } from '../data-flags.ts';
import { lineReader } from './line-reader.ts';
import { listRecipes, type RecipeName, recipeNames, recipes } from './recipes.ts';
import { type Answers, serverCommand, starterFiles, stepsBefore, usesAssets } from './starter.ts';

const usage = `Usage: matchbox init [flags] DIR

Makes a data directory to start from: profiles and templates of a system, groups
for each machine, schemas for editors, and a first test. Nothing is overwritten:
DIR is new or empty. What no flag says is asked for at a terminal.

  -url URL       where machines reach the server: http://HOST:PORT
  -ssh-key KEY   who may log in: a public key, or a file that holds one
  -recipe NAME   what they boot (default: ${recipeNames[0]}, in memory)
  -recipes       list what there is, each with how far it was tried
  -mac MAC       a machine; again for more (default: every machine that asks,
                 which only systems that overwrite nothing are for)

Exit code: 0 done; 1 it could not be done; 2 wrong usage.

Examples:
  matchbox init site
  matchbox init -url http://192.168.1.2:8080 -ssh-key ~/.ssh/id_ed25519.pub \\
    -mac 52:54:00:a1:9c:ae -mac 52:54:00:b2:2f:86 site
  matchbox init -recipe debian site
`;

export const initCommand: Command = {
  name: 'init',
  summary: 'make a data directory to start from',
  run,
};

const flags = {
  url: { type: 'string' },
  'ssh-key': { type: 'string' },
  mac: { type: 'string', multiple: true },
  recipe: { type: 'string' },
  recipes: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What is said of an answer that will not do. */
class AnswerFault extends CommandError {
  constructor(message: string) {
    super('unusable', message);
  }
}

async function run(args: readonly string[], context: CommandContext): Promise<number> {
  const { stdout, workingDirectory } = context;
  const given = readArguments(args);
  if (given === 'help' || given === 'recipes') {
    stdout.write(given === 'help' ? usage : listRecipes());
    return 0;
  }
  if (typeof given === 'string') return sayUsageFault('matchbox init', given, context);
  return withFaultsSaid('matchbox init', context, () =>
    make(given, resolve(workingDirectory, given.directory), context),
  );
}

/** @throws CommandError */
async function make(given: Given, folder: string, context: CommandContext): Promise<number> {
  const { directory } = given;
  let answers: Answers;
  try {
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw new CommandError('failed', `${directory} is not empty`);
    }
    answers = await askFor(given, context);
    await writeAll(folder, answers, context);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const { syscall, path = directory } = error as NodeJS.ErrnoException;
    const at = relative(context.workingDirectory, path);
    throw new CommandError('failed', `${syscall} ${at.startsWith('..') ? path : at}: ${systemMessage(error)}`, {
      cause: error,
    });
  }
  if (isLoopback(answers.url)) {
    const text = `${answers.url} is this host for whoever asks, and no machine reaches it; wanted is where machines reach the server`;
    context.stderr.write(`matchbox init: warning: ${text} (-url)\n`);
  }
  context.stdout.write(nextSteps(directory, answers));
  return 0;
}

function nextSteps(directory: string, answers: Answers): string {
  const before = stepsBefore(answers).map((step) => `  - ${step}\n`);
  return `
${directory} is ready:
  matchbox validate -data-path ${directory}
  matchbox test -data-path ${directory}
  ${serverCommand(answers, directory)}
${before.length === 0 ? '' : `Before a machine boots, in ${directory}:\n${before.join('')}`}`;
}

interface Given {
  readonly directory: string;
  readonly url: string | undefined;
  readonly sshKey: string | undefined;
  readonly macs: readonly string[] | undefined;
  readonly recipe: RecipeName | undefined;
}

/** @returns what is wrong with the arguments */
function readArguments(args: readonly string[]): Given | string {
  try {
    const { values, positionals } = parseArgs({ args: withTwoDashes(args), options: flags, allowPositionals: true });
    if (values.help) return 'help';
    if (values.recipes) return 'recipes';
    const [directory, ...more] = positionals;
    if (directory === undefined || directory === '') return 'which DIR?';
    if (more.length > 0) return `one DIR is wanted, found ${positionals.join(' ')}`;
    const recipe = values.recipe === undefined ? undefined : findRecipe(values.recipe || ' ');
    return { directory, recipe, url: values.url, sshKey: values['ssh-key'], macs: values.mac };
  } catch (error) {
    if (error instanceof AnswerFault) return error.message;
    if (error instanceof TypeError) return argumentFault(error, Object.keys(flags));
    throw error;
  }
}

/** What no flag says though nobody can be asked, all of it at once. @param flag the one that is asked for now */
function missingFlags({ url, sshKey }: Given, flag: string): string {
  const missing = [url === undefined && '-url', sshKey === undefined && '-ssh-key'].filter((name) => name !== false);
  const names = missing.length > 0 ? missing : [`-${flag}`];
  return `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} wanted`;
}

/** @throws AnswerFault for what will not do, or is not said where nobody can be asked */
async function askFor(given: Given, context: CommandContext): Promise<Answers> {
  const lines = lineReader(context.stdin);
  const { isInteractive = false } = context;
  const ask = <T>(text: string | undefined, question: Question<T>): T | Promise<T> => {
    if (text !== undefined) return question.read(text);
    if (isInteractive) return askUntilFit(question, lines, context);
    throw new AnswerFault(`${missingFlags(given, question.flag)} where nobody can be asked`);
  };
  try {
    const recipe = await ask(given.recipe ?? (isInteractive ? undefined : recipeNames[0]), {
      text: `Which system (${recipeNames[0]}, or another; ? lists them)?`,
      flag: 'recipe',
      read: findRecipe,
    });
    const url = await ask(given.url, {
      text: 'Where do machines reach the server (http://HOST:PORT)?',
      flag: 'url',
      read: readUrl,
    });
    const sshKey = await ask(given.sshKey, {
      text: 'Who may log in (an SSH public key, or a file that holds one)?',
      flag: 'ssh-key',
      read: (text) => readSshKey(text, context),
    });
    const macs = await ask(given.macs?.join(' ') ?? (isInteractive ? undefined : ''), {
      text: recipes[recipe].isForAnyone
        ? 'Which machines (MAC addresses; none: every machine that asks)?'
        : 'Which machines (MAC addresses)?',
      flag: 'mac',
      read: (text) => readMacs(text, recipe),
    });
    return { url, sshKey, macs, recipe };
  } finally {
    await lines.close();
  }
}

interface Question<T> {
  readonly text: string;
  /** That would have answered it. */
  readonly flag: string;
  /** @throws AnswerFault */
  readonly read: (text: string) => T;
}

/** Asks again after what will not do. @throws AnswerFault at the end of the input */
async function askUntilFit<T>(
  { text, flag, read }: Question<T>,
  lines: ReturnType<typeof lineReader>,
  { stdout }: CommandContext,
): Promise<T> {
  for (;;) {
    stdout.write(`${text} `);
    const line = await lines.next();
    if (line === undefined) throw new AnswerFault(`-${flag} was not answered`);
    try {
      return read(line.trim());
    } catch (error) {
      if (!(error instanceof AnswerFault)) throw error;
      stdout.write(`${error.message}\n`);
    }
  }
}

function readUrl(text: string): string {
  const match = /^https?:\/\/(?:[\w.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?\/*$/.exec(text);
  // A port may have five digits and be none.
  if (!match || !URL.canParse(text))
    throw new AnswerFault(`found the URL ${JSON.stringify(text)}, wanted http://HOST:PORT`);
  return text.replace(/\/{1,8}$/, '');
}

/** Names and addresses that mean the one who uses them; 0.0.0.0 is where servers listen, and no place to ask. */
function isLoopback(url: string): boolean {
  return /^(?:127\.[\d.]+|0\.0\.0\.0|(?:.*\.)?localhost|\[::1?\])$/.test(new URL(url).hostname);
}

function readSshKey(text: string, { workingDirectory, env }: CommandContext): string {
  const pattern = /^(ssh-[\w-]+|ecdsa-sha2-[\w-]+|sk-[\w@.-]+) [A-Za-z0-9+/]+={0,2}( .*)?$/;
  if (pattern.test(text)) return text;
  const path = resolve(workingDirectory, text.replace(/^~(?=\/)/, env.HOME ?? '~'));
  let found: string | undefined;
  try {
    found = readFileSync(path, 'utf8')
      .split('\n')
      .find((line) => pattern.test(line.trim()));
  } catch (error) {
    throw new AnswerFault(`${JSON.stringify(text)} is no SSH public key, and no file: ${systemMessage(error)}`);
  }
  if (found === undefined) throw new AnswerFault(`found no SSH public key in ${text}`);
  return found.trim();
}

/** An empty answer is the first one's. */
function findRecipe(text: string): RecipeName {
  if (text === '?') throw new AnswerFault(`There are:\n${listRecipes().trimEnd()}`);
  const found = text === '' ? recipeNames[0] : recipeNames.find((name) => name === text.toLowerCase());
  if (found !== undefined) return found;
  const near = suggestion(text, recipeNames);
  throw new AnswerFault(`there is no recipe ${JSON.stringify(text)}; wanted: ${recipeNames.join(', ')}${near}`);
}

function macsWanted(recipe: RecipeName): string {
  return `the recipe ${recipe} is for named machines, since it overwrites a disk or carries a secret: -mac is wanted`;
}

function readMacs(text: string, recipe: RecipeName): string[] {
  const macs = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const mac = canonicalMac(word);
      if (mac !== undefined) return mac;
      throw new AnswerFault(`found ${JSON.stringify(word)}, wanted a MAC address such as 52:54:00:a1:9c:ae`);
    });
  if (macs.length === 0 && !recipes[recipe].isForAnyone) throw new AnswerFault(macsWanted(recipe));
  return [...new Set(macs)];
}

async function writeAll(folder: string, answers: Answers, { stdout, data }: CommandContext): Promise<void> {
  if (data === undefined) throw new TypeError('init needs access to data directories');
  const write = async (path: string, text: string): Promise<void> => {
    const full = join(folder, path);
    await makeFolder(dirname(full));
    writeFileSync(full, text, { flag: 'wx' });
    stdout.write(`wrote ${path}\n`);
  };
  for (const [path, text] of starterFiles(answers)) await write(path, text);
  if (usesAssets(answers)) await makeFolder(join(folder, 'assets'));
  const suite = formatFirstSuite(await data.openSnapshot(folder), data.gzip);
  await write('tests/machines.yaml', `# yaml-language-server: $schema=../schemas/tests.schema.json\n${suite}`);
}
