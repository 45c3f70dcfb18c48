// Writes a value under a verb (the heart of Go's package fmt). Lists and maps are walked with a stack of their own, since
// data may nest deeper than JavaScript may recurse.
import { type FloatFormat, formatFloatShortest } from '@matchbox/gotext';
import { FormatState } from './format-state.ts';
import { Complex, Integer, isList, listElement, sortedEntries, typeName, type Value } from './value.ts';

/** Deeper data than this is refused; `encoding/json` itself stops at 10,000. */
const maxDepth = 100_000;

/** `fmt.Sprint` of one value: what `{{value}}` writes. */
export function printValue(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatFloatShortest(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === null || value === undefined) return '<nil>';
  if (value instanceof Integer) return String(value.value);
  const state = new FormatState();
  writeValue(state, value, 'v');
  return state.finish();
}

/** Writes an argument of printf: nil and the verbs %T, %p first, then by kind. */
export function writeArgument(state: FormatState, value: Value, verb: string): void {
  if (value === undefined || value === null) {
    if (verb === 'T' || verb === 'v') state.pad('<nil>');
    else writeBadVerb(state, value, verb);
    return;
  }
  if (verb === 'T') state.writeString(typeName(value));
  else if (verb === 'p' || (verb === 'w' && typeof value === 'object')) writeBadVerb(state, value, verb);
  else writeValue(state, value, verb);
}

function writeBadVerb(state: FormatState, value: Value, verb: string): void {
  state.out += `%!${verb}(`;
  if (value === undefined || value === null) state.out += '<nil>';
  else {
    state.out += `${typeName(value)}=`;
    writeValue(state, value, 'v');
  }
  state.out += ')';
}

/** Text to write as it is, or an element to write under the verb. */
type Pending = { readonly text: string } | { readonly element: Value; readonly depth: number };

function writeValue(state: FormatState, value: Value, verb: string): void {
  if (!isComposite(value)) {
    writeScalar(state, value, verb);
    return;
  }
  const pending: Pending[] = [{ element: value, depth: 0 }];
  while (pending.length > 0) {
    const next = pending.pop()!;
    if ('text' in next) state.out += next.text;
    else if (isComposite(next.element)) {
      if (next.depth > maxDepth) throw new RangeError('data is nested too deeply');
      expand(state, next.element, next.depth + 1, pending);
    } else writeElement(state, next.element, verb);
  }
}

function writeElement(state: FormatState, element: Value, verb: string): void {
  if (element !== null && element !== undefined) writeScalar(state, element, verb);
  else state.out += state.sharpV ? 'interface {}(nil)' : '<nil>';
}

function isComposite(value: Value): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Integer) && !(value instanceof Complex);
}

function expand(state: FormatState, value: object, depth: number, pending: Pending[]): void {
  const { sharpV } = state;
  const separator: Pending = { text: sharpV ? ', ' : ' ' };
  const parts: Pending[] = [];
  if (isList(value)) {
    parts.push({ text: sharpV ? '[]interface {}{' : '[' });
    for (let i = 0; i < value.length; i++) {
      if (i > 0) parts.push(separator);
      parts.push({ element: listElement(value, i), depth });
    }
  } else {
    parts.push({ text: sharpV ? `${typeName(value)}{` : 'map[' });
    sortedEntries(value).forEach(([key, element], index) => {
      if (index > 0) parts.push(separator);
      parts.push({ element: key, depth }, { text: ':' }, { element, depth });
    });
  }
  parts.push({ text: sharpV ? '}' : ']' });
  for (const part of parts.reverse()) pending.push(part);
}

function writeScalar(state: FormatState, value: Value, verb: string): void {
  if (!writeKnownVerb(state, value, verb)) writeBadVerb(state, value, verb);
}

function writeKnownVerb(state: FormatState, value: Value, verb: string): boolean {
  switch (typeof value) {
    case 'string':
      return writeStringVerb(state, value, verb);
    case 'number':
      return writeFloatVerb(state, value, verb);
    case 'boolean':
      if (verb !== 't' && verb !== 'v') return false;
      state.writeBool(value);
      return true;
    case 'function':
      // Go prints an address, which means nothing here.
      state.out += verb === 'v' ? '0x0' : `%!${verb}(${typeName(value)}=0x0)`;
      return true;
    default:
      if (value instanceof Integer) return writeIntegerVerb(state, value, verb);
      return value instanceof Complex && writeComplexVerb(state, value, verb);
  }
}

function writeStringVerb(state: FormatState, value: string, verb: string): boolean {
  if (verb === 's' || (verb === 'v' && !state.sharpV)) state.writeString(value);
  else if (verb === 'q' || verb === 'v') state.writeQuoted(value);
  else if (verb === 'x' || verb === 'X') state.writeHexString(value, verb === 'X');
  else return false;
  return true;
}

const integerBases: Readonly<Record<string, 2 | 8 | 10 | 16>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function writeIntegerVerb(state: FormatState, { value, signed }: Integer, verb: string): boolean {
  const base = integerBases[verb];
  if (verb === 'v' && state.sharpV && !signed) {
    const { sharp } = state;
    state.sharp = true;
    state.writeInteger(value, 16, 'v');
    state.sharp = sharp;
  } else if (base !== undefined) state.writeInteger(value, base, verb);
  else if (verb === 'c') state.writeRune(value);
  else if (verb === 'q') state.writeQuotedRune(value);
  else if (verb === 'U') state.writeUnicode(value);
  else return false;
  return true;
}

/** The verbs of floats: their strconv format, and the precision where the format gives none. */
const floatVerbs: Readonly<Record<string, readonly [FloatFormat, number]>> = {
  v: ['g', -1],
  b: ['b', -1],
  g: ['g', -1],
  G: ['G', -1],
  x: ['x', -1],
  X: ['X', -1],
  f: ['f', 6],
  F: ['f', 6],
  e: ['e', 6],
  E: ['E', 6],
};

function writeFloatVerb(state: FormatState, value: number, verb: string): boolean {
  const known = floatVerbs[verb];
  if (known === undefined) return false;
  state.writeFloat(value, known[0], known[1]);
  return true;
}

function writeComplexVerb(state: FormatState, value: Complex, verb: string): boolean {
  const known = floatVerbs[verb];
  if (known === undefined) return false;
  const { plus } = state;
  state.out += '(';
  state.writeFloat(value.re, known[0], known[1]);
  state.plus = true;
  state.writeFloat(value.im, known[0], known[1]);
  state.plus = plus;
  state.out += 'i)';
  return true;
}
