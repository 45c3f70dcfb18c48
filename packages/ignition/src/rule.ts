// What a rule is, and the small questions that many rules ask.
import type { ConfigObject } from './config.ts';
import { cleanPath } from './go-path.ts';
import { messages } from './messages.ts';
import type { ReportKind, ReportPath } from './report.ts';

/** What a rule is given: where to report, and which version judges. */
export interface RuleContext {
  readonly minor: number;
  /** Reports below the value that is judged. A message of `undefined` is no entry. */
  add(kind: ReportKind, below: ReportPath, message: string | undefined): void;
}

export type StructRule = (value: ConfigObject, context: RuleContext) => void;

/** Neither nil nor empty. */
export function filled(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

export function pathFault(path: string): string | undefined {
  if (path === '') return messages.noPath;
  if (!path.startsWith('/')) return messages.pathRelative;
  return cleanPath(path) === path ? undefined : messages.dirtyPath;
}

export function optionalPathFault(path: string | undefined): string | undefined {
  return filled(path) ? pathFault(path) : undefined;
}
