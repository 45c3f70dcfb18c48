/** `matchbox validate`: checks a whole data directory and prints what is wrong with it. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { kinds } from '../../data/kind.ts';
import type { Snapshot } from '../../data/snapshot.ts';
import type { Finding } from '../../foresight/validate/finding.ts';
import { createProject, type TestFile } from '../../foresight/validate/project.ts';
import { takeRendered } from '../../foresight/validate/rendered/render-all.ts';
import { checkOthers, findingsIn } from '../../foresight/validate/validate.ts';
import { argumentFault } from '../argument-fault.ts';
import type { Command, CommandContext } from '../command.ts';
import { sayInstead } from '../command-error.ts';
import { type DataSource, dataFlags, dataFlagsHelp, readDataFlags, withTwoDashes } from '../data-flags.ts';
import { findSuiteFiles, readSuiteFile } from '../test/suite-files.ts';
import { type Checked, countChecked } from './checked.ts';
import { type Format, formats, formatters } from './format.ts';
import { showProgress } from './progress.ts';
import { createRendering, type Rendering } from './rendering.ts';

const usage = `Usage: matchbox validate [flags]

Checks every file of a data directory, and renders every template for every
group that uses it, by the code that answers machines. Files of tests/ are read,
not run: matchbox test does that.

${dataFlagsHelp}  -assets-path DIR     where kernels and initrds are (default: assets/ of the
                       data directory, if it is there)
  -o, -output FORMAT   ${formats.join(', ')} (default text);
                       -format is the same
  -strict              fail on warnings too; a note never fails

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
  if (typeof options === 'string') return sayInstead('matchbox validate', usage, options, context);
  if (options.assetsPath !== undefined && !existsSync(resolve(context.workingDirectory, options.assetsPath))) {
    context.stderr.write(
      `matchbox validate: there is no folder ${options.assetsPath}, where -assets-path says it is\n`,
    );
    return 2;
  }
  if (context.data === undefined) throw new Error('validate needs access to data directories');
  const rendering = createRendering(context.threads);
  try {
    return await check(options, rendering, context);
  } finally {
    rendering.close();
  }
}

async function check(options: Options, rendering: Rendering, context: CommandContext): Promise<number> {
  const { source, format, strict } = options;
  const { dataPath } = source;
  const directory = resolve(context.workingDirectory, dataPath);
  const snapshot = await context.data!.openSnapshot(directory, { ...source, onRead: rendering.begin });
  for (const line of describeMissing(snapshot, dataPath)) context.stderr.write(`matchbox validate: ${line}\n`);
  if (snapshot.folderFaults.size === kinds.length) return 2;
  const testFiles = await readTestFiles(dataPath, context);
  const checked = countChecked(snapshot, testFiles);
  const emptiness = describeEmptiness(snapshot, checked, dataPath);
  if (emptiness !== undefined) context.stderr.write(`matchbox validate: ${emptiness}\n`);
  const { gzip } = context.data!;
  const progress = showProgress(context);
  const assetExists = assetCheck(options, context);
  const project = createProject(snapshot, { testFiles, assetExists, gzip, onProgress: progress.show });
  // Rendering for every group is what takes time, and what threads share: they have begun.
  checkOthers(project);
  takeRendered(project, await rendering.finish(project));
  progress.close();
  const findings = findingsIn(project);
  const output = formatters[format](findings, {
    pathOf: (file) => join(dataPath, file),
    lineOf: context.stdout.isTerminal ? lineReader(snapshot, testFiles) : undefined,
    checked,
    color: context.stdout.isTerminal && !context.env.NO_COLOR,
  });
  context.stdout.write(output);
  const isFailed = !checked.isWhole || (strict && emptiness !== undefined);
  return isFailed || findings.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'))
    ? 1
    : 0;
}

/** A folder that is empty is more often a wrong path than what was meant. */
function describeEmptiness({ folderFaults }: Snapshot, { groups }: Checked, dataPath: string): string | undefined {
  if (groups > 0 || folderFaults.has('groups')) return undefined;
  return `warning: ${join(dataPath, 'groups')} has no group, and so no machine is answered`;
}

/** The files that `matchbox test` takes if nothing else is said. */
async function readTestFiles(dataPath: string, { workingDirectory }: CommandContext): Promise<TestFile[]> {
  const folder = join(dataPath, 'tests');
  if (!existsSync(resolve(workingDirectory, folder))) return [];
  const files = await findSuiteFiles([folder], workingDirectory);
  return Promise.all(
    files.map(async (file) => {
      const name = `tests/${basename(file.path)}`;
      // What cannot be read has no tests in it, which is a fault.
      return { file: name, text: await readSuiteFile(file).catch(() => '') };
    }),
  );
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

function lineReader(snapshot: Snapshot, testFiles: readonly TestFile[]): (finding: Finding) => string | undefined {
  const tests = new Map(testFiles.map(({ file, text }) => [file, text]));
  return ({ file, line }) => {
    const slash = file.indexOf('/');
    const kind = kinds.find((each) => each === file.slice(0, slash));
    const bytes = kind === undefined ? undefined : snapshot.file(kind, file.slice(slash + 1))?.bytes;
    const text = bytes === undefined ? tests.get(file) : new TextDecoder().decode(bytes);
    return text?.split('\n')[line - 1];
  };
}
