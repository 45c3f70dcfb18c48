// Floats as Go prints them (package strconv, FormatFloat for float64). All rounding is of the exact value, half to even.
import { type Decimal, roundAt, roundTo, shortest } from './decimal-digits.ts';
import { formatBinary, formatHex } from './float-bits.ts';

/** The formats of FormatFloat. */
export type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';

/** `strconv.FormatFloat(value, format, precision, 64)`; precision -1 is the shortest text that reads back the same. */
export function formatFloat(value: number, format: FloatFormat, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return sign + formatMagnitude(Math.abs(value), format, precision);
}

/** `%v`: the shortest text that reads back the same, with an exponent below 1e-4 and from 1e6 on if more digits are needed. */
export function formatFloatShortest(value: number): string {
  // JavaScript's own text is the same as long as neither uses an exponent.
  const magnitude = Math.abs(value);
  if ((magnitude >= 1e-4 && magnitude < 1e6) || value === 0) return Object.is(value, -0) ? '-0' : String(value);
  return formatFloat(value, 'g', -1);
}

function formatMagnitude(value: number, format: FloatFormat, precision: number): string {
  switch (format) {
    case 'b':
      return formatBinary(value);
    case 'x':
      return formatHex(value, precision);
    case 'X':
      return formatHex(value, precision).toUpperCase();
    case 'E':
      return formatMagnitude(value, 'e', precision).toUpperCase();
    case 'G':
      return formatMagnitude(value, 'g', precision).toUpperCase();
    case 'e': {
      const decimal = precision < 0 ? shortest(value) : roundTo(value, precision + 1);
      return exponential(decimal, precision < 0 ? Math.max(decimal.digits.length - 1, 0) : precision);
    }
    case 'f': {
      const decimal = precision < 0 ? shortest(value) : roundAt(value, precision);
      return positional(decimal, precision < 0 ? Math.max(decimal.digits.length - decimal.point, 0) : precision);
    }
    case 'g':
      return general(value, precision);
  }
}

function general(value: number, precision: number): string {
  const isShortest = precision < 0;
  const decimal = isShortest ? shortest(value) : roundTo(value, Math.max(precision, 1));
  const { digits, point } = decimal;
  let limit = isShortest ? 6 : Math.max(precision, 1);
  if (!isShortest && limit > digits.length && digits.length >= point) limit = digits.length;
  const exponent = point - 1;
  if (value !== 0 && (exponent < -4 || exponent >= limit)) return exponential(decimal, Math.max(digits.length - 1, 0));
  return positional(decimal, Math.max(digits.length - point, 0));
}

function exponential({ digits, point }: Decimal, precision: number): string {
  const first = digits[0] ?? '0';
  const rest = precision > 0 ? `.${digits.slice(1, 1 + precision).padEnd(precision, '0')}` : '';
  const exponent = digits === '' ? 0 : point - 1;
  return `${first}${rest}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function positional({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}
