// Parses regular expressions of RE2's syntax (github.com/google/re2/wiki/Syntax) into a program for regex.ts. What RE2
// lacks (back references, look-around) is an error, since it would need time without bound.

/** One instruction. `next` and `other` are places in the program. */
export type Instruction =
  | { readonly op: 'char'; readonly accepts: (code: number) => boolean; next: number }
  | { readonly op: 'split'; next: number; other: number }
  | { readonly op: 'save'; readonly slot: number; next: number }
  | { readonly op: 'assert'; readonly kind: Assertion; next: number }
  | { readonly op: 'match' };

/** What an assertion looks at. */
export type Assertion = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';

/** A compiled expression. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly groups: number;
}

type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'char'; readonly accepts: (code: number) => boolean }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'group'; readonly index: number; readonly inner: Node }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly inner: Node;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    };

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiLine: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}

const maxInstructions = 10_000;
const maxRepeat = 1000;
const maxNesting = 200;

const classes: Readonly<Record<string, string>> = { d: '0-9', w: '0-9A-Za-z_', s: '\\t\\n\\f\\r ' };
const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};
const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** Compiles the expression; throws with the reason if it is not one. */
export function compileRegex(source: string): Program {
  const parser = new RegexParser(source);
  const tree = parser.parse();
  const instructions: Instruction[] = [];
  emit(instructions, { kind: 'group', index: 0, inner: tree });
  instructions.push({ op: 'match' });
  return { instructions, groups: parser.groups };
}

class RegexParser {
  groups = 1;
  private readonly source: string;
  private at = 0;
  private nesting = 0;
  private flags: Flags = { ignoreCase: false, multiLine: false, dotAll: false, ungreedy: false };

  constructor(source: string) {
    this.source = source;
  }

  parse(): Node {
    const tree = this.parseChoice();
    if (this.at < this.source.length) this.fail('unexpected )');
    return tree;
  }

  private fail(reason: string): never {
    throw new Error(`error parsing regexp: ${reason} at ${this.at} in \`${this.source.slice(0, 100)}\``);
  }

  private take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private parseChoice(): Node {
    if (++this.nesting > maxNesting) this.fail(`nested more than ${maxNesting} deep`);
    const outer = this.flags;
    const parts = [this.parseSequence()];
    while (this.take('|')) parts.push(this.parseSequence());
    this.flags = outer;
    this.nesting--;
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  private parseSequence(): Node {
    const parts: Node[] = [];
    while (this.at < this.source.length && this.source[this.at] !== '|' && this.source[this.at] !== ')') {
      const atom = this.parseAtom();
      if (atom !== undefined) parts.push(this.parseRepeats(atom));
    }
    return { kind: 'sequence', parts };
  }

  private parseRepeats(atom: Node): Node {
    const bounds = this.parseBounds();
    if (bounds === undefined) return atom;
    const greedy = this.take('?') === this.flags.ungreedy;
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(this.source.slice(this.at))) this.fail('invalid nested repetition operator');
    return { kind: 'repeat', inner: atom, min: bounds[0], max: bounds[1], greedy };
  }

  private parseBounds(): [number, number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.take('?')) return [0, 1];
    const match = /^\{(\d+)(,?)(\d*)\}/.exec(this.source.slice(this.at, this.at + 24));
    if (match === null) return undefined;
    this.at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === '' ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (min > maxRepeat || (max !== Number.POSITIVE_INFINITY && max > maxRepeat) || max < min)
      this.fail('invalid repeat count');
    return [min, max];
  }

  private parseAtom(): Node | undefined {
    if (this.take('(')) return this.parseGroup();
    if (this.take('[')) return this.parseClass();
    if (this.take('.')) {
      const { dotAll } = this.flags;
      return { kind: 'char', accepts: (code) => dotAll || code !== 10 };
    }
    if (this.take('^')) return { kind: 'assert', assertion: this.flags.multiLine ? 'lineStart' : 'textStart' };
    if (this.take('$')) return { kind: 'assert', assertion: this.flags.multiLine ? 'lineEnd' : 'textEnd' };
    if (this.take('\\')) return this.parseEscape();
    if (/[*+?]/.test(this.source[this.at]!)) this.fail('missing argument to repetition operator');
    const code = this.source.codePointAt(this.at)!;
    this.at += code > 0xffff ? 2 : 1;
    return this.literal(code);
  }

  private literal(code: number): Node {
    if (!this.flags.ignoreCase) return { kind: 'char', accepts: (other) => other === code };
    const folded = fold(code);
    return { kind: 'char', accepts: (other) => fold(other) === folded };
  }

  private parseGroup(): Node | undefined {
    if (!this.take('?')) {
      const index = this.groups++;
      return this.closeGroup((inner) => ({ kind: 'group', index, inner }));
    }
    const name = /^P?<([A-Za-z_]\w*)>/.exec(this.source.slice(this.at, this.at + 100));
    if (name !== null) {
      this.at += name[0].length;
      const index = this.groups++;
      return this.closeGroup((inner) => ({ kind: 'group', index, inner }));
    }
    const match = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(this.source.slice(this.at, this.at + 20));
    if (match === null) return this.fail('invalid or unsupported Perl syntax');
    this.at += match[0].length;
    const outer = this.flags;
    this.flags = withFlags(withFlags(outer, match[1]!, true), match[2] ?? '', false);
    if (match[3] === ')') return undefined;
    const group = this.closeGroup((inner) => inner);
    this.flags = outer;
    return group;
  }

  private closeGroup(wrap: (inner: Node) => Node): Node {
    const inner = this.parseChoice();
    if (!this.take(')')) this.fail('missing closing )');
    return wrap(inner);
  }

  private parseEscape(): Node {
    const kind = this.source[this.at] ?? this.fail('trailing backslash at end of expression');
    if (kind === 'A' || kind === 'z' || kind === 'b' || kind === 'B') {
      this.at++;
      const assertions = { A: 'textStart', z: 'textEnd', b: 'word', B: 'notWord' } as const;
      return { kind: 'assert', assertion: assertions[kind] };
    }
    if (kind === 'Q') {
      const end = this.source.indexOf('\\E', this.at);
      const text = this.source.slice(this.at + 1, end < 0 ? undefined : end);
      this.at = end < 0 ? this.source.length : end + 2;
      return { kind: 'sequence', parts: Array.from(text, (rune) => this.literal(rune.codePointAt(0)!)) };
    }
    const set = this.parseSetEscape();
    if (set !== undefined) return { kind: 'char', accepts: set };
    return this.literal(this.parseCharEscape());
  }

  /** `\d`, `\W`, `\pL`, `\P{Greek}` after the backslash, or undefined. */
  private parseSetEscape(): ((code: number) => boolean) | undefined {
    const match = /^(?:([dwsDWS])|([pP])(?:([A-Z])|\{(\^?)(\w+)\}))/.exec(this.source.slice(this.at, this.at + 40));
    if (match === null) return undefined;
    this.at += match[0].length;
    if (match[1] !== undefined)
      return rangeTest(classes[match[1].toLowerCase()]!, /[DWS]/.test(match[1]), this.flags.ignoreCase);
    const negated = (match[2] === 'P') !== (match[4] === '^');
    return this.unicodeTest(match[3] ?? match[5]!, negated);
  }

  private unicodeTest(name: string, negated: boolean): (code: number) => boolean {
    for (const property of [name, `Script=${name}`]) {
      try {
        const test = new RegExp(`^\\p{${property}}$`, 'u');
        return (code) => test.test(String.fromCodePoint(code)) !== negated;
      } catch {
        // Not that kind of property.
      }
    }
    return this.fail(`invalid character class range: \\p{${name}}`);
  }

  private parseCharEscape(): number {
    const rest = this.source.slice(this.at, this.at + 12);
    const match =
      /^(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|(0[0-7]{0,2}|[1-7][0-7]{2})|([afnrtv])|([^0-9A-Za-z]))/u.exec(
        rest,
      );
    if (match === null) return this.fail('invalid escape sequence');
    this.at += match[0].length;
    if (match[4] !== undefined) return controls[match[4]]!;
    if (match[5] !== undefined) return match[5].codePointAt(0)!;
    const code = match[3] === undefined ? Number.parseInt(match[1] ?? match[2]!, 16) : Number.parseInt(match[3], 8);
    return code > 0x10ffff ? this.fail('invalid escape sequence') : code;
  }

  private parseClass(): Node {
    const negated = this.take('^');
    const tests: ((code: number) => boolean)[] = [];
    for (let first = true; first || !this.take(']'); first = false) {
      if (this.at >= this.source.length) this.fail('missing closing ]');
      tests.push(this.parseClassPart());
    }
    return { kind: 'char', accepts: (code) => tests.some((test) => test(code)) !== negated };
  }

  private parseClassPart(): (code: number) => boolean {
    const named = /^\[:(\^?)(\w+):\]/.exec(this.source.slice(this.at, this.at + 20));
    if (named !== null) {
      const ranges = posix[named[2]!] ?? this.fail('invalid character class range');
      this.at += named[0].length;
      return rangeTest(ranges, named[1] === '^', this.flags.ignoreCase);
    }
    if (this.source[this.at] === '\\') {
      this.at++;
      const set = this.parseSetEscape();
      if (set !== undefined) return set;
      this.at--;
    }
    const low = this.parseClassChar();
    const isRange =
      this.source[this.at] === '-' && this.source[this.at + 1] !== ']' && this.at + 1 < this.source.length;
    if (isRange) this.at++;
    const high = isRange ? this.parseClassChar() : low;
    if (high < low) this.fail('invalid character class range');
    const within = (code: number) => code >= low && code <= high;
    if (!this.flags.ignoreCase) return within;
    return (code) =>
      within(code) || within(fold(code)) || within(String.fromCodePoint(code).toUpperCase().codePointAt(0)!);
  }

  private parseClassChar(): number {
    if (this.take('\\')) return this.parseCharEscape();
    const code = this.source.codePointAt(this.at) ?? this.fail('missing closing ]');
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }
}

function withFlags(flags: Flags, letters: string, value: boolean): Flags {
  const has = (letter: string, old: boolean) => (letters.includes(letter) ? value : old);
  return {
    ignoreCase: has('i', flags.ignoreCase),
    multiLine: has('m', flags.multiLine),
    dotAll: has('s', flags.dotAll),
    ungreedy: has('U', flags.ungreedy),
  };
}

function fold(code: number): number {
  return String.fromCodePoint(code).toLowerCase().codePointAt(0)!;
}

/** A test for ASCII ranges in the notation of JavaScript's classes. */
function rangeTest(ranges: string, negated: boolean, ignoreCase: boolean): (code: number) => boolean {
  const test = new RegExp(`^[${ranges}]$`, ignoreCase ? 'i' : '');
  return (code) => (code < 0x80 && test.test(String.fromCharCode(code))) !== negated;
}

function emit(program: Instruction[], node: Node): void {
  if (program.length > maxInstructions) throw new Error('error parsing regexp: expression too large');
  switch (node.kind) {
    case 'empty':
      return;
    case 'char':
      program.push({ op: 'char', accepts: node.accepts, next: program.length + 1 });
      return;
    case 'assert':
      program.push({ op: 'assert', kind: node.assertion, next: program.length + 1 });
      return;
    case 'group':
      program.push({ op: 'save', slot: 2 * node.index, next: program.length + 1 });
      emit(program, node.inner);
      program.push({ op: 'save', slot: 2 * node.index + 1, next: program.length + 1 });
      return;
    case 'sequence':
      for (const part of node.parts) emit(program, part);
      return;
    case 'choice':
      emitChoice(program, node.parts);
      return;
    case 'repeat':
      emitRepeat(program, node);
  }
}

function emitChoice(program: Instruction[], parts: readonly Node[]): void {
  const jumps: Extract<Instruction, { op: 'split' }>[] = [];
  parts.forEach((part, index) => {
    if (index === parts.length - 1) {
      emit(program, part);
      return;
    }
    const split = pushSplit(program);
    emit(program, part);
    jumps.push(pushSplit(program));
    split.other = program.length;
  });
  for (const jump of jumps) {
    jump.next = program.length;
    jump.other = program.length;
  }
}

function pushSplit(program: Instruction[]): Extract<Instruction, { op: 'split' }> {
  const split = { op: 'split' as const, next: program.length + 1, other: program.length + 1 };
  program.push(split);
  return split;
}

function emitRepeat(program: Instruction[], node: Extract<Node, { kind: 'repeat' }>): void {
  const { inner, min, max, greedy } = node;
  for (let i = 0; i < min; i++) emit(program, inner);
  const skip = (split: Extract<Instruction, { op: 'split' }>) => {
    if (greedy) split.other = program.length;
    else split.next = program.length;
  };
  if (max === Number.POSITIVE_INFINITY) {
    const start = program.length;
    const split = pushSplit(program);
    emit(program, inner);
    const back = pushSplit(program);
    back.next = start;
    back.other = start;
    skip(split);
    return;
  }
  const splits: Extract<Instruction, { op: 'split' }>[] = [];
  for (let i = min; i < max; i++) {
    splits.push(pushSplit(program));
    emit(program, inner);
  }
  for (const split of splits) skip(split);
}
