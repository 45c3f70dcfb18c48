// The predefined functions of text/template.
import { byteAt, byteLength, sliceBytes } from '@matchbox/gotext';
import { equals, equalsAny, lessOrEqual, lessThan } from './compare.ts';
import { escapeHtml, escapeJs, escapeQuery, printedArguments } from './escape.ts';
import type { TemplateFunction } from './function.ts';
import { sprint, sprintf, sprintln } from './printf.ts';
import {
  decodedCapacity,
  GoMap,
  Integer,
  int,
  isList,
  isMap,
  isTrue,
  ListWindow,
  listElement,
  mapEntry,
  mapSize,
  typeName,
  type Value,
} from './value.ts';

/** A value of which Go still knows that it came out of an interface; only `slice` can tell. */
export class InInterface {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** The predefined functions by name. `and`, `or` and `call` are only described here: the evaluator works them itself. */
export const builtins: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['and', { parameters: ['value'], variadic: 'value', call: (value) => value }],
  ['or', { parameters: ['value'], variadic: 'value', call: (value) => value }],
  ['call', { parameters: ['value'], variadic: 'value', call: (value) => value }],
  ['not', { parameters: ['value'], call: (value) => !isTrue(value) }],
  ['len', { parameters: ['value'], call: lengthOf }],
  ['index', { parameters: ['value'], variadic: 'value', call: indexOf }],
  ['slice', { parameters: ['value'], variadic: 'value', call: slice }],
  ['print', { parameters: [], variadic: 'any', call: (...args) => sprint(args) }],
  ['println', { parameters: [], variadic: 'any', call: (...args) => sprintln(args) }],
  ['printf', { parameters: ['string'], variadic: 'any', call: (format, ...args) => sprintf(format as string, args) }],
  ['html', { parameters: [], variadic: 'any', call: (...args) => escapeHtml(printedArguments(args)) }],
  ['js', { parameters: [], variadic: 'any', call: (...args) => escapeJs(printedArguments(args)) }],
  ['urlquery', { parameters: [], variadic: 'any', call: (...args) => escapeQuery(printedArguments(args)) }],
  ['eq', { parameters: ['value'], variadic: 'value', call: (first, ...others) => equalsAny(first, others) }],
  ['ne', { parameters: ['value', 'value'], call: (a, b) => !equals(a, b) }],
  ['lt', { parameters: ['value', 'value'], call: lessThan }],
  ['le', { parameters: ['value', 'value'], call: lessOrEqual }],
  ['gt', { parameters: ['value', 'value'], call: (a, b) => !lessOrEqual(a, b) }],
  ['ge', { parameters: ['value', 'value'], call: (a, b) => !lessThan(a, b) }],
]);

function lengthOf(value: Value): Value {
  if (value === null) throw new Error('len of nil pointer');
  // Go's reflection panics here, and the panic's text is the error.
  if (value === undefined) throw new Error('reflect: call of reflect.Value.Type on zero Value');
  if (typeof value === 'string') return int(byteLength(value));
  if (isList(value)) return int(value.length);
  if (isMap(value)) return int(mapSize(value));
  throw new Error(`len of type ${typeName(value)}`);
}

function indexOf(item: Value, ...indexes: Value[]): Value {
  let current = item;
  if (current === undefined || current === null) throw new Error('index of untyped nil');
  for (const index of indexes) current = elementAt(current, index);
  return current;
}

function elementAt(item: Value, index: Value): Value {
  if (item === undefined || item === null) throw new Error('index of nil pointer');
  if (typeof item === 'string') {
    const length = byteLength(item);
    const at = indexArgument(index ?? undefined, length);
    if (at === length) throw new Error('reflect: string index out of range');
    return new Integer('uint8', byteAt(item, at));
  }
  if (isList(item)) {
    const at = indexArgument(index ?? undefined, item.length);
    if (at === item.length) throw new Error('reflect: slice index out of range');
    return listElement(item, at);
  }
  if (isMap(item)) return indexMap(item, index);
  throw new Error(`can't index item of type ${typeName(item)}`);
}

function indexMap(map: object, key: Value): Value {
  if (key === undefined || key === null) throw new Error('value is nil; should be of type string');
  if (typeof key !== 'string') throw new Error(`value has type ${typeName(key)}; should be string`);
  return mapEntry(map, key) ?? (map instanceof GoMap && map.element === 'string' ? '' : null);
}

function indexArgument(index: Value, limit: number): number {
  if (index === undefined) throw new Error('cannot index slice/array with nil');
  if (index === null || index instanceof InInterface) {
    throw new Error('cannot index slice/array with type interface {}');
  }
  if (!(index instanceof Integer)) throw new Error(`cannot index slice/array with type ${typeName(index)}`);
  if (index.value < 0 || index.value > limit) throw new Error(`index out of range: ${index.value}`);
  return Number(index.value);
}

function slice(wrapped: Value, ...indexes: Value[]): Value {
  const item = wrapped instanceof InInterface ? wrapped.value : wrapped;
  if (item === undefined || item === null) throw new Error('slice of untyped nil');
  if (indexes.length > 3) throw new Error(`too many slice indexes: ${indexes.length}`);
  if (typeof item === 'string') return sliceText(item, indexes);
  if (isList(item)) return sliceList(item, indexes);
  throw new Error(`can't slice item of type ${typeName(item)}`);
}

function sliceText(text: string, indexes: readonly Value[]): string {
  if (indexes.length === 3) throw new Error('cannot 3-index slice a string');
  const length = byteLength(text);
  const { from, to } = sliceBounds(indexes, length, length);
  return sliceBytes(text, from, to);
}

function sliceList(item: readonly Value[] | ListWindow, indexes: readonly Value[]): ListWindow {
  const { list, offset, length, capacity } = windowOn(item);
  const { from, to, limit = capacity } = sliceBounds(indexes, length, capacity);
  return new ListWindow(list, offset + from, to - from, limit - from);
}

function sliceBounds(indexes: readonly Value[], length: number, capacity: number) {
  const [from = 0, to = length, limit] = indexes.map((index) => indexArgument(index, capacity));
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (limit !== undefined && to > limit) throw new Error(`invalid slice index: ${to} > ${limit}`);
  return { from, to, limit };
}

function windowOn(list: readonly Value[] | ListWindow): ListWindow {
  if (list instanceof ListWindow) return list;
  return new ListWindow(list, 0, list.length, decodedCapacity(list.length));
}
