// A report for people: each entry with the lines of the text that it is about.
import { formatEntry, formatPath } from '@matchbox/ignition';
import type { ReportEntry } from './report.ts';

const colors = { error: '\u001b[1;31m', warning: '\u001b[1;33m', info: '\u001b[1;36m', frame: '\u001b[1;34m' };
const reset = '\u001b[0m';

/** Lines shown before and after the one that an entry is about. */
const contextLines = 2;

/**
 * The report as the `butane` command prints it.
 *
 * @param fileName - as it is to be shown, e.g. `<stdin>`
 * @param source - the text that was translated
 * @param colored - with ANSI colours
 */
export function formatPrettyReport(
  report: readonly ReportEntry[],
  fileName: string,
  source: string,
  colored: boolean,
): string {
  const lines = source.split('\n');
  return report.map((entry) => prettyEntry(entry, fileName, lines, colored)).join('\n');
}

function prettyEntry(entry: ReportEntry, fileName: string, lines: readonly string[], colored: boolean): string {
  const paint = (text: string, color: string): string => (colored ? color + text + reset : text);
  const { kind, line, column, path, message } = entry;
  const text = [...(lines[line - 1] ?? '')];
  if (line < 1 || line > lines.length || column < 1 || column > text.length) return `${formatEntry(entry)}\n`;
  const first = Math.max(1, line - contextLines);
  const last = Math.min(lines.length, line + contextLines);
  const width = String(last).length;
  const gutter = ` ${' '.repeat(width)} |`;
  const shown = [
    `${paint(kind, colors[kind])}${path.length === 0 ? '' : `[${formatPath(path)}]`}:`,
    `  ${paint('-->', colors.frame)} ${fileName}:${line}:${column}`,
    gutter,
  ];
  for (let number = first; number <= last; number++) {
    shown.push(` ${paint(String(number).padStart(width), colors.frame)} | ${lines[number - 1]}`);
    if (number !== line) continue;
    const word = /^\S*/.exec(text.slice(column - 1).join(''))![0];
    const underline = paint('^'.repeat([...word].length), colors.frame);
    shown.push(`${gutter} ${' '.repeat(column - 1)}${underline} ${message}`);
  }
  return `${[...shown, gutter].join('\n')}\n`;
}
