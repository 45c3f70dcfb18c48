// What is said about a config while it is translated, before positions are known.
import type { Path } from './yaml/index.ts';

/**
 * One remark. `source`: the path is one of the YAML document. `output`: it is one of the generated config and has to
 * be traced back.
 */
export interface Finding {
  readonly kind: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly path: Path;
  readonly in: 'source' | 'output';
}

/** An entry of a report as users see it. */
export interface ReportEntry {
  readonly kind: 'error' | 'warning' | 'info';
  readonly message: string;
  /** `$.storage.files.0.path` */
  readonly path: string;
  /** Position in the YAML text, both counted from 1; the column counts characters. */
  readonly line: number;
  readonly column: number;
}

export function hasErrors(findings: readonly { readonly kind: string }[]): boolean {
  return findings.some((finding) => finding.kind === 'error');
}

/** The report as the `butane` command prints it with `--raw-errors`, one line for an entry. */
export function formatReport(report: readonly ReportEntry[]): string {
  return report.map((entry) => `${formatEntry(entry)}\n`).join('');
}

/** `warning at $.storage.files.0.mode, line 8 col 13: …` */
export function formatEntry(entry: ReportEntry): string {
  const at = [
    ...(entry.path === '$' ? [] : [entry.path]),
    ...(entry.line > 0 ? [`line ${entry.line} col ${entry.column}`] : []),
  ];
  return `${entry.kind}${at.length > 0 ? ` at ${at.join(', ')}` : ''}: ${entry.message}`;
}
