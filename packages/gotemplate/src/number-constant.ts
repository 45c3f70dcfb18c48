// Numbers in templates: Go's constant syntax, and which of int, uint, float and complex each one can be.
import { quote, readLiteralRune } from './quote.ts';

/** What a numeric constant can stand for; a missing part means that it cannot. */
export interface NumberConstant {
  readonly text: string;
  readonly int?: bigint | undefined;
  readonly uint?: bigint | undefined;
  readonly float?: number | undefined;
  readonly complex?: { readonly re: number; readonly im: number } | undefined;
}

/** A constant, or the text of Go's error. */
export type NumberResult = NumberConstant | { readonly error: string };

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);
const maxUint64 = 2n ** 64n - 1n;

/** The constant of a character literal such as `'a'`, quotes included. */
export function parseCharConstant(text: string): NumberResult {
  const rune = readLiteralRune(text.slice(1), 0, "'");
  if (rune === undefined) return { error: 'invalid syntax' };
  if (text.slice(1 + rune.next) !== "'") return { error: `malformed character constant: ${text}` };
  const int = BigInt(rune.code);
  return { text, int, uint: int, float: rune.code };
}

// Go reads complex numbers with fmt.Sscan, whose tokens are a little wider than the literals of the language.
const scannedFloat =
  /[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[\d_]*)?|[\d_]*\.?[\d_]*(?:[eE][+-]?[\d_]*)?)/y;

/** The constant of `1+2i`: two floats, the second with a sign and an `i`. */
export function parseComplexConstant(text: string): NumberResult {
  const first = scanFloatToken(text, 0);
  const second = scanFloatToken(text, first.length);
  if (!/^[+-]/.test(second) || text[first.length + second.length] !== 'i') {
    return { error: 'syntax error scanning complex number' };
  }
  const re = scannedValue(first);
  if (typeof re === 'string') return { error: re };
  const im = scannedValue(second);
  if (typeof im === 'string') return { error: im };
  return { text, complex: { re, im }, ...simplify(re, im) };
}

function scanFloatToken(text: string, at: number): string {
  scannedFloat.lastIndex = at;
  return scannedFloat.exec(text)?.[0] ?? '';
}

function scannedValue(token: string): number | string {
  const value = parseFloat64(token);
  if (typeof value === 'number') return value;
  return `strconv.ParseFloat: parsing ${quote(token)}: ${value === 'range' ? 'value out of range' : 'invalid syntax'}`;
}

function simplify(re: number, im: number): Pick<NumberConstant, 'int' | 'uint' | 'float'> {
  return im === 0 ? { float: re, ...integersOf(re) } : {};
}

/** The constant of any other number: decimal, hexadecimal, octal, binary, float, imaginary. */
export function parseNumberConstant(text: string): NumberResult {
  if (text.endsWith('i')) {
    const im = parseFloat64(text.slice(0, -1));
    if (typeof im === 'number') return { text, complex: { re: 0, im }, ...simplify(0, im) };
  }
  const value = parseInteger(text);
  const sign = /^[+-]/.test(text);
  const uint = value !== undefined && !sign && value <= maxUint64 ? value : undefined;
  const int = value !== undefined && value >= minInt64 && value <= maxInt64 ? value : undefined;
  if (int !== undefined) return { text, int, uint: int === 0n ? 0n : uint, float: Number(int) };
  if (uint !== undefined) return { text, uint, float: Number(uint) };
  const float = parseFloat64(text);
  if (typeof float === 'number') {
    if (!/[.eEpP]/.test(text)) return { error: `integer overflow: ${quote(text)}` };
    return { text, float, ...integersOf(float) };
  }
  return { error: `illegal number syntax: ${quote(text)}` };
}

function integersOf(float: number): Pick<NumberConstant, 'int' | 'uint'> {
  if (!Number.isInteger(float)) return {};
  const whole = BigInt(float);
  return {
    int: whole >= minInt64 && whole <= maxInt64 ? whole : undefined,
    uint: whole >= 0n && whole <= maxUint64 ? whole : undefined,
  };
}

const integerForms: readonly (readonly [RegExp, string])[] = [
  [/^0[xX]_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)$/, '0x'],
  [/^0[bB]_?([01]+(?:_[01]+)*)$/, '0b'],
  [/^0[oO]_?([0-7]+(?:_[0-7]+)*)$/, '0o'],
  [/^0_?([0-7]+(?:_[0-7]+)*)$/, '0o'],
  [/^(0|[1-9]\d*(?:_\d+)*)$/, ''],
];

/** An integer of any base, sign allowed, or undefined (`strconv.ParseInt` with base 0, without its range). */
export function parseInteger(text: string): bigint | undefined {
  const negative = text.startsWith('-');
  const digits = negative || text.startsWith('+') ? text.slice(1) : text;
  for (const [form, prefix] of integerForms) {
    const match = form.exec(digits);
    if (match === null) continue;
    const value = BigInt(prefix + match[1]!.replaceAll('_', ''));
    return negative ? -value : value;
  }
  return undefined;
}

const decimalFloat = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const hexFloat =
  /^([+-]?)0[xX]_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)?(?:\.([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)?)?[pP]([+-]?\d+(?:_\d+)*)$/;

/** A float64 (`strconv.ParseFloat`): the number, `range` if it is too large, undefined if the syntax is wrong. */
export function parseFloat64(text: string): number | 'range' | undefined {
  const value = decimalFloat.test(text) ? Number(text.replaceAll('_', '')) : parseHexFloat(text);
  if (value === undefined) return undefined;
  return Number.isFinite(value) ? value : 'range';
}

function parseHexFloat(text: string): number | undefined {
  const match = hexFloat.exec(text);
  if (match === null || (match[2] === undefined && match[3] === undefined)) return undefined;
  const whole = (match[2] ?? '').replaceAll('_', '');
  const fraction = (match[3] ?? '').replaceAll('_', '');
  const exponent = Number(match[4]!.replaceAll('_', '')) - 4 * fraction.length;
  const magnitude = scaleByPowerOfTwo(BigInt(`0x${whole}${fraction}`), exponent);
  return match[1] === '-' ? -magnitude : magnitude;
}

/** mantissa × 2^exponent, rounded once, half to even. */
function scaleByPowerOfTwo(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length;
  if (bits + exponent > 1024) return Infinity;
  if (bits + exponent < -1074) return 0;
  // Bits below the last place of the result, counting the coarser last place of subnormal numbers.
  const surplus = Math.max(bits - 53, -1074 - exponent, 0);
  let kept = mantissa >> BigInt(surplus);
  const rest = mantissa - (kept << BigInt(surplus));
  const half = surplus === 0 ? 0n : 1n << BigInt(surplus - 1);
  if (surplus > 0 && (rest > half || (rest === half && (kept & 1n) === 1n))) kept += 1n;
  const power = exponent + surplus;
  // Two factors, since 2^power alone may be out of range while the product is not.
  const first = Math.max(-1000, Math.min(1000, power));
  return Number(kept) * 2 ** first * 2 ** (power - first);
}
