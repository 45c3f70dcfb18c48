/** Lines of text in a given width: wrapped at spaces, in columns, coloured where that is wanted. */
import { escapeUnprintable } from '@matchbox/gotext';
import { shorten } from './shorten.ts';

export interface LayoutOptions {
  /** Columns of the terminal; 80 unless said otherwise. */
  readonly width?: number;
  /** Colours, for terminals alone. */
  readonly color?: boolean;
}

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red';

/** A line of two or more columns; all but the last are as wide as their widest cell. */
export type Row = readonly { readonly text: string; readonly style?: Style | undefined }[];

export interface Layout {
  paint(text: string, style: Style | undefined): string;
  /** A paragraph; whatever is in it is made printable. */
  paragraph(text: string, indent: number): string;
  /** The last column is wrapped below itself. */
  table(rows: readonly Row[], indent: number): string;
}

const codes: Readonly<Record<Style, number>> = { bold: 1, dim: 2, green: 32, yellow: 33, red: 31 };
/** A longer cell is cut; the JSON has all of it. */
const maxCellLength = 600;
/** A cell that is wider than this pushes only its own line to the right. */
const maxColumnWidth = 34;

export function createLayout({ width = 80, color = false }: LayoutOptions): Layout {
  const paint = (text: string, style: Style | undefined) =>
    color && style !== undefined && text !== '' ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
  const paragraph = (text: string, indent: number) =>
    wrap(clean(text), width - indent)
      .map((line) => `${' '.repeat(indent)}${line}\n`)
      .join('');
  const table = (rows: readonly Row[], indent: number) => {
    const cells = rows.map((row) => row.map(({ text, style }) => ({ text: clean(text), style })));
    const widths = columnWidths(cells);
    return cells.map((row) => formatRow(row, widths, indent)).join('');
  };
  const formatRow = (row: Row, widths: readonly number[], indent: number) => {
    let line = ' '.repeat(indent);
    let at = indent;
    for (const [column, { text, style }] of row.slice(0, -1).entries()) {
      const padding = ' '.repeat(Math.max(widths[column]! - lengthOf(text), 0) + 2);
      line += paint(text, style) + padding;
      at += lengthOf(text) + padding.length;
    }
    const { text, style } = row.at(-1)!;
    const [first = '', ...more] = wrap(text, Math.max(width - at, 20));
    const rest = more.map((each) => `${' '.repeat(at)}${paint(each, style)}\n`);
    return `${(line + paint(first, style)).trimEnd()}\n${rest.join('')}`;
  };
  return { paint, paragraph, table };
}

function clean(text: string): string {
  return shorten(escapeUnprintable(shorten(text, maxCellLength)), maxCellLength);
}

function columnWidths(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, { text }] of row.slice(0, -1).entries()) {
      widths[column] = Math.max(widths[column] ?? 0, Math.min(lengthOf(text), maxColumnWidth));
    }
  }
  return widths;
}

/** Breaks at spaces; a word that is too long for a line stands alone, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}
