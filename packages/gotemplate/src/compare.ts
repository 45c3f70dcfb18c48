// eq, ne, lt, le, gt, ge. Go compares what is of one basic kind, and integers of any type with each other.
import { compareBytes } from '@matchbox/gotext';
import { sprintf } from './printf.ts';
import { Complex, Integer, isList, isMap, typeName, type Value } from './value.ts';

type BasicKind = 'bool' | 'complex' | 'int' | 'uint' | 'float' | 'string' | undefined;

const badType = 'invalid type for comparison';

function basicKind(value: Value): BasicKind {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof Integer) return value.signed ? 'int' : 'uint';
  return value instanceof Complex ? 'complex' : undefined;
}

function isNil(value: Value): value is null | undefined {
  return value === undefined || value === null;
}

/** `eq`: whether the first equals any of the others. */
export function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison');
  return others.some((other) => equals(first, other));
}

/** `eq` of two values. */
export function equals(a: Value, b: Value): boolean {
  const kindA = basicKind(a);
  const kindB = basicKind(b);
  if (a instanceof Integer && b instanceof Integer) return compareIntegers(a, b) === 0;
  if (kindA !== kindB) {
    if (isNil(a) || isNil(b)) return false;
    throw incompatible(a, b);
  }
  if (a instanceof Complex && b instanceof Complex) return a.re === b.re && a.im === b.im;
  if (kindA !== undefined) return a === b;
  return equalsOther(a, b);
}

function equalsOther(a: Value, b: Value): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  if (shape(a) !== shape(b)) {
    throw new Error(sprintf(`non-comparable types %s: ${typeName(a)}, ${typeName(b)}: %v`, [a, b]));
  }
  throw new Error(sprintf(`non-comparable type %s: ${typeName(b)}`, [b]));
}

function shape(value: Value): string {
  if (isList(value)) return 'list';
  return isMap(value) ? 'map' : typeof value;
}

function incompatible(a: Value, b: Value): Error {
  return new Error(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}

function compareIntegers(a: Integer, b: Integer): number {
  // JavaScript compares a number with a bigint exactly.
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

/** `lt`. */
export function lessThan(a: Value, b: Value): boolean {
  const kindA = basicKind(a);
  const kindB = basicKind(b);
  if (kindA === undefined || kindB === undefined) throw new Error(badType);
  if (a instanceof Integer && b instanceof Integer) return compareIntegers(a, b) < 0;
  if (kindA !== kindB) throw incompatible(a, b);
  if (kindA === 'string') return compareBytes(a as string, b as string) < 0;
  if (kindA === 'float') return (a as number) < (b as number);
  throw new Error(badType);
}

/** `le`. */
export function lessOrEqual(a: Value, b: Value): boolean {
  return lessThan(a, b) || equals(a, b);
}
