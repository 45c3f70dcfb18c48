// Defaults, choices, types and numbers.
import { Complex, Integer, isList, isMap, isTrue, typeName, type Value } from '../value.ts';
import { floatOf, groupOf, int64, integerOf, type SprigFunction, textOf } from './entry.ts';

const choice = groupOf('defaults and choices');
const types = groupOf('types');
const math = groupOf('numbers');

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
export const logicFunctions: Readonly<Record<string, SprigFunction>> = {
  default: choice('default VALUE GIVEN', 'GIVEN, or VALUE if that is empty', ['{{"" | default "x"}}', 'x'], {
    types: any2,
    call: (fallback: Value, given?: Value) => (isTrue(given) ? given : fallback),
  }),
  empty: choice('empty VALUE', 'Whether it is zero, empty or nil', ['{{empty 0}}', 'true'], {
    types: ['any'],
    call: (value: Value) => !isTrue(value),
  }),
  coalesce: choice('coalesce VALUE…', 'The first that is not empty, or nil', ['{{coalesce "" 0 "x"}}', 'x'], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => values.find(isTrue) ?? null,
  }),
  ternary: choice('ternary YES NO CONDITION', 'One of the two', ['{{true | ternary "a" "b"}}', 'a'], {
    types: ['any', 'any', 'bool'],
    call: (yes: Value, no: Value, condition: boolean) => (condition ? yes : no),
  }),
  all: choice('all VALUE…', 'Whether none is empty', ['{{all 1 ""}}', 'false'], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => values.every(isTrue),
  }),
  any: choice('any VALUE…', 'Whether one is not empty', ['{{any 1 ""}}', 'true'], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => values.some(isTrue),
  }),
  required: choice(
    'required MESSAGE VALUE',
    'The value; rendering fails with the message if it is empty',
    ['{{required "no mac" "52:54"}}', '52:54'],
    {
      types: ['string', 'any'],
      call: (message: string, value: Value) => {
        if (!isTrue(value)) throw new Error(message);
        return value;
      },
    },
  ),
  fail: choice('fail MESSAGE', 'Rendering fails with the message', ['{{if false}}{{fail "never"}}{{end}}ok', 'ok'], {
    types: ['string'],
    call: (message: string) => {
      throw new Error(message);
    },
  }),
  typeOf: types('typeOf VALUE', "Go's type", ['{{typeOf 1.5}}', 'float64'], {
    types: ['any'],
    call: (value: Value) => typeName(value),
  }),
  kindOf: types('kindOf VALUE', 'The kind: string, int, float64, bool, slice, map', ['{{kindOf (list 1)}}', 'slice'], {
    types: ['any'],
    call: kindOf,
  }),
  kindIs: types('kindIs KIND VALUE', 'Whether it is of the kind', ['{{kindIs "map" (dict)}}', 'true'], {
    types: ['string', 'any'],
    call: (kind: string, value: Value) => kindOf(value) === kind,
  }),
  toString: types('toString VALUE', 'As text', ['{{toString 1.5 | printf "%q"}}', '"1.5"'], {
    types: ['any'],
    call: textOf,
  }),
  int: types('int VALUE', 'As an int; what is no number is 0', ['{{int "42"}} {{int 3.9}}', '42 3'], {
    types: ['any'],
    call: (value: Value) => BigInt.asIntN(64, integerOf(value)),
  }),
  int64: types('int64 VALUE', 'As an int64', ['{{int64 3.9 | printf "%T"}}', 'int64'], {
    types: ['any'],
    call: (value: Value) => int64(integerOf(value)),
  }),
  float64: types('float64 VALUE', 'As a float', ['{{float64 "2.5"}}', '2.5'], { types: ['any'], call: floatOf }),
  atoi: types('atoi TEXT', 'The whole number; fails if it is none', ['{{atoi "-7"}}', '-7'], {
    types: ['string'],
    call: atoi,
  }),
  add: math('add NUMBER…', 'Sum of whole numbers', ['{{add 1 2 3}}', '6'], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => fold([0, ...values], (a, b) => a + b),
  }),
  add1: math('add1 NUMBER', 'One more', ['{{add1 41}}', '42'], {
    types: ['any'],
    call: (value: Value) => int64(integerOf(value) + 1n),
  }),
  sub: math('sub A B', 'Difference', ['{{sub 5 3}}', '2'], {
    types: any2,
    call: (a: Value, b: Value) => int64(integerOf(a) - integerOf(b)),
  }),
  mul: math('mul NUMBER…', 'Product', ['{{mul 2 3 4}}', '24'], {
    types: ['any'],
    variadic: 'any',
    call: (...values: Value[]) => fold(values, (a, b) => BigInt.asIntN(64, a * b)),
  }),
  div: math('div A B', 'Quotient, whole', ['{{div 7 2}}', '3'], {
    types: any2,
    call: (a: Value, b: Value) => int64(integerOf(a) / nonZero(b)),
  }),
  mod: math('mod A B', 'Remainder', ['{{mod 7 2}}', '1'], {
    types: any2,
    call: (a: Value, b: Value) => int64(integerOf(a) % nonZero(b)),
  }),
  max: math('max NUMBER…', 'The greatest', ['{{max 1 3 2}}', '3'], {
    types: ['any'],
    variadic: 'any',
    call: (...values: Value[]) => greatest(values, 1),
  }),
  min: math('min NUMBER…', 'The least', ['{{min 2 1 3}}', '1'], {
    types: ['any'],
    variadic: 'any',
    call: (...values: Value[]) => greatest(values, -1),
  }),
  addf: math('addf NUMBER…', 'Sum of floats', ['{{addf 1.5 2}}', '3.5'], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => values.map(floatOf).reduce((a, b) => a + b, 0),
  }),
  mulf: math('mulf NUMBER…', 'Product of floats', ['{{mulf 1.5 2}}', '3'], {
    types: [],
    variadic: 'any',
    call: (...values: Value[]) => values.map(floatOf).reduce((a, b) => a * b, 1),
  }),
  floor: math('floor NUMBER', 'Rounded down', ['{{floor 1.9}}', '1'], {
    types: ['any'],
    call: (value: Value) => Math.floor(floatOf(value)),
  }),
  ceil: math('ceil NUMBER', 'Rounded up', ['{{ceil 1.1}}', '2'], {
    types: ['any'],
    call: (value: Value) => Math.ceil(floatOf(value)),
  }),
  round: math('round NUMBER PLACES', 'Rounded to so many decimal places', ['{{round 1.2345 2}}', '1.23'], {
    types: any2,
    call: rounded,
  }),
  isNumber: types('isNumber VALUE', 'Whether it is an integer or a float', ['{{isNumber 1.5}}', 'true'], {
    types: ['any'],
    call: (value: Value) => value instanceof Integer || typeof value === 'number' || value instanceof Complex,
  }),
};
