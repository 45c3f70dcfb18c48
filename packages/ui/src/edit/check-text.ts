/** What is wrong with a text, found in the browser as it is typed: by the code that the server uses. */
import { translate } from '@matchbox/butane';
import { parse, sprigFunctionNames, TemplateError } from '@matchbox/gotemplate';
import { parseSource, specVersions } from '@matchbox/ignition';

export interface Remark {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** What is newer is refused. */
const newest = specVersions.at(-1)!.version;

export function checkText(kind: string, name: string, text: string): Remark[] {
  if (kind === 'groups' || kind === 'profiles' || kind === 'networks') return checkJson(text);
  if (kind === 'ignition' && /\.(?:ign|ignition)$/.test(name)) return checkIgnition(text);
  const remarks = checkTemplate(text);
  // What is rendered first can only be checked as rendered: the server does that.
  return remarks.length > 0 || kind !== 'ignition' || text.includes('{{') ? remarks : checkButane(text);
}

function checkJson(text: string): Remark[] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [];
    return [{ line: 1, column: 1, severity: 'error', message: 'a JSON object is wanted' }];
  } catch (error) {
    const { message } = error as Error;
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
    return [{ line: before.length, column: before.at(-1)!.length + 1, severity: 'error', message }];
  }
}

function checkTemplate(text: string): Remark[] {
  if (!text.includes('{{')) return [];
  try {
    parse(text);
    return [];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    // Whether the server has these functions it says itself.
    if ([...sprigFunctionNames].some((known) => known === error.missingFunction)) return [];
    return [{ line: Math.max(1, error.line), column: error.column + 1, severity: 'error', message: error.message }];
  }
}

function checkButane(text: string): Remark[] {
  const { report, error, ok } = translate(text);
  const remarks = report.map(({ kind, line, column, message, hint }): Remark => {
    const words = hint === undefined ? message : `${message}; ${hint}`;
    return {
      line: Math.max(1, line),
      column: Math.max(1, column),
      severity: kind === 'error' ? 'error' : 'warning',
      message: words,
    };
  });
  return ok || remarks.length > 0
    ? remarks
    : [{ line: 1, column: 1, severity: 'error', message: error ?? 'no Butane config' }];
}

function checkIgnition(text: string): Remark[] {
  const { report, error } = parseSource(new TextEncoder().encode(text), newest);
  const remarks = report.map(({ kind, line, column, message }): Remark => {
    return {
      line: Math.max(1, line),
      column: Math.max(1, column),
      severity: kind === 'error' ? 'error' : 'warning',
      message,
    };
  });
  return error === undefined || remarks.length > 0
    ? remarks
    : [{ line: 1, column: 1, severity: 'error', message: error }];
}
