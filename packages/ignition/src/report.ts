// What is said about a config: an ordered list of entries with a path into the document.
import type { Rule } from './messages.ts';
import type { Position } from './position.ts';

export type ReportKind = 'error' | 'warning' | 'info';

/** Keys and list indices from the root of the document. */
export type ReportPath = readonly (string | number)[];

export interface ReportEntry {
  readonly kind: ReportKind;
  /** What is wrong, for programs; the message is for people, and Ignition's to the letter. */
  readonly rule: Rule;
  readonly path: ReportPath;
  readonly message: string;
}

/** `$.storage.files.0.path` */
export function formatPath(path: ReportPath): string {
  return ['$', ...path].join('.');
}

/** An entry with its place in the text: line and column from 1, the column in bytes; 0:0 where there is none. */
export interface PositionedEntry extends ReportEntry, Position {}

/**
 * The report as Ignition prints it, one line for an entry, each with a line feed.
 *
 * @example `error at $.storage.files.0.path, line 3 col 17: path not absolute`
 */
export function formatReport(report: readonly ReportLine[]): string {
  return report.map((entry) => `${formatEntry(entry)}\n`).join('');
}

/** What a line of a report says; Butane's entries have it as well. */
export type ReportLine = Omit<ReportEntry, 'rule'> & Partial<Position>;

/** One entry as Ignition and Butane print it, without a line feed. */
export function formatEntry(entry: ReportLine): string {
  const places: string[] = [];
  if (entry.path.length > 0) places.push(formatPath(entry.path));
  if (entry.line !== undefined && entry.line > 0) places.push(`line ${entry.line} col ${entry.column}`);
  const at = places.length === 0 ? '' : ` at ${places.join(', ')}`;
  return `${entry.kind}${at}: ${entry.message}`;
}
