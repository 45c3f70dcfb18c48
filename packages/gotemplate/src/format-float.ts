// Floats as Go prints them (package strconv, FormatFloat for float64). All rounding is of the exact value, half to even.

/** Decimal digits of a number: 0.DIGITS × 10^point. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

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

function shortest(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 };
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  return trimmed(mantissa.replace('.', ''), Number(exponent) + 1);
}

function trimmed(digits: string, point: number): Decimal {
  return { digits: digits.replace(/0+$/, ''), point };
}

/** The value rounded to that many significant digits. */
function roundTo(value: number, count: number): Decimal {
  const exact = exactDecimal(value);
  return roundDigits(exact, count);
}

/** The value rounded to that many digits after the decimal point. */
function roundAt(value: number, places: number): Decimal {
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

const twoTo52 = 2 ** 52;

/** The value as mantissa × 2^exponent, both whole. */
function binaryParts(value: number): { mantissa: number; exponent: number } {
  if (value === 0) return { mantissa: 0, exponent: -1074 };
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const high = view.getUint32(0);
  const biased = high >>> 20;
  const fraction = (high & 0xfffff) * 2 ** 32 + view.getUint32(4);
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction + twoTo52, exponent: biased - 1075 };
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

function formatBinary(value: number): string {
  const { mantissa, exponent } = binaryParts(value);
  return `${mantissa}p${exponent >= 0 ? '+' : '-'}${Math.abs(exponent)}`;
}

function formatHex(value: number, precision: number): string {
  let { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0) exponent = -52;
  while (mantissa !== 0 && mantissa < twoTo52) {
    mantissa *= 2;
    exponent--;
  }
  let bits = BigInt(mantissa);
  exponent += 52;
  if (precision >= 0 && precision < 13) {
    const dropped = BigInt(52 - 4 * precision);
    const kept = bits >> dropped;
    const rest = bits - (kept << dropped);
    const half = 1n << (dropped - 1n);
    bits = (kept + (rest > half || (rest === half && (kept & 1n) === 1n) ? 1n : 0n)) << dropped;
    if (bits >> 53n !== 0n) {
      bits >>= 1n;
      exponent++;
    }
  }
  const lead = (bits >> 52n).toString();
  const fraction = (bits & ((1n << 52n) - 1n)).toString(16).padStart(13, '0');
  const shown = precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0');
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `0x${lead}${shown === '' ? '' : `.${shown}`}p${power}`;
}
