// Strings.
import { encodeBytes, lowerCase, quote, runeCount, trimSpace, upperCase } from '@matchbox/gotext';
import type { Value } from '../value.ts';
import { countOf, elementsOf, groupOf, maxTextLength, type SprigFunction, textOf } from './entry.ts';

const group = groupOf('strings');
const s = 'string';

function repeat(count: Value, text: string): string {
  const times = countOf(count, 'the count', maxTextLength);
  if (times * text.length > maxTextLength) throw new Error(`the result would be longer than ${maxTextLength}`);
  return text.repeat(Math.max(0, times));
}

function indent(width: Value, text: string): string {
  const pad = repeat(width, ' ');
  const lines = text.split('\n');
  if (lines.length * pad.length > maxTextLength) throw new Error(`the result would be longer than ${maxTextLength}`);
  return pad + lines.join(`\n${pad}`);
}

/** Cuts to `count` runes; a negative count keeps the end. */
function trunc(count: Value, text: string): string {
  const runes = [...text];
  const length = countOf(count, 'the length', maxTextLength);
  return (length < 0 ? runes.slice(length) : runes.slice(0, length)).join('');
}

function substr(from: Value, to: Value, text: string): string {
  const runes = [...text];
  const start = countOf(from, 'the start', maxTextLength);
  const end = countOf(to, 'the end', maxTextLength);
  return runes.slice(Math.max(0, start), end < 0 ? runes.length : end).join('');
}

function trimAll(set: string, text: string): string {
  const characters = new Set(set);
  const runes = [...text];
  let from = 0;
  let to = runes.length;
  while (from < to && characters.has(runes[from]!)) from++;
  while (to > from && characters.has(runes[to - 1]!)) to--;
  return runes.slice(from, to).join('');
}

function replaceAll(old: string, fresh: string, text: string): string {
  const parts = text.split(old);
  if (parts.length * fresh.length > maxTextLength) throw new Error(`the result would be longer than ${maxTextLength}`);
  return parts.join(fresh);
}

/** Words of a name: split at separators and where lower case turns to upper. */
function words(text: string): string[] {
  return text
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .split(/[\s_.-]+/)
    .filter((word) => word !== '');
}

const capital = (word: string) => word.replace(/^./u, (first) => first.toUpperCase());
const quoted = (values: Value[], how: (text: string) => string) =>
  values
    .filter((value) => value !== null && value !== undefined)
    .map((value) => how(textOf(value)))
    .join(' ');

/** The functions on strings. */
export const stringFunctions: Readonly<Record<string, SprigFunction>> = {
  upper: group('upper TEXT', 'Upper case', ['{{upper "node1"}}', 'NODE1'], { types: [s], call: upperCase }),
  lower: group('lower TEXT', 'Lower case', ['{{lower "NODE1"}}', 'node1'], { types: [s], call: lowerCase }),
  title: group('title TEXT', 'First letter of each word in upper case', ['{{title "a node"}}', 'A Node'], {
    types: [s],
    call: (text: string) => text.replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, (letter) => letter.toUpperCase()),
  }),
  trim: group('trim TEXT', 'Without white space at both ends', ['[{{trim " a "}}]', '[a]'], {
    types: [s],
    call: trimSpace,
  }),
  trimAll: group('trimAll CHARACTERS TEXT', 'Without these characters at both ends', ['{{trimAll "$" "$5$"}}', '5'], {
    types: [s, s],
    call: trimAll,
  }),
  trimPrefix: group(
    'trimPrefix PREFIX TEXT',
    'Without the prefix, if it is there',
    ['{{trimPrefix "v" "v1.2"}}', '1.2'],
    {
      types: [s, s],
      call: (prefix: string, text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
    },
  ),
  trimSuffix: group(
    'trimSuffix SUFFIX TEXT',
    'Without the suffix, if it is there',
    ['{{trimSuffix ".ign" "a.ign"}}', 'a'],
    {
      types: [s, s],
      call: (suffix: string, text: string) =>
        suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
    },
  ),
  nospace: group('nospace TEXT', 'Without any white space', ['{{nospace "a b\\tc"}}', 'abc'], {
    types: [s],
    call: (text: string) => text.replace(/\s+/gu, ''),
  }),
  contains: group('contains PART TEXT', 'Whether the part occurs', ['{{contains "od" "node"}}', 'true'], {
    types: [s, s],
    call: (part: string, text: string) => text.includes(part),
  }),
  hasPrefix: group('hasPrefix PREFIX TEXT', 'Whether it starts so', ['{{hasPrefix "no" "node"}}', 'true'], {
    types: [s, s],
    call: (prefix: string, text: string) => text.startsWith(prefix),
  }),
  hasSuffix: group('hasSuffix SUFFIX TEXT', 'Whether it ends so', ['{{hasSuffix "no" "node"}}', 'false'], {
    types: [s, s],
    call: (suffix: string, text: string) => text.endsWith(suffix),
  }),
  replace: group('replace OLD NEW TEXT', 'Every occurrence replaced', ['{{"52-54" | replace "-" ":"}}', '52:54'], {
    types: [s, s, s],
    call: replaceAll,
  }),
  repeat: group('repeat COUNT TEXT', 'The text so many times', ['{{repeat 3 "ab"}}', 'ababab'], {
    types: ['any', s],
    call: repeat,
  }),
  trunc: group(
    'trunc COUNT TEXT',
    'The first characters, or the last if COUNT is negative',
    ['{{trunc 3 "abcdef"}} {{trunc -2 "abcdef"}}', 'abc ef'],
    { types: ['any', s], call: trunc },
  ),
  substr: group(
    'substr FROM TO TEXT',
    'Characters FROM up to, not including, TO; a negative TO is the end',
    ['{{substr 1 3 "abcd"}}', 'bc'],
    { types: ['any', 'any', s], call: substr },
  ),
  indent: group('indent COUNT TEXT', 'Every line moved right', ['{{indent 2 "a\\nb"}}', '  a\n  b'], {
    types: ['any', s],
    call: indent,
  }),
  nindent: group('nindent COUNT TEXT', 'A line break, then `indent`', ['x:{{nindent 2 "a"}}', 'x:\n  a'], {
    types: ['any', s],
    call: (width: Value, text: string) => `\n${indent(width, text)}`,
  }),
  quote: group(
    'quote VALUE…',
    'Each value in double quotes, escaped; nil is left out',
    ['{{quote "a\\"b" 1}}', '"a\\"b" "1"'],
    { types: [], variadic: 'any', call: (...values: Value[]) => quoted(values, (text) => quote(text)) },
  ),
  squote: group('squote VALUE…', 'Each value in single quotes', ['{{squote "a" 1}}', "'a' '1'"], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => quoted(values, (text) => `'${text}'`),
  }),
  cat: group('cat VALUE…', 'The values with spaces between; nil is left out', ['{{cat "a" 1 true}}', 'a 1 true'], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => quoted(values, (text) => text),
  }),
  join: group('join SEPARATOR LIST', 'The elements as one text', ['{{list "a" 1 | join ","}}', 'a,1'], {
    types: [s, 'any'],
    call: (separator: string, list: Value) => elementsOf(list).map(textOf).join(separator),
  }),
  splitList: group('splitList SEPARATOR TEXT', 'The parts as a list', ['{{"a,b" | splitList "," | len}}', '2'], {
    types: [s, s],
    call: (separator: string, text: string) => text.split(separator),
  }),
  snakecase: group('snakecase TEXT', 'Words joined by underscores', ['{{snakecase "NodeName"}}', 'node_name'], {
    types: [s],
    call: (text: string) => words(text).join('_').toLowerCase(),
  }),
  kebabcase: group('kebabcase TEXT', 'Words joined by dashes', ['{{kebabcase "NodeName"}}', 'node-name'], {
    types: [s],
    call: (text: string) => words(text).join('-').toLowerCase(),
  }),
  camelcase: group('camelcase TEXT', 'Words with capitals, joined', ['{{camelcase "node_name"}}', 'NodeName'], {
    types: [s],
    call: (text: string) => words(text).map(capital).join(''),
  }),
  runes: group('runes TEXT', 'Number of characters (`len` counts bytes)', ['{{runes "né"}}', '2'], {
    types: [s],
    call: (text: string) => BigInt(runeCount(text)),
  }),
  bytesList: group('bytesList TEXT', 'The bytes as numbers', ['{{bytesList "é"}}', '[195 169]'], {
    types: [s],
    call: (text: string) => Array.from(encodeBytes(text), BigInt),
  }),
};
