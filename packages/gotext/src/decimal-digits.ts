// The decimal digits of a float64: the fewest that read back the same, or the exact ones rounded half to even.
import { binaryParts } from './float-bits.ts';

/** Decimal digits of a number: 0.DIGITS × 10^point. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** The fewest digits that read back as the same number. */
export function shortest(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  return trimmed(mantissa.replace('.', ''), Number(exponent) + 1);
}

function trimmed(digits: string, point: number): Decimal {
  return { digits: digits.replace(/0+$/, ''), point };
}

/** The value rounded to that many significant digits. */
export function roundTo(value: number, count: number): Decimal {
  const exact = exactDecimal(value);
  return roundDigits(exact, count);
}

/** The value rounded to that many digits after the decimal point. */
export function roundAt(value: number, places: number): Decimal {
  const exact = exactDecimal(value);
  return roundDigits(exact, exact.point + places);
}

function roundDigits({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: '', point: 0 };
  const next = digits.charCodeAt(count) - 48;
  const isHalf = next === 5 && count + 1 === digits.length;
  const lastIsOdd = count > 0 && digits.charCodeAt(count - 1) % 2 === 1;
  if (!(isHalf ? lastIsOdd : next >= 5)) return trimmed(digits.slice(0, count), count === 0 ? 0 : point);
  const carried = (BigInt(digits.slice(0, count) || '0') + 1n).toString();
  return trimmed(carried, point + (carried.length > count ? 1 : 0));
}

function exactDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const { mantissa, exponent } = binaryParts(value);
  if (exponent >= 0) {
    const digits = (BigInt(mantissa) << BigInt(exponent)).toString();
    return trimmed(digits, digits.length);
  }
  const digits = (BigInt(mantissa) * 5n ** BigInt(-exponent)).toString();
  return trimmed(digits, digits.length + exponent);
}
