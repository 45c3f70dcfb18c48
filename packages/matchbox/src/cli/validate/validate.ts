/** `matchbox validate`: checks a whole data directory and prints what is wrong with it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Kind } from '../../core/kind.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { Finding } from '../../core/validate/finding.ts';
import { validate } from '../../core/validate/validate.ts';
import type { Command, CommandContext } from '../command.ts';
import { type Format, formats, formatters } from './format.ts';

const usage = `Usage: matchbox validate [flags]

Checks every file of a data directory, and renders every template for every group that uses it.
Exit code: 0 nothing to mend, 1 errors (with -strict warnings too), 2 wrong usage or no data directory.

  -data-path DIR     data directory (default $MATCHBOX_DATA_PATH or /var/lib/matchbox)
  -assets-path DIR   where the kernels and initrds are (default: assets/ of the data directory, if it is there)
  -format FORMAT     ${formats.join(', ')} (default text)
  -strict            fail on warnings too
`;

export const validateCommand: Command = {
  name: 'validate',
  summary: 'check a data directory before a machine meets its faults',
  run,
};

interface Options {
  readonly dataPath: string;
  readonly assetsPath: string | undefined;
  readonly format: Format;
  readonly strict: boolean;
}

async function run(args: readonly string[], context: CommandContext): Promise<number> {
  const options = parseOptions(args, context);
  if (options === 'help') {
    context.stdout.write(usage);
    return 0;
  }
  if (typeof options === 'string') {
    context.stderr.write(`matchbox validate: ${options}\n${usage}`);
    return 2;
  }
  const { dataPath, format, strict } = options;
  const directory = resolve(context.workingDirectory, dataPath);
  if (!existsSync(directory)) {
    context.stderr.write(`matchbox validate: there is no data directory ${dataPath}\n`);
    return 2;
  }
  if (context.data === undefined) throw new Error('validate needs access to data directories');
  const snapshot = await context.data.openSnapshot(directory);
  const findings = validate(snapshot, { gzip: context.data.gzip, assetExists: assetCheck(options, context) });
  const output = formatters[format](findings, {
    pathOf: (file) => join(dataPath, file),
    lineOf: context.stdout.isTerminal ? lineReader(snapshot) : undefined,
  });
  context.stdout.write(output);
  return findings.some(({ severity }) => strict || severity === 'error') ? 1 : 0;
}

/** @returns what is wrong with the arguments, or `help` */
function parseOptions(args: readonly string[], { env }: CommandContext): Options | string {
  // Both -data-path and --data-path, as the server's flags.
  const words = args.map((word) => (/^-\w[\w-]+/.test(word) ? `-${word}` : word));
  const options = {
    'data-path': { type: 'string' },
    'assets-path': { type: 'string' },
    format: { type: 'string', default: 'text' },
    strict: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: words, options, allowPositionals: false });
    if (values.help) return 'help';
    const format = formats.find((known) => known === values.format);
    if (format === undefined) {
      return `there is no format ${JSON.stringify(values.format)}; wanted: ${formats.join(', ')}`;
    }
    return {
      dataPath: values['data-path'] ?? (env.MATCHBOX_DATA_PATH || '/var/lib/matchbox'),
      assetsPath: values['assets-path'],
      format,
      strict: values.strict,
    };
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

/** Without a folder of assets, whoever checks has none at hand, and nothing is said about them. */
function assetCheck(
  { dataPath, assetsPath }: Options,
  { workingDirectory }: CommandContext,
): ((path: string) => boolean) | undefined {
  const folder = resolve(workingDirectory, assetsPath ?? join(dataPath, 'assets'));
  if (assetsPath === undefined && !existsSync(folder)) return undefined;
  return (path) => existsSync(join(folder, path.replace(/^\/assets\//, '')));
}

function lineReader(snapshot: Snapshot): (finding: Finding) => string | undefined {
  return ({ file, line }) => {
    const slash = file.indexOf('/');
    const entry = snapshot.file(file.slice(0, slash) as Kind, file.slice(slash + 1));
    return entry === undefined ? undefined : new TextDecoder().decode(entry.bytes).split('\n')[line - 1];
  };
}
