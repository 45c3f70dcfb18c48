/** `matchbox test`: holds what machines get against what the test files of a data directory expect. */

import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errnoOf } from '@matchbox/gotext';
import type { Snapshot } from '../../data/snapshot.ts';
import { check, type Observed, observe } from '../../foresight/expectations/check.ts';
import { formatFirstSuite } from '../../foresight/expectations/first-suite.ts';
import { readSuite } from '../../foresight/expectations/read-suite.ts';
import { record } from '../../foresight/expectations/record.ts';
import type { MachineTest, Suite } from '../../foresight/expectations/suite.ts';
import type { Command, CommandContext, DataAccess } from '../command.ts';
import { CommandError, sayInstead, withFaultsSaid } from '../command-error.ts';
import { formatJunit } from './junit.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { at, choosePaint, type FileResult, formatFile, formatSummary, type TestResult } from './report.ts';
import {
  besidePath,
  findSuiteFiles,
  readBeside,
  readSuiteFile,
  type SuiteFile,
  writeWithFolder,
} from './suite-files.ts';
import { runOnChanges } from './watch.ts';

export const testCommand: Command = {
  name: 'test',
  summary: 'hold what machines get against what test files expect',
  run,
};

/** One call of the command. */
interface TestRun {
  readonly options: Options;
  readonly context: CommandContext;
  readonly data: DataAccess;
  /** Everything that was read, absolute: what to look at while waiting for changes. */
  readonly paths: Set<string>;
}

/** Something that stops the command: said in one line, exit code 2. */
class TestFault extends CommandError {
  constructor(message: string) {
    super('unusable', message);
  }
}

async function run(args: readonly string[], context: CommandContext): Promise<number> {
  const options = parseOptions(args, context);
  if (typeof options === 'string') return sayInstead('matchbox test', usage, options, context);
  const { data } = context;
  if (data === undefined) throw new TypeError('matchbox test needs access to data directories');
  const testRun: TestRun = { options, context, data, paths: new Set() };
  if (!options.watch) return reportFaults(testRun, () => runOnce(testRun));
  return watch(testRun);
}

function reportFaults({ context }: TestRun, work: () => Promise<number>): Promise<number> {
  return withFaultsSaid('matchbox test', context, work);
}

async function watch(testRun: TestRun): Promise<number> {
  const { options, context, data, paths } = testRun;
  const { followData } = data;
  if (followData === undefined) throw new TypeError('matchbox test -watch needs data directories that tell of changes');
  const runAndWait = async () => {
    for (const target of options.targets) paths.add(resolve(context.workingDirectory, target));
    const code = await reportFaults(testRun, () => runOnce(testRun));
    if (!context.signal.aborted) context.stderr.write('waiting for changes; Ctrl-C ends\n\n');
    return code;
  };
  return runOnChanges(runAndWait, {
    paths: () => paths,
    followData: (onChange) => followData(options.directory, onChange),
    signal: context.signal,
  });
}

async function runOnce(testRun: TestRun): Promise<number> {
  const { options, context, data } = testRun;
  if (!existsSync(options.directory)) throw new TestFault(`there is no data directory ${options.dataPath}`);
  const snapshot = await data.openSnapshot(options.directory, options);
  const { length: broken } = snapshot.broken;
  if (broken > 0) {
    const files = broken === 1 ? '1 file is broken' : `${broken} files are broken`;
    context.stderr.write(`note: ${files}; matchbox validate -data-path ${options.dataPath} names them\n`);
  }
  if (options.init) return writeFirstSuite(testRun, snapshot);
  const suites = await findSuites(testRun, snapshot);
  const files: FileResult[] = [];
  const paint = choosePaint(context);
  for (const suite of suites) {
    const result = await runFile(testRun, suite, snapshot);
    files.push(result);
    context.stdout.write(formatFile(result, paint));
    if (context.signal.aborted) return 2;
  }
  if (options.filter !== undefined && files.every(({ results, faults }) => results.length + faults.length === 0)) {
    throw new TestFault(`no test has ${JSON.stringify(options.filter)} in its name`);
  }
  context.stdout.write(formatSummary(files, paint));
  if (options.junit !== undefined) await writeJunit(testRun, options.junit, files);
  return exitCode(files);
}

function exitCode(files: readonly FileResult[]): number {
  if (files.some(({ faults }) => faults.length > 0)) return 2;
  return files.some(({ results }) => results.some(({ mismatches }) => mismatches.length > 0)) ? 1 : 0;
}

async function findSuites({ options, context, data }: TestRun, snapshot: Snapshot): Promise<SuiteFile[]> {
  let suites: SuiteFile[] = [];
  try {
    suites = await findSuiteFiles(options.targets, context.workingDirectory);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || options.areTargetsGiven) throw new TestFault(describe(error, 'find the tests'));
  }
  if (suites.length > 0) return suites;
  const example = formatFirstSuite(snapshot, data.gzip, 1).replace(/^(?=.)/gm, '  ');
  const begin = `matchbox test -data-path ${options.dataPath} -init`;
  throw new TestFault(
    `there are no tests: no *.yaml in ${options.targets.join(', ')}
A test names a machine and says what it has to get. For this data directory:

${example}
\`${begin}\` writes such a file, with a test for each group.`,
  );
}

async function writeFirstSuite({ options, context, data }: TestRun, snapshot: Snapshot): Promise<number> {
  const [folder = ''] = options.targets;
  const shown = /\.ya?ml$/.test(folder) ? folder : join(folder, 'machines.yaml');
  const path = resolve(context.workingDirectory, shown);
  if (existsSync(path)) throw new TestFault(`${shown} is there already, and -init writes a new file only`);
  try {
    await writeWithFolder(path, formatFirstSuite(snapshot, data.gzip));
  } catch (error) {
    throw new TestFault(describe(error, `write ${shown}`));
  }
  context.stdout.write(`wrote ${shown}: what machines get now. Read it before you trust it, and add what matters.\n`);
  return 0;
}

async function runFile(testRun: TestRun, file: SuiteFile, snapshot: Snapshot): Promise<FileResult> {
  const { options, paths } = testRun;
  paths.add(file.path);
  const suite = await openSuite(file);
  if ('faults' in suite) return { file: file.shown, results: [], faults: suite.faults };
  const chosen = (each: Suite) => each.tests.filter(({ name }) => name.includes(options.filter ?? ''));
  const observed = await observeAll(testRun, file, chosen(suite), snapshot);
  const current = options.update ? await update(testRun, file, suite, observed) : suite;
  const byName = new Map(Array.from(observed, ([{ name }, each]) => [name, each]));
  const results = chosen(current).map((test): TestResult => {
    const { seen, seconds } = byName.get(test.name)!;
    return { test, mismatches: check(test, seen, besideReader(testRun, file)), seconds };
  });
  return { file: file.shown, results, faults: [] };
}

async function openSuite(file: SuiteFile): Promise<ReturnType<typeof readSuite>> {
  try {
    return readSuite(file.shown, await readSuiteFile(file));
  } catch (error) {
    const message = describe(error, 'read the file');
    return { faults: [{ place: { line: 1, column: 1, offset: 0 }, message }] };
  }
}

interface Timed {
  readonly seen: Observed;
  readonly seconds: number;
}

/** After a second, a terminal is told how far it is. */
async function observeAll(
  { context, data }: TestRun,
  { shown }: SuiteFile,
  tests: readonly MachineTest[],
  snapshot: Snapshot,
): Promise<Map<MachineTest, Timed>> {
  const observed = new Map<MachineTest, Timed>();
  let said = performance.now();
  for (const test of tests) {
    const started = performance.now();
    const seen = observe(test, snapshot, data.gzip);
    const ended = performance.now();
    observed.set(test, { seen, seconds: (ended - started) / 1000 });
    if (ended - said < 1_000) continue;
    said = ended;
    if (context.stderr.isTerminal)
      context.stderr.write(`\r${shown}: ${observed.size} of ${tests.length} tests\u001b[K\r`);
    await nextTurn();
    if (context.signal.aborted) throw new TestFault('stopped');
  }
  return observed;
}

function besideReader({ paths }: TestRun, file: SuiteFile): (name: string) => Uint8Array | undefined {
  return (name) => {
    paths.add(besidePath(file, name));
    try {
      return readBeside(file, name);
    } catch (error) {
      throw new TestFault(describe(error, `read ${besidePath(file, name)}`));
    }
  };
}

/** @returns the suite as it is written now */
async function update(
  testRun: TestRun,
  file: SuiteFile,
  suite: Suite,
  observed: ReadonlyMap<MachineTest, Timed>,
): Promise<Suite> {
  const seen = new Map(Array.from(observed, ([test, timed]) => [test, timed.seen]));
  const { text, files, changes, refusals } = record(suite, seen, besideReader(testRun, file));
  try {
    for (const [name, bytes] of files) await writeWithFolder(besidePath(file, name), bytes);
    if (text !== suite.text) await writeWithFolder(file.path, text);
  } catch (error) {
    throw new TestFault(describe(error, `record in ${file.shown}`));
  }
  const { stdout, stderr } = testRun.context;
  for (const { place, message } of changes) stdout.write(`recorded ${at(file.shown, place)} ${message}\n`);
  for (const { place, message } of refusals) stderr.write(`note: ${at(file.shown, place)} ${message}\n`);
  const written = readSuite(file.shown, text);
  return 'faults' in written ? suite : written;
}

async function writeJunit({ context }: TestRun, name: string, files: readonly FileResult[]): Promise<void> {
  const path = resolve(context.workingDirectory, name);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
    await writeWithFolder(path, formatJunit(files));
  } catch (error) {
    throw new TestFault(describe(error, `write ${name}`));
  }
}

function describe(error: unknown, attempt: string): string {
  return `cannot ${attempt}: ${error instanceof Error ? error.message : error}`;
}
