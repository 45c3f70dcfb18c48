/** `matchbox validate`: checks a whole data directory and prints what is wrong with it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Kind, kinds } from '../../core/kind.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { Finding } from '../../core/validate/finding.ts';
import { validate } from '../../core/validate/validate.ts';
import { argumentFault } from '../argument-fault.ts';
import type { Command, CommandContext } from '../command.ts';
import { type DataSource, dataFlags, dataFlagsHelp, readDataFlags, withTwoDashes } from '../data-flags.ts';
import { type Format, formats, formatters } from './format.ts';
import { showProgress } from './progress.ts';

const usage = `Usage: matchbox validate [flags]

Checks every file of a data directory, and renders every template for every
group that uses it, by the code that answers machines.

${dataFlagsHelp}  -assets-path DIR     where kernels and initrds are (default: assets/ of the
                       data directory, if it is there)
  -o, -output FORMAT   ${formats.join(', ')} (default text);
                       -format is the same
  -strict              fail on warnings too

Exit code: 0 nothing to mend; 1 errors, with -strict warnings too;
2 wrong usage, no data directory.

Examples:
  matchbox validate -data-path examples
  matchbox validate -strict -o github
  matchbox validate -o sarif >matchbox.sarif
  matchbox validate -o json | jq -r '.[].rule' | sort | uniq -c
`;

export const validateCommand: Command = {
  name: 'validate',
  summary: 'check a data directory before a machine meets its faults',
  run,
};

interface Options {
  readonly source: DataSource;
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
    context.stderr.write(`matchbox validate: ${options}; matchbox validate -help lists the flags\n`);
    return 2;
  }
  const { source, format, strict } = options;
  const { dataPath, onBrokenGroup } = source;
  if (options.assetsPath !== undefined && !existsSync(resolve(context.workingDirectory, options.assetsPath))) {
    context.stderr.write(
      `matchbox validate: there is no folder ${options.assetsPath}, where -assets-path says it is\n`,
    );
    return 2;
  }
  if (context.data === undefined) throw new Error('validate needs access to data directories');
  const snapshot = await context.data.openSnapshot(resolve(context.workingDirectory, dataPath), { onBrokenGroup });
  for (const line of describeMissing(snapshot, dataPath)) context.stderr.write(`matchbox validate: ${line}\n`);
  if (snapshot.folderFaults.size === kinds.length) return 2;
  const progress = showProgress(context);
  const findings = validate(snapshot, {
    gzip: context.data.gzip,
    assetExists: assetCheck(options, context),
    onProgress: progress.show,
  });
  progress.close();
  const output = formatters[format](findings, {
    pathOf: (file) => join(dataPath, file),
    lineOf: context.stdout.isTerminal ? lineReader(snapshot) : undefined,
    color: context.stdout.isTerminal && !context.env.NO_COLOR,
  });
  context.stdout.write(output);
  const isUnreadable = [...snapshot.folderFaults.values()].some(({ code }) => code !== 'not_found');
  return isUnreadable || findings.some(({ severity }) => strict || severity === 'error') ? 1 : 0;
}

/** What is said of folders that are not there or cannot be read; a directory without profiles, or without templates, may be meant so. */
function describeMissing({ folderFaults }: Snapshot, dataPath: string): string[] {
  if (folderFaults.size === kinds.length) {
    const [fault] = folderFaults.values();
    return [`no data directory at ${dataPath}: ${fault!.message}; it has the folders ${kinds.join(', ')}`];
  }
  return [...folderFaults].flatMap(([kind, { code, message }]) => {
    if (code !== 'not_found') return [`${message}; what is in this folder counts as missing`];
    return kind === 'groups' ? [`${message}; without groups no machine is answered`] : [];
  });
}

/** @returns what is wrong with the arguments, or `help` */
function parseOptions(args: readonly string[], { env }: CommandContext): Options | string {
  const options = {
    ...dataFlags,
    'assets-path': { type: 'string' },
    output: { type: 'string', short: 'o' },
    format: { type: 'string' },
    strict: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: withTwoDashes(args), options, allowPositionals: true });
    if (values.help) return 'help';
    if (positionals.length > 0) {
      return `found ${JSON.stringify(positionals[0])}, wanted flags only; the data directory is given by -data-path`;
    }
    const wanted = values.output ?? values.format ?? 'text';
    const format = formats.find((known) => known === wanted);
    if (format === undefined) return `there is no output ${JSON.stringify(wanted)}; wanted: ${formats.join(', ')}`;
    const source = readDataFlags(values, env);
    if (typeof source === 'string') return source;
    return { source, assetsPath: values['assets-path'], format, strict: values.strict };
  } catch (error) {
    if (error instanceof TypeError) return argumentFault(error, Object.keys(options));
    throw error;
  }
}

/** Without a folder of assets, whoever checks has none at hand, and nothing is said about them. */
function assetCheck(
  { source: { dataPath }, assetsPath }: Options,
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
