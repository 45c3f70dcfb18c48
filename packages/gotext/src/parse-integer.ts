// Integers of any base as Go reads them (package strconv, ParseInt with base 0).

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
