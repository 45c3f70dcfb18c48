// Regular expressions in RE2's syntax, in time linear in the text. JavaScript's own engine backtracks, which a hostile expression or
// text can turn into hours.
import { type Matcher, RE2JS, RE2JSException } from 're2js';
import type { Value } from '../value.ts';
import { countOf, groupOf, maxTextLength, type SprigFunction } from './entry.ts';

const group = groupOf('regular expressions');

/** Most instructions times characters of one call; finding every match may look at the rest of the text for each. */
const maxWork = 50_000_000;
const maxCached = 100;

const cache = new Map<string, RE2JS>();

function expressionOf(source: string): RE2JS {
  let expression = cache.get(source);
  if (expression === undefined) {
    expression = compile(source);
    if (cache.size >= maxCached) cache.clear();
    cache.set(source, expression);
  }
  return expression;
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSException) throw new Error(error.message, { cause: error });
    throw error;
  }
}

/** Where a match starts and ends, in units; the groups are in the matcher until the next one is looked for. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly matcher: Matcher;
}

/** The matches, the leftmost first and without overlap; an empty one right after another does not count. */
function* matchesOf(source: string, text: string): Generator<Match, void> {
  const expression = expressionOf(source);
  const size = expression.programSize();
  const matcher = expression.matcher(text);
  let work = 0;
  let previousEnd = -1;
  for (let at = 0; at <= text.length; ) {
    work += (text.length - at + 1) * size;
    if (work > maxWork) throw new Error(`the expression is too large for a text of ${text.length} characters`);
    if (!matcher.find(at)) return;
    const [start, end] = [matcher.start(), matcher.end()];
    if (start !== end || start !== previousEnd) yield { start, end, matcher };
    previousEnd = end;
    at = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
}

/** Go's Expand: `$1`, `${1}`, `${name}`; what names no group stands for nothing. */
function expand(template: string, { matcher }: Match, names: ReadonlySet<string>): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    if (whole === '$$') return '$';
    const name = (bare ?? braced)!;
    if (names.has(name)) return matcher.group(name) ?? '';
    const index = /^\d{1,4}$/.test(name) ? Number(name) : -1;
    return index >= 0 && index <= matcher.groupCount() ? (matcher.group(index) ?? '') : '';
  });
}

function replaceAll(source: string, text: string, make: (match: Match) => string): string {
  let out = '';
  let copied = 0;
  for (const match of matchesOf(source, text)) {
    out += text.slice(copied, match.start) + make(match);
    copied = match.end;
    if (out.length > maxTextLength) throw new Error(`the result would be longer than ${maxTextLength}`);
  }
  return out + text.slice(copied);
}

function replaceExpanded(source: string, text: string, fresh: string): string {
  const names = new Set(Object.keys(expressionOf(source).namedGroups()));
  return replaceAll(source, text, (match) => expand(fresh, match, names));
}

function limitOf(count: Value): number {
  const limit = countOf(count, 'the count');
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

function findAll(source: string, text: string, count: Value): string[] {
  const most = limitOf(count);
  const found: string[] = [];
  if (most === 0) return found;
  for (const { start, end } of matchesOf(source, text)) {
    found.push(text.slice(start, end));
    if (found.length === most) break;
  }
  return found;
}

function split(source: string, text: string, count: Value): string[] {
  const most = limitOf(count);
  const parts: string[] = [];
  if (most === 0) return parts;
  let from = 0;
  for (const { start, end } of matchesOf(source, text)) {
    if (parts.length + 1 >= most) break;
    if (end === 0 || (start === text.length && start === end)) continue;
    parts.push(text.slice(from, start));
    from = end;
  }
  return [...parts, text.slice(from)];
}

const s2 = ['string', 'string'] as const;
const s3 = ['string', 'string', 'string'] as const;

/** The functions with regular expressions. */
export const regexFunctions: Readonly<Record<string, SprigFunction>> = {
  regexMatch: group(
    'regexMatch EXPRESSION TEXT',
    'Whether the expression matches somewhere',
    ['{{regexMatch "^node[0-9]+$" "node12"}}', 'true'],
    { types: s2, call: (source: string, text: string) => findAll(source, text, 1).length === 1 },
  ),
  regexFind: group(
    'regexFind EXPRESSION TEXT',
    'The first match, or an empty text',
    ['{{regexFind "[0-9]+" "node12b3"}}', '12'],
    { types: s2, call: (source: string, text: string) => findAll(source, text, 1)[0] ?? '' },
  ),
  regexFindAll: group(
    'regexFindAll EXPRESSION TEXT COUNT',
    'The matches, at most COUNT if that is not negative',
    ['{{regexFindAll "[0-9]" "a1b2" -1}}', '[1 2]'],
    { types: ['string', 'string', 'any'], call: findAll },
  ),
  regexReplaceAll: group(
    'regexReplaceAll EXPRESSION TEXT NEW',
    'Every match replaced; `${1}` is the first group',
    ['{{regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W"}}', '-W-xxW-'],
    { types: s3, call: replaceExpanded },
  ),
  regexReplaceAllLiteral: group(
    'regexReplaceAllLiteral EXPRESSION TEXT NEW',
    'Every match replaced by NEW as it is',
    ['{{regexReplaceAllLiteral "x+" "axxb" "${1}"}}', 'a${1}b'],
    { types: s3, call: (source: string, text: string, fresh: string) => replaceAll(source, text, () => fresh) },
  ),
  regexSplit: group(
    'regexSplit EXPRESSION TEXT COUNT',
    'The parts between matches, at most COUNT if that is not negative',
    ['{{regexSplit "[,;]" "a,b;c" -1}}', '[a b c]'],
    { types: ['string', 'string', 'any'], call: split },
  ),
  regexQuoteMeta: group(
    'regexQuoteMeta TEXT',
    'An expression that matches just this text',
    ['{{regexQuoteMeta "1.5+x"}}', '1\\.5\\+x'],
    { types: ['string'], call: (text: string) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&') },
  ),
};
