// Defaults, choices, types and numbers.
import { Complex, Integer, isList, isMap, isTrue, typeName, type Value } from '../value.ts';
import { define, floatOf, type HermeticFunction, int64, integerOf, textOf } from './entry.ts';

const choice = 'defaults and choices';
const types = 'types';
const math = 'numbers';

function kindOf(value: Value): string {
  if (value === null || value === undefined) return 'invalid';
  if (isList(value)) return 'slice';
  return isMap(value) ? 'map' : typeName(value).replace(/\(.*/, '');
}

function fold(values: Value[], step: (a: bigint, b: bigint) => bigint): Integer {
  return int64(values.map(integerOf).reduce(step));
}

/** The greatest, or with `sign` -1 the least. */
function greatest(values: Value[], sign: 1 | -1): Integer {
  const sorted = values.map(integerOf).sort((a, b) => (a < b ? sign : a > b ? -sign : 0));
  return int64(sorted[0]!);
}

function nonZero(value: Value): bigint {
  const divisor = integerOf(value);
  if (divisor === 0n) throw new Error('division by zero');
  return divisor;
}

function atoi(text: string): bigint {
  if (!/^[-+]?\d{1,19}$/.test(text)) throw new Error(`${text.slice(0, 40)} is not a whole number`);
  return BigInt(text.replace(/^\+/, ''));
}

function rounded(value: Value, places: Value): number {
  const digits = Math.min(15, Math.max(0, Number(integerOf(places))));
  const number = floatOf(value);
  return Math.abs(number) < 1e21 ? Number(number.toFixed(digits)) : number;
}

const any2 = ['any', 'any'] as const;

/** Functions that choose, convert and count. */
export const logicFunctions: Readonly<Record<string, HermeticFunction>> = {
  default: define(
    choice,
    'default VALUE GIVEN',
    'GIVEN, or VALUE if that is empty',
    ['{{"" | default "x"}}', 'x'],
    any2,
    (fallback: Value, given?: Value) => (isTrue(given) ? given : fallback),
  ),
  empty: define(
    choice,
    'empty VALUE',
    'Whether it is zero, empty or nil',
    ['{{empty 0}}', 'true'],
    ['any'],
    (value: Value) => !isTrue(value),
  ),
  coalesce: define(
    choice,
    'coalesce VALUE…',
    'The first that is not empty, or nil',
    ['{{coalesce "" 0 "x"}}', 'x'],
    [],
    (...values: Value[]) => values.find(isTrue) ?? null,
    'any',
  ),
  ternary: define(
    choice,
    'ternary YES NO CONDITION',
    'One of the two',
    ['{{true | ternary "a" "b"}}', 'a'],
    ['any', 'any', 'bool'],
    (yes: Value, no: Value, condition: boolean) => (condition ? yes : no),
  ),
  all: define(
    choice,
    'all VALUE…',
    'Whether none is empty',
    ['{{all 1 ""}}', 'false'],
    [],
    (...values: Value[]) => values.every(isTrue),
    'any',
  ),
  any: define(
    choice,
    'any VALUE…',
    'Whether one is not empty',
    ['{{any 1 ""}}', 'true'],
    [],
    (...values: Value[]) => values.some(isTrue),
    'any',
  ),
  required: define(
    choice,
    'required MESSAGE VALUE',
    'The value; rendering fails with the message if it is empty',
    ['{{required "no mac" "52:54"}}', '52:54'],
    ['string', 'any'],
    (message: string, value: Value) => {
      if (!isTrue(value)) throw new Error(message);
      return value;
    },
  ),
  fail: define(
    choice,
    'fail MESSAGE',
    'Rendering fails with the message',
    ['{{if false}}{{fail "never"}}{{end}}ok', 'ok'],
    ['string'],
    (message: string) => {
      throw new Error(message);
    },
  ),
  typeOf: define(types, 'typeOf VALUE', "Go's type", ['{{typeOf 1.5}}', 'float64'], ['any'], (value: Value) =>
    typeName(value),
  ),
  kindOf: define(
    types,
    'kindOf VALUE',
    'The kind: string, int, float64, bool, slice, map',
    ['{{kindOf (list 1)}}', 'slice'],
    ['any'],
    kindOf,
  ),
  kindIs: define(
    types,
    'kindIs KIND VALUE',
    'Whether it is of the kind',
    ['{{kindIs "map" (dict)}}', 'true'],
    ['string', 'any'],
    (kind: string, value: Value) => kindOf(value) === kind,
  ),
  toString: define(types, 'toString VALUE', 'As text', ['{{toString 1.5 | printf "%q"}}', '"1.5"'], ['any'], textOf),
  int: define(
    types,
    'int VALUE',
    'As an int; what is no number is 0',
    ['{{int "42"}} {{int 3.9}}', '42 3'],
    ['any'],
    (value: Value) => BigInt.asIntN(64, integerOf(value)),
  ),
  int64: define(
    types,
    'int64 VALUE',
    'As an int64',
    ['{{int64 3.9 | printf "%T"}}', 'int64'],
    ['any'],
    (value: Value) => int64(integerOf(value)),
  ),
  float64: define(types, 'float64 VALUE', 'As a float', ['{{float64 "2.5"}}', '2.5'], ['any'], floatOf),
  atoi: define(types, 'atoi TEXT', 'The whole number; fails if it is none', ['{{atoi "-7"}}', '-7'], ['string'], atoi),
  add: define(
    math,
    'add NUMBER…',
    'Sum of whole numbers',
    ['{{add 1 2 3}}', '6'],
    [],
    (...values: Value[]) => fold([0, ...values], (a, b) => a + b),
    'any',
  ),
  add1: define(math, 'add1 NUMBER', 'One more', ['{{add1 41}}', '42'], ['any'], (value: Value) =>
    int64(integerOf(value) + 1n),
  ),
  sub: define(math, 'sub A B', 'Difference', ['{{sub 5 3}}', '2'], any2, (a: Value, b: Value) =>
    int64(integerOf(a) - integerOf(b)),
  ),
  mul: define(
    math,
    'mul NUMBER…',
    'Product',
    ['{{mul 2 3 4}}', '24'],
    ['any'],
    (...values: Value[]) => fold(values, (a, b) => BigInt.asIntN(64, a * b)),
    'any',
  ),
  div: define(math, 'div A B', 'Quotient, whole', ['{{div 7 2}}', '3'], any2, (a: Value, b: Value) =>
    int64(integerOf(a) / nonZero(b)),
  ),
  mod: define(math, 'mod A B', 'Remainder', ['{{mod 7 2}}', '1'], any2, (a: Value, b: Value) =>
    int64(integerOf(a) % nonZero(b)),
  ),
  max: define(
    math,
    'max NUMBER…',
    'The greatest',
    ['{{max 1 3 2}}', '3'],
    ['any'],
    (...values: Value[]) => greatest(values, 1),
    'any',
  ),
  min: define(
    math,
    'min NUMBER…',
    'The least',
    ['{{min 2 1 3}}', '1'],
    ['any'],
    (...values: Value[]) => greatest(values, -1),
    'any',
  ),
  addf: define(
    math,
    'addf NUMBER…',
    'Sum of floats',
    ['{{addf 1.5 2}}', '3.5'],
    [],
    (...values: Value[]) => values.map(floatOf).reduce((a, b) => a + b, 0),
    'any',
  ),
  mulf: define(
    math,
    'mulf NUMBER…',
    'Product of floats',
    ['{{mulf 1.5 2}}', '3'],
    [],
    (...values: Value[]) => values.map(floatOf).reduce((a, b) => a * b, 1),
    'any',
  ),
  floor: define(math, 'floor NUMBER', 'Rounded down', ['{{floor 1.9}}', '1'], ['any'], (value: Value) =>
    Math.floor(floatOf(value)),
  ),
  ceil: define(math, 'ceil NUMBER', 'Rounded up', ['{{ceil 1.1}}', '2'], ['any'], (value: Value) =>
    Math.ceil(floatOf(value)),
  ),
  round: define(
    math,
    'round NUMBER PLACES',
    'Rounded to so many decimal places',
    ['{{round 1.2345 2}}', '1.23'],
    any2,
    rounded,
  ),
  isNumber: define(
    types,
    'isNumber VALUE',
    'Whether it is an integer or a float',
    ['{{isNumber 1.5}}', 'true'],
    ['any'],
    (value: Value) => value instanceof Integer || typeof value === 'number' || value instanceof Complex,
  ),
};
