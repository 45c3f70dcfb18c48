// Floats as Go reads them (package strconv, ParseFloat for float64), decimal and hexadecimal.

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
