// A float64 by its bits: mantissa and exponent, and Go's formats that show them.

const twoTo52 = 2 ** 52;

/** The value as mantissa × 2^exponent, both whole. */
export function binaryParts(value: number): { mantissa: number; exponent: number } {
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

/** `%b`: mantissa and power of two, both decimal. */
export function formatBinary(value: number): string {
  const { mantissa, exponent } = binaryParts(value);
  return `${mantissa}p${exponent >= 0 ? '+' : '-'}${Math.abs(exponent)}`;
}

/** `%x`: hexadecimal, `0x1.8p+01`; precision -1 is as many digits as needed. */
export function formatHex(value: number, precision: number): string {
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
