// What is said about a config: an ordered list of entries with a path into the document.

export type ReportKind = 'error' | 'warning' | 'info';

/** Keys and list indices from the root of the document. */
export type ReportPath = readonly (string | number)[];

export interface ReportEntry {
  readonly kind: ReportKind;
  readonly path: ReportPath;
  readonly message: string;
}

/** `$.storage.files.0.path` */
export function formatPath(path: ReportPath): string {
  return ['$', ...path].join('.');
}

/** An entry with its place in the text: line and column from 1, the column in bytes; 0:0 where there is none. */
export interface PositionedEntry extends ReportEntry {
  readonly line: number;
  readonly column: number;
}

/**
 * The report as Ignition prints it, one line for an entry, each with a line feed.
 *
 * @example `error at $.storage.files.0.path, line 3 col 17: path not absolute`
 */
export function formatReport(report: readonly (ReportEntry | PositionedEntry)[]): string {
  return report.map((entry) => `${formatEntry(entry)}\n`).join('');
}

function formatEntry(entry: ReportEntry | PositionedEntry): string {
  const places: string[] = [];
  if (entry.path.length > 0) places.push(formatPath(entry.path));
  if ('line' in entry && entry.line > 0) places.push(`line ${entry.line} col ${entry.column}`);
  const at = places.length === 0 ? '' : ` at ${places.join(', ')}`;
  return `${entry.kind}${at}: ${entry.message}`;
}
