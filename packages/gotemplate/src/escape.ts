// html, js and urlquery.
import { encodeBytes, isPrint, isStrayByte, isWellFormed } from '@matchbox/gotext';
import { sprint } from './printf.ts';
import type { Value } from './value.ts';

/** The text that the escaping functions work on: no value at all is `<no value>`. */
export function printedArguments(args: readonly Value[]): string {
  if (args.length === 1 && typeof args[0] === 'string') return args[0];
  return sprint(args.map((arg) => arg ?? '<no value>'));
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

/** `template.HTMLEscapeString`. */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (character) => htmlEscapes[character]!);
}

const jsEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

/** `template.JSEscapeString`. */
export function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\0-\x1f]|[^\0-\x7f]/gu, (character) => {
    const known = jsEscapes[character];
    if (known !== undefined) return known;
    const code = character.codePointAt(0)!;
    if (isStrayByte(code) || (code >= 0x80 && isPrint(code))) return character;
    return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** What `encodeURIComponent` writes otherwise than Go. */
const queryEscapes: Readonly<Record<string, string>> = {
  '!': '%21',
  "'": '%27',
  '(': '%28',
  ')': '%29',
  '*': '%2A',
};

/** `url.QueryEscape`. */
export function escapeQuery(text: string): string {
  if (isWellFormed(text)) {
    const escaped = encodeURIComponent(text).replaceAll('%20', '+');
    return escaped.replace(/[!'()*]/g, (mark) => queryEscapes[mark]!);
  }
  return text.replace(/[^A-Za-z0-9\-_.~]+/g, (part) => {
    let escaped = '';
    for (const byte of encodeBytes(part)) {
      escaped += byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    }
    return escaped;
  });
}
