/** How results are printed for people. */
import { type Mismatch, showControls } from '../../foresight/expectations/mismatch.ts';
import type { MachineTest, Place, SuiteFault } from '../../foresight/expectations/suite.ts';
import type { CommandContext } from '../command.ts';

export interface TestResult {
  readonly test: MachineTest;
  readonly mismatches: readonly Mismatch[];
  readonly seconds: number;
}

/** What came of one test file: results, or why there are none. */
export interface FileResult {
  readonly file: string;
  readonly results: readonly TestResult[];
  readonly faults: readonly SuiteFault[];
}

export type Paint = (color: keyof typeof colors, text: string) => string;

const colors = { red: 31, green: 32, dim: 2 } as const;

/** Colours on a terminal alone, and not for those who ask for none (https://no-color.org). */
export function choosePaint({ stdout, env }: CommandContext): Paint {
  const isColored = stdout.isTerminal && !env.NO_COLOR;
  return (color, text) => (isColored ? `\u001b[${colors[color]}m${text}\u001b[0m` : text);
}

export function formatFile({ file, results, faults }: FileResult, paint: Paint): string {
  if (faults.length > 0) {
    const lines = faults.map(({ place, message }) => `  ${at(file, place)} ${showControls(message)}\n`);
    return `${paint('red', 'FAULTY')} ${showControls(file)}\n${lines.join('')}`;
  }
  const failed = results.filter(({ mismatches }) => mismatches.length > 0);
  if (failed.length > 0) return failed.map((result) => formatFailure(file, result, paint)).join('');
  return results.length === 0 ? '' : `${paint('green', 'ok')} ${showControls(file)}, ${tests(results.length)}\n`;
}

function formatFailure(file: string, { test, mismatches }: TestResult, paint: Paint): string {
  const lines = mismatches.flatMap(({ place, message, details }) => [
    `  ${at(file, place)} ${showControls(message)}`,
    ...details.map((line) => `    ${paintDetail(line, paint)}`),
  ]);
  return `${paint('red', 'FAIL')} ${at(file, test.place)} ${showControls(test.name)}\n${lines.join('\n')}\n`;
}

function paintDetail(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint('green', line);
  if (line.startsWith('-')) return paint('red', line);
  return line.startsWith('@@') ? paint('dim', line) : line;
}

export function formatSummary(files: readonly FileResult[], paint: Paint): string {
  const results = files.flatMap((each) => each.results);
  const failed = results.filter(({ mismatches }) => mismatches.length > 0).length;
  const faulty = files.filter(({ faults }) => faults.length > 0).length;
  const parts = [
    `${results.length - failed} passed`,
    `${failed} failed`,
    ...(faulty > 0 ? [`${faulty} faulty ${faulty === 1 ? 'file' : 'files'}`] : []),
  ];
  const isFine = failed + faulty === 0;
  return `${paint(isFine ? 'green' : 'red', parts.join(', '))} (${files.length} ${files.length === 1 ? 'file' : 'files'})\n`;
}

export function at(file: string, { line, column }: Place): string {
  return `${showControls(file)}:${line}:${column}`;
}

function tests(count: number): string {
  return count === 1 ? '1 test' : `${count} tests`;
}
