// One function of the library: what the template calls, and what the documentation says about it.
import { canonical, encodeBytes, isWellFormed } from '@matchbox/gotext';
import { printValue } from '../format-value.ts';
import type { ParameterType, TemplateFunction } from '../function.ts';
import { ByteString, Complex, GoMap, Integer, int, isList, isMap, listElement, narrow, type Value } from '../value.ts';

/** A function with its documentation. The example is run as a test. */
export interface SprigFunction extends TemplateFunction {
  readonly group: string;
  /** Arguments as written in a template. */
  readonly usage: string;
  readonly about: string;
  /** A template without data, and what it renders. */
  readonly example: readonly [template: string, result: string];
}

/** Most elements of a list, and most bytes of a string, that a function makes. */
export const maxElements = 100_000;
export const maxTextLength = 16 * 1024 * 1024;

/** What a function takes and does; its last argument may come through a pipe. */
interface Work {
  readonly types: readonly ParameterType[];
  /** Type of any number of further arguments. */
  readonly variadic?: ParameterType;
  readonly call: (...args: never[]) => Value;
}

/** Describes the functions of a group, one by one. */
export function groupOf(group: string) {
  return (usage: string, about: string, example: readonly [string, string], work: Work): SprigFunction => {
    const { types: parameters, variadic } = work;
    const call = work.call as (...args: Value[]) => Value;
    return {
      group,
      usage,
      about,
      example,
      parameters,
      ...(variadic === undefined ? {} : { variadic }),
      call: (...args) => ownValue(call(...args)),
      keepsBytes: true,
    };
  };
}

/** What a function made, as a value of templates: its texts are byte strings, unlike those of data that comes from outside. */
function ownValue(made: Value): Value {
  if (typeof made === 'bigint') return int(made);
  if (typeof made === 'string') return canonical(made);
  if (Array.isArray(made)) return made.some(hasStrayBytes) ? made.map(keptBytes) : made;
  return made instanceof Map ? new GoMap('interface {}', made) : made;
}

function hasStrayBytes(value: Value): value is string {
  return typeof value === 'string' && !isWellFormed(value);
}

function keptBytes(value: Value): Value {
  return hasStrayBytes(value) ? new ByteString(encodeBytes(value)) : value;
}

/** Any value as text, as `print` writes it. */
export function textOf(value: Value): string {
  return printValue(value);
}

/** Any value as a whole number; what is none is 0. */
export function integerOf(value: Value): bigint {
  if (value instanceof Integer) return BigInt(value.value);
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string' && /^\s*[-+]?\d{1,40}\s*$/.test(value)) return BigInt(value.trim().replace(/^\+/, ''));
  return 0n;
}

/** A count or position: a whole number that is small enough. */
export function countOf(value: Value, what: string, most = maxElements): number {
  const count = integerOf(value);
  if (count > BigInt(most) || count < -BigInt(most)) throw new Error(`${what} ${count} is more than ${most}`);
  return Number(count);
}

/** An int64, with Go's wrap-around. */
export function int64(value: bigint): Integer {
  return new Integer('int64', narrow(BigInt.asIntN(64, value)));
}

/** Any value as a float; what is none is 0. */
export function floatOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (value instanceof Integer) return Number(value.value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Complex || typeof value !== 'string') return 0;
  const number = /^\s*[-+]?[\d.]/.test(value) ? Number(value) : 0;
  return Number.isNaN(number) ? 0 : number;
}

/** The elements of a list; fails for anything else. */
export function elementsOf(value: Value): Value[] {
  if (!isList(value)) throw new Error(`wanted a list, found ${textOf(value).slice(0, 100)}`);
  return Array.from({ length: value.length }, (_, index) => listElement(value, index));
}

/** The value as a map; fails for anything else. */
export function mapOf(value: Value): object {
  if (!isMap(value)) throw new Error(`wanted a dict, found ${textOf(value).slice(0, 100)}`);
  return value;
}

/** Whether two values are the same, lists and maps by what they hold. */
export function sameValue(a: Value, b: Value): boolean {
  if (a instanceof Integer && b instanceof Integer) return BigInt(a.value) === BigInt(b.value);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return (a ?? null) === (b ?? null);
  // Only values that print alike can be the same, and for lists and maps with a type before each value the reverse holds.
  return isList(a) === isList(b) && textOf(a) === textOf(b);
}
