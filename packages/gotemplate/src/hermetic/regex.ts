// Runs regular expressions in time linear in the text (a Pike machine), and the functions that use them. JavaScript's own
// engine backtracks, which a hostile expression or text can turn into hours.
import type { Value } from '../value.ts';
import { countOf, define, type HermeticFunction, maxTextLength } from './entry.ts';
import { type Assertion, compileRegex, type Instruction, type Program } from './regex-syntax.ts';

/** Most instructions times characters of one call. */
const maxWork = 50_000_000;
const group = 'regular expressions';

/** Where a match and its groups start and end, in units; -1 for a group that took no part. */
type Captures = readonly number[];

interface Thread {
  readonly place: number;
  readonly captures: Captures;
}

const cache = new Map<string, Program>();

function programOf(source: string): Program {
  let program = cache.get(source);
  if (program === undefined) {
    program = compileRegex(source);
    if (cache.size >= 100) cache.clear();
    cache.set(source, program);
  }
  return program;
}

/** The leftmost match from `from` on, preferring what Perl would; undefined if there is none. */
function find(program: Program, text: string, from: number): Captures | undefined {
  if (program.instructions.length * (text.length + 1) > maxWork) {
    throw new Error(`the expression is too large for a text of ${text.length} characters`);
  }
  let matched: Captures | undefined;
  let threads: Thread[] = [];
  for (let at = from; ; ) {
    if (matched === undefined) addThreads(program, threads, visitedOf(threads), 0, at, text, emptyCaptures(program));
    if (threads.length === 0 && matched !== undefined) return matched;
    const code = text.codePointAt(at);
    const after = at + (code !== undefined && code > 0xffff ? 2 : 1);
    const next: Thread[] = [];
    const visited = new Set<number>();
    for (const { place, captures } of threads) {
      const instruction = program.instructions[place]!;
      if (instruction.op === 'match') {
        matched = captures;
        break;
      }
      if (instruction.op === 'char' && code !== undefined && instruction.accepts(code)) {
        addThreads(program, next, visited, instruction.next, after, text, captures);
      }
    }
    if (code === undefined) return matched;
    threads = next;
    at = after;
  }
}

function visitedOf(threads: readonly Thread[]): Set<number> {
  return new Set(threads.map((thread) => thread.place));
}

function emptyCaptures(program: Program): number[] {
  return new Array<number>(2 * program.groups).fill(-1);
}

/** Follows all that takes no character, the preferred way first. */
function addThreads(
  { instructions }: Program,
  threads: Thread[],
  visited: Set<number>,
  start: number,
  at: number,
  text: string,
  initial: Captures,
): void {
  const pending: Thread[] = [{ place: start, captures: initial }];
  for (let thread = pending.pop(); thread !== undefined; thread = pending.pop()) {
    const { place, captures } = thread;
    if (visited.has(place)) continue;
    visited.add(place);
    const instruction: Instruction = instructions[place]!;
    if (instruction.op === 'char' || instruction.op === 'match') threads.push(thread);
    else if (instruction.op === 'save')
      pending.push({ place: instruction.next, captures: captures.with(instruction.slot, at) });
    else if (instruction.op === 'split') {
      pending.push({ place: instruction.other, captures }, { place: instruction.next, captures });
    } else if (holds(instruction.kind, text, at)) pending.push({ place: instruction.next, captures });
  }
}

function holds(assertion: Assertion, text: string, at: number): boolean {
  switch (assertion) {
    case 'textStart':
      return at === 0;
    case 'textEnd':
      return at >= text.length;
    case 'lineStart':
      return at === 0 || text[at - 1] === '\n';
    case 'lineEnd':
      return at >= text.length || text[at] === '\n';
    default:
      return (isWord(text[at - 1]) !== isWord(text[at])) === (assertion === 'word');
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /^[0-9A-Za-z_]$/.test(character);
}

/** All matches, without overlap; an empty one right after another does not count. */
function findAll(program: Program, text: string, most: number): Captures[] {
  const found: Captures[] = [];
  let work = 0;
  let previousEnd = -1;
  for (let at = 0; at <= text.length && found.length < most; ) {
    const captures = find(program, text, at);
    if (captures === undefined) break;
    const [start, end] = captures as [number, number];
    work += (end - at + 1) * program.instructions.length;
    if (work > maxWork) throw new Error(`the expression is too large for a text of ${text.length} characters`);
    if (start !== end || start !== previousEnd) found.push(captures);
    previousEnd = end;
    at = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  return found;
}

/** Go's Expand: `$1`, `${1}`; a name that is no number stands for nothing. */
function expand(template: string, text: string, captures: Captures): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare?: string, braced?: string) => {
    if (whole === '$$') return '$';
    const index = Number(bare ?? braced);
    const start = Number.isInteger(index) ? captures[2 * index] : undefined;
    return start === undefined || start < 0 ? '' : text.slice(start, captures[2 * index + 1]);
  });
}

function replaceAll(source: string, text: string, make: (captures: Captures) => string): string {
  let out = '';
  let copied = 0;
  for (const captures of findAll(programOf(source), text, Number.POSITIVE_INFINITY)) {
    out += text.slice(copied, captures[0]) + make(captures);
    copied = captures[1]!;
    if (out.length > maxTextLength) throw new Error(`the result would be longer than ${maxTextLength}`);
  }
  return out + text.slice(copied);
}

function limitOf(count: Value): number {
  const limit = countOf(count, 'the count');
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

function regexSplit(source: string, text: string, count: Value): string[] {
  const most = limitOf(count);
  if (most === 0) return [];
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of findAll(programOf(source), text, Number.POSITIVE_INFINITY) as [number, number][]) {
    if (parts.length + 1 >= most) break;
    if (end === 0) continue;
    if (start === text.length && start === end) continue;
    parts.push(text.slice(from, start));
    from = end;
  }
  return [...parts, text.slice(from)];
}

function firstMatch(source: string, text: string): string {
  const captures = find(programOf(source), text, 0);
  return captures === undefined ? '' : text.slice(captures[0], captures[1]);
}

const s2 = ['string', 'string'] as const;
const s3 = ['string', 'string', 'string'] as const;

/** The functions with regular expressions. */
export const regexFunctions: Readonly<Record<string, HermeticFunction>> = {
  regexMatch: define(
    group,
    'regexMatch EXPRESSION TEXT',
    'Whether the expression matches somewhere',
    ['{{regexMatch "^node[0-9]+$" "node12"}}', 'true'],
    s2,
    (source: string, text: string) => find(programOf(source), text, 0) !== undefined,
  ),
  regexFind: define(
    group,
    'regexFind EXPRESSION TEXT',
    'The first match, or an empty text',
    ['{{regexFind "[0-9]+" "node12b3"}}', '12'],
    s2,
    firstMatch,
  ),
  regexFindAll: define(
    group,
    'regexFindAll EXPRESSION TEXT COUNT',
    'The matches, at most COUNT if that is not negative',
    ['{{regexFindAll "[0-9]" "a1b2" -1}}', '[1 2]'],
    ['string', 'string', 'any'],
    (source: string, text: string, count: Value) =>
      findAll(programOf(source), text, limitOf(count)).map((captures) => text.slice(captures[0], captures[1])),
  ),
  regexReplaceAll: define(
    group,
    'regexReplaceAll EXPRESSION TEXT NEW',
    'Every match replaced; `${1}` is the first group',
    ['{{regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W"}}', '-W-xxW-'],
    s3,
    (source: string, text: string, fresh: string) =>
      replaceAll(source, text, (captures) => expand(fresh, text, captures)),
  ),
  regexReplaceAllLiteral: define(
    group,
    'regexReplaceAllLiteral EXPRESSION TEXT NEW',
    'Every match replaced by NEW as it is',
    ['{{regexReplaceAllLiteral "x+" "axxb" "${1}"}}', 'a${1}b'],
    s3,
    (source: string, text: string, fresh: string) => replaceAll(source, text, () => fresh),
  ),
  regexSplit: define(
    group,
    'regexSplit EXPRESSION TEXT COUNT',
    'The parts between matches, at most COUNT if that is not negative',
    ['{{regexSplit "[,;]" "a,b;c" -1}}', '[a b c]'],
    ['string', 'string', 'any'],
    regexSplit,
  ),
  regexQuoteMeta: define(
    group,
    'regexQuoteMeta TEXT',
    'An expression that matches just this text',
    ['{{regexQuoteMeta "1.5+x"}}', '1\\.5\\+x'],
    ['string'],
    (text: string) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'),
  ),
};
