/** Mends the usual mistakes in a JSON text, so that what a broken description names can be looked at too. */

import { encodeBytes } from '@matchbox/gotext';
import { type JsonDocument, JsonError, type JsonSyntax, parseJson } from '../../data/go-json.ts';

/** A file with more mistakes is no slip of the pen. */
const maxRepairs = 12;
/** What is read of a file again and again must not be long. */
const maxLength = 100_000;

type Mend = (text: string, at: number) => string;

const isBefore = ({ place }: JsonSyntax) => place === 'value' || place === 'key';

/** What to do about a mistake: the text with one less. The first that fits counts. */
const repairs: readonly (readonly [fits: (syntax: JsonSyntax) => boolean, Mend])[] = [
  [({ found }) => found === '\ufeff', (text) => text.replace('\ufeff', '')],
  [
    ({ found }) => found === '/' || found === '#',
    (text, at) => text.slice(0, at) + text.slice(at).replace(/^[^\n]*/, ''),
  ],
  [({ found, place }) => found === '}' && place === 'key', withoutCommaBefore],
  [({ found, place }) => found === ']' && place === 'value', withoutCommaBefore],
  [
    ({ place }) => place === 'afterMember' || place === 'afterItem',
    (text, at) => `${text.slice(0, at)},${text.slice(at)}`,
  ],
  [({ place }) => place === 'afterKey', (text, at) => `${text.slice(0, at)}:${text.slice(at)}`],
  [({ place }) => place === 'afterAll', (text, at) => text.slice(0, at)],
  [
    (syntax) => isBefore(syntax) && syntax.found === "'",
    (text, at) => text.slice(0, at) + text.slice(at).replace(/^'([^'"\n]*)'/, '"$1"'),
  ],
  [isBefore, (text, at) => text.slice(0, at) + text.slice(at).replace(/^[“”„]?([\w./-]+(?::[\w./-]+)*)[“”]?/, '"$1"')],
  [
    ({ found, place }) => found === '\n' && place === 'string',
    (text, at) => text.slice(0, at).replace(/(,?)\s*$/, '"$1') + text.slice(at),
  ],
  [({ place }) => place === 'string', (text, at) => `${text.slice(0, at)} ${text.slice(at + 1)}`],
  [({ place }) => place === 'escape', (text, at) => `${text.slice(0, at)}\\${text.slice(at)}`],
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

function repaired(text: string, { syntax, offset }: JsonError): string | undefined {
  if (syntax === undefined) return undefined;
  if (syntax.found === '') return text.trim() === '' ? undefined : closed(text);
  const mend = repairs.find(([fits]) => fits(syntax))?.[1];
  return mend?.(text, offset);
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
