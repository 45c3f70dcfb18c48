// What a rule is, and the small questions that many rules ask.
import { cleanPath } from '@matchbox/gotext';
import type { ConfigObject } from './config.ts';
import type { PlainRule, Rule } from './messages.ts';
import type { ReportKind, ReportPath } from './report.ts';

/** What is found broken: a rule's name, with a text of its own where that is not always the same. `undefined` is nothing. */
export type Fault = PlainRule | { readonly rule: Rule; readonly message: string } | undefined;

/** What a rule is given: where to report, and which version judges. */
export interface RuleContext {
  readonly minor: number;
  /** Reports below the value that is judged. */
  add(kind: ReportKind, below: ReportPath, fault: Fault): void;
}

export type StructRule = (value: ConfigObject, context: RuleContext) => void;

/** Neither nil nor empty. */
export function filled(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

export function pathFault(path: string): PlainRule | undefined {
  if (path === '') return 'path-missing';
  if (!path.startsWith('/')) return 'path-relative';
  return cleanPath(path) === path ? undefined : 'dirty-path';
}

export function optionalPathFault(path: string | undefined): PlainRule | undefined {
  return filled(path) ? pathFault(path) : undefined;
}
