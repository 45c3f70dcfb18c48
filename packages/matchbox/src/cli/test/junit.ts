/** Results as JUnit XML, which every CI system shows. */
import { toWellFormed } from '@matchbox/gotext';
import type { FileResult, TestResult } from './report.ts';
import { at } from './report.ts';

export function formatJunit(files: readonly FileResult[]): string {
  const all = files.flatMap(({ results }) => results);
  const attributes = `name="matchbox test" ${counts(all, faultsOf(files))}`;
  const suites = files.map((file) => formatSuite(file)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n${suites}</testsuites>\n`;
}

function faultsOf(files: readonly FileResult[]): number {
  return files.filter(({ faults }) => faults.length > 0).length;
}

function counts(results: readonly TestResult[], faulty: number): string {
  const failed = results.filter(({ mismatches }) => mismatches.length > 0).length;
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  return `tests="${results.length + faulty}" failures="${failed}" errors="${faulty}" time="${seconds.toFixed(3)}"`;
}

function formatSuite(result: FileResult): string {
  const { file, results, faults } = result;
  const cases = results.map((each) => formatCase(file, each));
  if (faults.length > 0) {
    const text = faults.map(({ place, message }) => `${at(file, place)} ${message}`).join('\n');
    const error = `<error message="${escapeXml(faults[0]!.message)}">${escapeXml(text)}</error>`;
    cases.push(
      `    <testcase name="the file can be read" classname="${escapeXml(file)}" time="0">${error}</testcase>\n`,
    );
  }
  const attributes = `name="${escapeXml(file)}" ${counts(results, faultsOf([result]))}`;
  return `  <testsuite ${attributes}>\n${cases.join('')}  </testsuite>\n`;
}

function formatCase(file: string, { test, mismatches, seconds }: TestResult): string {
  const place = `file="${escapeXml(file)}" line="${test.place.line}"`;
  const head = `    <testcase name="${escapeXml(test.name)}" classname="${escapeXml(file)}" ${place} time="${seconds.toFixed(3)}"`;
  if (mismatches.length === 0) return `${head}/>\n`;
  const failures = mismatches.map(({ place: where, message, details }) => {
    const text = [`${at(file, where)} ${message}`, ...details].join('\n');
    return `      <failure message="${escapeXml(message)}">${escapeXml(text)}</failure>\n`;
  });
  return `${head}>\n${failures.join('')}    </testcase>\n`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** For text and attributes. What XML 1.0 cannot hold becomes U+FFFD. */
function escapeXml(text: string): string {
  return toWellFormed(text)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"\n\r\t]/g, (character) => entities[character]!);
}
