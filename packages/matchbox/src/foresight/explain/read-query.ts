/** A query as it is understood: what became labels, and what counts for nothing and why. */

import { hasTooManyParameters, parseLabels, parseQuery } from '../../answer/labels.ts';
import { isMacKey } from '../../data/group.ts';
import type { Labels } from '../../data/group-index.ts';
import type { DroppedParameter, ExplainedLabel } from './explanation.ts';

export interface ReadQuery {
  readonly labels: Labels;
  readonly shown: readonly ExplainedLabel[];
  readonly dropped: readonly DroppedParameter[];
}

/** Every part is read by the code that answers machines; this only looks at what became of it. */
export function readQuery(rawQuery: string): ReadQuery {
  if (hasTooManyParameters(rawQuery)) return { labels: new Map(), shown: [], dropped: [] };
  const { labels, badMacs } = parseLabels(rawQuery);
  const shown: ExplainedLabel[] = [];
  const dropped: DroppedParameter[] = [];
  const seen = new Map<string, string>();
  for (const parameter of rawQuery.split('&')) {
    if (parameter === '') continue;
    const [pair] = parseQuery(parameter);
    if (pair === undefined) {
      dropped.push(malformed(parameter));
      continue;
    }
    const [label, value] = pair;
    const first = seen.get(label);
    if (first !== undefined) {
      const message = `${label} was sent before, and the first value counts: ${first}`;
      dropped.push({ parameter, label, value, reason: 'repeated', message });
      continue;
    }
    seen.set(label, value);
    const understood = labels.get(label);
    if (understood === undefined) {
      const message = badMacs.find((bad) => bad.value === value)?.message ?? 'invalid MAC address';
      dropped.push({ parameter, label, value, reason: 'bad_mac', message: message + separatorHint(value) });
    } else if (isMacKey(label) && understood !== value) shown.push({ label, value: understood, sent: value });
    else shown.push({ label, value: understood });
  }
  return { labels, shown, dropped };
}

/** The digits of a MAC address, grouped by separators that matching does not know (`525400-a19cae`, `52 54 00 …`). */
function separatorHint(value: string): string {
  const digits = value.replace(/[\s:.-]/g, '');
  return /^[0-9a-f]{12}$/i.test(digits)
    ? `; with other separators it is one: ${digits.replace(/..(?=.)/g, '$&:')}`
    : '';
}

function malformed(parameter: string): DroppedParameter {
  if (parameter.includes(';')) {
    return { parameter, reason: 'semicolon', message: 'a semicolon separates nothing; write it as %3B in a value' };
  }
  return { parameter, reason: 'bad_escape', message: 'a % is not followed by two hexadecimal digits; write it as %25' };
}
