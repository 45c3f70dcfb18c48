/** Mends the usual mistakes in a JSON text, so that what a broken description names can be looked at too. */

import { encodeBytes } from '@matchbox/gotext';
import { type JsonDocument, JsonError, parseJson } from '../../data/go-json.ts';

/** A file with more mistakes is no slip of the pen. */
const maxRepairs = 12;
/** What is read of a file again and again must not be long. */
const maxLength = 100_000;

/** What to do about a message: the text with one mistake less. */
const repairs: readonly (readonly [RegExp, (text: string, at: number) => string])[] = [
  [/^invalid character '\\ufeff'/, (text) => text.replace('\ufeff', '')],
  [/^invalid character '[/#]'/, (text, at) => text.slice(0, at) + text.slice(at).replace(/^[^\n]*/, '')],
  [/^invalid character '\}' looking for beginning of object key/, withoutCommaBefore],
  [/^invalid character '\]' looking for beginning of value/, withoutCommaBefore],
  [/ after (?:object key:value pair|array element)$/, (text, at) => `${text.slice(0, at)},${text.slice(at)}`],
  [/ after object key$/, (text, at) => `${text.slice(0, at)}:${text.slice(at)}`],
  [/ after top-level value$/, (text, at) => text.slice(0, at)],
  [
    /^invalid character '\\'' looking/,
    (text, at) => text.slice(0, at) + text.slice(at).replace(/^'([^'"\n]*)'/, '"$1"'),
  ],
  [
    /^invalid character '.' looking/,
    (text, at) => text.slice(0, at) + text.slice(at).replace(/^[“”„]?([\w./-]+(?::[\w./-]+)*)[“”]?/, '"$1"'),
  ],
  [/^invalid character '\\n' in string/, (text, at) => text.slice(0, at).replace(/(,?)\s*$/, '"$1') + text.slice(at)],
  [/ in string(?: literal)?$/, (text, at) => `${text.slice(0, at)} ${text.slice(at + 1)}`],
  [/ in string escape code$/, (text, at) => `${text.slice(0, at)}\\${text.slice(at)}`],
];

/** @returns undefined where nobody can say what was meant */
export function repairJson(text: string): JsonDocument | undefined {
  if (text.length > maxLength) return undefined;
  let mended = text;
  for (let round = 0; round <= maxRepairs; round++) {
    try {
      return parseJson(encodeBytes(mended));
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const next = repaired(mended, error);
      if (next === undefined || next === mended) return undefined;
      mended = next;
    }
  }
  return undefined;
}

function repaired(text: string, { message, offset }: JsonError): string | undefined {
  if (message === 'unexpected end of JSON input') return text.trim() === '' ? undefined : closed(text);
  const repair = repairs.find(([pattern]) => pattern.test(message))?.[1];
  return repair?.(text, offset);
}

function withoutCommaBefore(text: string, at: number): string {
  return text.slice(0, at).replace(/,\s*$/, '') + text.slice(at);
}

/** With the brackets that are open at the end closed. */
function closed(text: string): string | undefined {
  const open: string[] = [];
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\])*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.unshift(token === '{' ? '}' : ']');
    else if (token === '}' || token === ']') open.shift();
  }
  return open.length === 0 ? undefined : `${text.replace(/,\s*$/, '')}${open.join('')}`;
}
