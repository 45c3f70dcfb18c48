/** Strings → YAML scalars in the style that go-yaml chooses. */
import { isBreak } from './cursor.ts';
import { isPlainString } from './resolve.ts';

/** Where a scalar is written: its lines start at column `indent`; a key must stay on one line. */
export interface ScalarPlace {
  readonly indent: number;
  readonly isKey: boolean;
}

/** `text` as a scalar: literal if it has line breaks, else plain where that reads back as the same string. */
export function formatScalar(text: string, place: ScalarPlace): string {
  const allowed = analyze(text);
  if (text.includes('\n')) {
    return allowed.block && !place.isKey ? formatLiteral(text, place.indent) : formatDoubleQuoted(text);
  }
  if (!isPlainString(text) || looksLikeOtherType(text)) return formatDoubleQuoted(text);
  if (allowed.plain) return text;
  return allowed.singleQuoted ? formatSingleQuoted(text, place.indent) : formatDoubleQuoted(text);
}

const oldBooleans = new Set([
  'y',
  'Y',
  'yes',
  'Yes',
  'YES',
  'on',
  'On',
  'ON',
  'n',
  'N',
  'no',
  'No',
  'NO',
  'off',
  'Off',
  'OFF',
]);
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** What parsers of YAML 1.1 would take for a boolean or a number to the base 60. */
function looksLikeOtherType(text: string): boolean {
  return oldBooleans.has(text) || base60.test(text);
}

/** Which styles can hold a text. */
interface Allowed {
  readonly plain: boolean;
  readonly singleQuoted: boolean;
  readonly block: boolean;
}

const anywhereFirst = /^[#,[\]{}&*!|>'"%@`]/;
const indicatorBeforeSpace = /^[-?:](?:[ \t]|$)/;
const colonOrComment = /:(?:[ \t]|$)|[ \t\n\x85\u2028\u2029]#/u;
/** Quirk: go-yaml does not count characters beyond U+FFFF as printable (yamlprivateh.go, is_printable). */
const unprintable = /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

function analyze(text: string): Allowed {
  const hasBreak = /[\n\u2028\u2029]/.test(text);
  const spaceAtEdge = /^ | $/.test(text);
  const breakAtEdge = /^[\n\u2028\u2029]|[\n\u2028\u2029]$/.test(text);
  const spaceBeforeBreak = / [\n\u2028\u2029]/.test(text);
  const spaceBehindBreak = /[\n\u2028\u2029] /.test(text);
  const isSpecial = unprintable.test(text);
  const hasIndicator =
    anywhereFirst.test(text) ||
    indicatorBeforeSpace.test(text) ||
    /^(?:---|\.\.\.)/.test(text) ||
    colonOrComment.test(text.slice(1)) ||
    /^[ \t]#/.test(text);
  const quotable = !spaceBehindBreak && !spaceBeforeBreak && !text.includes('\t') && !isSpecial;
  return {
    plain: quotable && !hasBreak && !hasIndicator && !spaceAtEdge && !breakAtEdge,
    singleQuoted: quotable,
    block: !text.endsWith(' ') && !spaceBeforeBreak && !isSpecial && text !== '',
  };
}

function formatLiteral(text: string, indent: number): string {
  const hint = /^[ \n\u2028\u2029]/.test(text) ? '2' : '';
  const last = text.charCodeAt(text.length - 1);
  const breaksAtEnd = isBreak(last) ? (text.length === 1 || isBreak(text.charCodeAt(text.length - 2)) ? 2 : 1) : 0;
  const chomping = breaksAtEnd === 0 ? '-' : breaksAtEnd === 1 ? '' : '+';
  const content = text.endsWith('\n') ? text.slice(0, -1) : text;
  // Quirk: go-yaml ends the header by the text's own first line break where it begins with one, so that reading it back
  // gives one line break less (v3.0.1, emitterc.go, yaml_emitter_write_literal_scalar). We do the same, since the output must be equal.
  const headerEnd = isBreak(text.charCodeAt(0)) ? '' : '\n';
  return `|${hint}${chomping}${headerEnd}${indentLines(content, indent)}`;
}

/** Indents each line that is not empty. */
function indentLines(text: string, indent: number): string {
  return text.replaceAll(/(^|[\n\u2028\u2029])(?=[^\n\u2028\u2029])/gu, `$1${' '.repeat(indent)}`);
}

function formatSingleQuoted(text: string, indent: number): string {
  const quoted = text.replaceAll("'", "''");
  return `'${quoted.replaceAll(/([\u2028\u2029])(?=[^\u2028\u2029])/gu, `$1${' '.repeat(indent)}`)}'`;
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

/** A text in double quotes, whatever it holds. */
export function formatDoubleQuoted(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const escaped = escapes[character];
    if (escaped !== undefined) quoted += escaped;
    else if (unprintable.test(character)) quoted += escapeCode(character.codePointAt(0)!);
    else quoted += character;
  }
  return `${quoted}"`;
}

function escapeCode(codePoint: number): string {
  const digits = codePoint.toString(16).toUpperCase();
  if (codePoint <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return codePoint <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}
