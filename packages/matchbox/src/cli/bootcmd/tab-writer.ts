/**
 * Columns aligned with tabs, as Go's text/tabwriter makes them with a tab width of 8, a padding of 1 and tabs to pad.
 *
 * A cell ends with a tab; what follows the last tab of a line is no cell of a column. A column is a run of consecutive lines
 * that have such a cell, so that it is only as wide as those lines need.
 */
const tabWidth = 8;
const padding = 1;

/** @returns the text with its columns aligned; it ends as it ended */
export function alignColumns(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const padded = lines.map((cells) => [...cells]);
  alignFrom({ lines, padded }, 0, 0, lines.length);
  return padded.map((cells) => cells.join('')).join('\n');
}

interface Table {
  readonly lines: readonly (readonly string[])[];
  /** The same with tabs behind the cells. */
  readonly padded: string[][];
}

/** Aligns the column `column` of the lines from `start` to `end`, then, within each run, the columns to its right. */
function alignFrom(table: Table, column: number, start: number, end: number): void {
  const { lines, padded } = table;
  let at = start;
  while (at < end) {
    if (!hasCell(lines[at], column)) {
      at++;
      continue;
    }
    let stop = at;
    let width = 0;
    for (; stop < end && hasCell(lines[stop], column); stop++) {
      width = Math.max(width, widthOf(lines[stop]?.[column] ?? '') + padding);
    }
    for (let line = at; line < stop; line++) {
      const cell = lines[line]?.[column] ?? '';
      const cells = padded[line];
      if (cells) cells[column] = cell + tabsAfter(widthOf(cell), width);
    }
    alignFrom(table, column + 1, at, stop);
    at = stop;
  }
}

function hasCell(cells: readonly string[] | undefined, column: number): boolean {
  return cells !== undefined && column < cells.length - 1;
}

/** Go counts code points. */
function widthOf(cell: string): number {
  return Array.from(cell).length;
}

function tabsAfter(width: number, columnWidth: number): string {
  const roundedWidth = Math.ceil(columnWidth / tabWidth) * tabWidth;
  return '\t'.repeat(Math.ceil((roundedWidth - width) / tabWidth));
}
