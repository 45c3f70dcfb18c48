/** What to do about a file that is no JSON. */
import { JsonError, type JsonSyntax, parseJson } from '../../../data/go-json.ts';

const tooMuchComma = 'the comma before it is one too many';

/** The first that fits counts. */
const table: readonly (readonly [fits: (syntax: JsonSyntax) => boolean, hint: string])[] = [
  [({ found }) => found === '\ufeff', 'the file begins with a byte order mark: save it without one'],
  [({ found }) => found === '\ufffd', 'the file is no UTF-8: save it as UTF-8'],
  [({ found, place }) => found === '}' && place === 'key', tooMuchComma],
  [({ found, place }) => found === ']' && place === 'value', tooMuchComma],
  [(syntax) => isBetween(syntax) && '/#'.includes(syntax.found), 'JSON has no comments'],
  [(syntax) => isBetween(syntax) && "“”„«»‘’'".includes(syntax.found), 'JSON has none but plain double quotes: "'],
  [
    ({ found, place }) => (place === 'afterMember' || place === 'afterItem') && '"{['.includes(found),
    'a comma is missing before it',
  ],
  [({ place }) => place === 'afterKey', 'a colon is missing before it'],
  [
    ({ found, place }) => (place === 'value' || place === 'key') && /^\w$/.test(found),
    'names and texts stand in double quotes',
  ],
  [({ place }) => place === 'afterAll', 'a file describes one thing'],
  [({ place }) => place === 'string', 'a double quote is missing before it, or \\n stands for a line break'],
];

/** Before or behind a name, a value or all. */
function isBetween({ place }: JsonSyntax): boolean {
  return ['value', 'key', 'afterKey', 'afterMember', 'afterItem', 'afterAll'].includes(place);
}

/** @returns undefined where the message says enough */
export function describeSyntax(bytes: Uint8Array): string | undefined {
  const syntax = syntaxOf(bytes);
  if (syntax === undefined || syntax.place === 'depth') return undefined;
  if (syntax.found !== '') return table.find(([fits]) => fits(syntax))?.[1];
  return bytes.every((byte) => byte <= 0x20) ? 'the file is empty' : 'a closing } or ] is missing';
}

function syntaxOf(bytes: Uint8Array): JsonSyntax | undefined {
  try {
    parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonError) return error.syntax;
    throw error;
  }
  return undefined;
}
