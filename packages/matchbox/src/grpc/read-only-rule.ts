/** Which clients may read only. Apart from who a client is, since the start reads it before the gRPC stack is loaded. */

/** Which attribute of the subject makes a client a reader: `OU=read-only` unless configured otherwise. */
export interface ReadOnlyRule {
  readonly attribute: string;
  readonly value: string;
}

export const defaultReadOnlyRule: ReadOnlyRule = { attribute: 'OU', value: 'read-only' };

/**
 * Parses `OU=read-only`.
 * @returns undefined for what is no such rule
 */
export function parseReadOnlyRule(text: string): ReadOnlyRule | undefined {
  const match = /^([A-Za-z][A-Za-z0-9]*)=(.+)$/.exec(text);
  return match?.[1] && match[2] ? { attribute: match[1], value: match[2] } : undefined;
}

/** A rule a line; empty lines, and those that begin with `#`, say nothing. The first line that is no rule is the fault. */
export function parseReadOnlyRules(text: string): {
  readonly rules: readonly ReadOnlyRule[];
  readonly fault?: { readonly line: number; readonly text: string };
} {
  const rules: ReadOnlyRule[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const words = line.trim();
    if (words === '' || words.startsWith('#')) continue;
    const rule = parseReadOnlyRule(words);
    if (rule === undefined) return { rules, fault: { line: at + 1, text: words } };
    rules.push(rule);
  }
  return { rules };
}
