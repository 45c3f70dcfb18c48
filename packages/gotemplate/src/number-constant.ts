// Numbers in templates: Go's constant syntax, and which of int, uint, float and complex each one can be.
import { parseFloat64, parseInteger, quote, readLiteralRune } from '@matchbox/gotext';

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

// Quirk: Go reads complex numbers with fmt.Sscan (fmt/scan.go, complexTokens and floatToken), which takes an `i` for the beginning of Inf and does
// not give it back: `1+i` has no imaginary part, and `+i+2i` has `+i` for its real one.
const scannedFloat =
  /[+-]?i?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[\d_]*)?|[\d_]*\.?[\d_]*(?:[eE][+-]?[\d_]*)?)/y;

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
