// Strings.
import { encodeBytes, runeCount } from '../byte-string.ts';
import { quote } from '../quote.ts';
import type { Value } from '../value.ts';
import { countOf, define, elementsOf, type HermeticFunction, maxTextLength, textOf } from './entry.ts';

const group = 'strings';
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
export const stringFunctions: Readonly<Record<string, HermeticFunction>> = {
  upper: define(group, 'upper TEXT', 'Upper case', ['{{upper "node1"}}', 'NODE1'], [s], (text: string) =>
    text.toUpperCase(),
  ),
  lower: define(group, 'lower TEXT', 'Lower case', ['{{lower "NODE1"}}', 'node1'], [s], (text: string) =>
    text.toLowerCase(),
  ),
  title: define(
    group,
    'title TEXT',
    'First letter of each word in upper case',
    ['{{title "a node"}}', 'A Node'],
    [s],
    (text: string) => text.replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, (letter) => letter.toUpperCase()),
  ),
  trim: define(
    group,
    'trim TEXT',
    'Without white space at both ends',
    ['[{{trim " a "}}]', '[a]'],
    [s],
    (text: string) => text.trim(),
  ),
  trimAll: define(
    group,
    'trimAll CHARACTERS TEXT',
    'Without these characters at both ends',
    ['{{trimAll "$" "$5$"}}', '5'],
    [s, s],
    trimAll,
  ),
  trimPrefix: define(
    group,
    'trimPrefix PREFIX TEXT',
    'Without the prefix, if it is there',
    ['{{trimPrefix "v" "v1.2"}}', '1.2'],
    [s, s],
    (prefix: string, text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
  ),
  trimSuffix: define(
    group,
    'trimSuffix SUFFIX TEXT',
    'Without the suffix, if it is there',
    ['{{trimSuffix ".ign" "a.ign"}}', 'a'],
    [s, s],
    (suffix: string, text: string) => (suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text),
  ),
  nospace: define(
    group,
    'nospace TEXT',
    'Without any white space',
    ['{{nospace "a b\\tc"}}', 'abc'],
    [s],
    (text: string) => text.replace(/\s+/gu, ''),
  ),
  contains: define(
    group,
    'contains PART TEXT',
    'Whether the part occurs',
    ['{{contains "od" "node"}}', 'true'],
    [s, s],
    (part: string, text: string) => text.includes(part),
  ),
  hasPrefix: define(
    group,
    'hasPrefix PREFIX TEXT',
    'Whether it starts so',
    ['{{hasPrefix "no" "node"}}', 'true'],
    [s, s],
    (prefix: string, text: string) => text.startsWith(prefix),
  ),
  hasSuffix: define(
    group,
    'hasSuffix SUFFIX TEXT',
    'Whether it ends so',
    ['{{hasSuffix "no" "node"}}', 'false'],
    [s, s],
    (suffix: string, text: string) => text.endsWith(suffix),
  ),
  replace: define(
    group,
    'replace OLD NEW TEXT',
    'Every occurrence replaced',
    ['{{"52-54" | replace "-" ":"}}', '52:54'],
    [s, s, s],
    replaceAll,
  ),
  repeat: define(
    group,
    'repeat COUNT TEXT',
    'The text so many times',
    ['{{repeat 3 "ab"}}', 'ababab'],
    ['any', s],
    repeat,
  ),
  trunc: define(
    group,
    'trunc COUNT TEXT',
    'The first characters, or the last if COUNT is negative',
    ['{{trunc 3 "abcdef"}} {{trunc -2 "abcdef"}}', 'abc ef'],
    ['any', s],
    trunc,
  ),
  substr: define(
    group,
    'substr FROM TO TEXT',
    'Characters FROM up to, not including, TO; a negative TO is the end',
    ['{{substr 1 3 "abcd"}}', 'bc'],
    ['any', 'any', s],
    substr,
  ),
  indent: define(
    group,
    'indent COUNT TEXT',
    'Every line moved right',
    ['{{indent 2 "a\\nb"}}', '  a\n  b'],
    ['any', s],
    indent,
  ),
  nindent: define(
    group,
    'nindent COUNT TEXT',
    'A line break, then `indent`',
    ['x:{{nindent 2 "a"}}', 'x:\n  a'],
    ['any', s],
    (width: Value, text: string) => `\n${indent(width, text)}`,
  ),
  quote: define(
    group,
    'quote VALUE…',
    'Each value in double quotes, escaped; nil is left out',
    ['{{quote "a\\"b" 1}}', '"a\\"b" "1"'],
    [],
    (...values: Value[]) => quoted(values, (text) => quote(text)),
    'any',
  ),
  squote: define(
    group,
    'squote VALUE…',
    'Each value in single quotes',
    ['{{squote "a" 1}}', "'a' '1'"],
    [],
    (...values: Value[]) => quoted(values, (text) => `'${text}'`),
    'any',
  ),
  cat: define(
    group,
    'cat VALUE…',
    'The values with spaces between; nil is left out',
    ['{{cat "a" 1 true}}', 'a 1 true'],
    [],
    (...values: Value[]) => quoted(values, (text) => text),
    'any',
  ),
  join: define(
    group,
    'join SEPARATOR LIST',
    'The elements as one text',
    ['{{list "a" 1 | join ","}}', 'a,1'],
    [s, 'any'],
    (separator: string, list: Value) => elementsOf(list).map(textOf).join(separator),
  ),
  splitList: define(
    group,
    'splitList SEPARATOR TEXT',
    'The parts as a list',
    ['{{"a,b" | splitList "," | len}}', '2'],
    [s, s],
    (separator: string, text: string) => text.split(separator),
  ),
  snakecase: define(
    group,
    'snakecase TEXT',
    'Words joined by underscores',
    ['{{snakecase "NodeName"}}', 'node_name'],
    [s],
    (text: string) => words(text).join('_').toLowerCase(),
  ),
  kebabcase: define(
    group,
    'kebabcase TEXT',
    'Words joined by dashes',
    ['{{kebabcase "NodeName"}}', 'node-name'],
    [s],
    (text: string) => words(text).join('-').toLowerCase(),
  ),
  camelcase: define(
    group,
    'camelcase TEXT',
    'Words with capitals, joined',
    ['{{camelcase "node_name"}}', 'NodeName'],
    [s],
    (text: string) => words(text).map(capital).join(''),
  ),
  runes: define(
    group,
    'runes TEXT',
    'Number of characters (`len` counts bytes)',
    ['{{runes "né"}}', '2'],
    [s],
    (text: string) => BigInt(runeCount(text)),
  ),
  bytesList: define(
    group,
    'bytesList TEXT',
    'The bytes as numbers',
    ['{{bytesList "é"}}', '[195 169]'],
    [s],
    (text: string) => Array.from(encodeBytes(text), BigInt),
  ),
};
