/** Compares what commands printed with what a page says that they print. */

/** @returns undefined when it agrees, otherwise the first difference in words */
export function difference(expected: string, actual: string): string | undefined {
  const wanted = tidy(expected);
  const found = tidy(actual);
  if (new RegExp(`^${wanted.map(linePattern).join('')}$`).test(joined(found))) return undefined;
  const at = wanted.findIndex(
    (line, index) => line === '…' || !new RegExp(`^${linePattern(line)}$`).test(`${found[index] ?? ''}\n`),
  );
  const line = at < 0 ? wanted.length : at;
  return `line ${line + 1} of the output: the page says ${quote(wanted[line])}, the command printed ${quote(found[line])}\n--- printed:\n${joined(found)}---`;
}

/** Lines without spaces at their ends, and without empty lines at the end. */
export function tidy(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

function linePattern(line: string): string {
  if (line === '…') return '(?:.*\\n)*';
  return `${line
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')}\n`;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function quote(line: string | undefined): string {
  return line === undefined ? 'nothing' : JSON.stringify(line);
}
