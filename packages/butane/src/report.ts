// What is said about a config while it is translated, and what users see of it.
import type { ReportKind } from '@matchbox/ignition';
import type { Rule } from './messages.ts';
import type { Path, Position } from './yaml/index.ts';

/**
 * One remark before positions are known. `source`: the path is one of the YAML document. `output`: it is one of the
 * generated config and has to be traced back.
 */
export interface Finding {
  readonly kind: ReportKind;
  readonly rule: Rule;
  readonly message: string;
  readonly path: Path;
  readonly in: 'source' | 'output';
}

/** An entry of a report as users see it: its place in the YAML text, the column in characters. */
export interface ReportEntry extends Position {
  readonly kind: ReportKind;
  /** What is wrong, for programs; the message is for people, and Butane's to the letter. */
  readonly rule: Rule;
  readonly message: string;
  /** Keys and list indices from the root of the document. */
  readonly path: Path;
  /** What was meant, where that can be told; no part of what Butane prints. */
  readonly hint?: string;
}

export function hasErrors(findings: readonly { readonly kind: string }[]): boolean {
  return findings.some((finding) => finding.kind === 'error');
}
