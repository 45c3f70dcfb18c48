// One verb of a format with its flags: how Go pads and writes strings, integers and floats (package fmt).
import {
  canBackquote,
  canonical,
  type FloatFormat,
  formatFloat,
  isPrint,
  quote,
  quoteRune,
  quoteRuneToAscii,
  quoteToAscii,
  runeCount,
} from '@matchbox/gotext';
import { hexBytes } from './hex.ts';

/** The flags, width and precision of a verb, and the text written so far. */
export class FormatState {
  out = '';
  width: number | undefined;
  precision: number | undefined;
  minus = false;
  plus = false;
  sharp = false;
  space = false;
  zero = false;
  /** `%+v` and `%#v`: the flag belongs to the verb, not to the number. */
  plusV = false;
  sharpV = false;

  clearFlags(): void {
    this.width = undefined;
    this.precision = undefined;
    this.minus = false;
    this.plus = false;
    this.sharp = false;
    this.space = false;
    this.zero = false;
    this.plusV = false;
    this.sharpV = false;
  }

  /** `%v` takes `+` and `#` for itself. */
  claimFlagsForV(): void {
    this.sharpV = this.sharp;
    this.sharp = false;
    this.plusV = this.plus;
    this.plus = false;
  }

  private padding(count: number, zero: boolean): string {
    return count > 0 ? (zero && !this.minus ? '0' : ' ').repeat(count) : '';
  }

  /** Writes the text, padded to the width. */
  pad(text: string, zero = this.zero): void {
    if (this.width === undefined) {
      this.out += text;
      return;
    }
    const padding = this.padding(this.width - runeCount(text), zero);
    this.out += this.minus ? text + padding : padding + text;
  }

  private truncated(text: string): string {
    if (this.precision === undefined || text.length <= this.precision) return text;
    return [...text].slice(0, this.precision).join('');
  }

  /** `%s`. */
  writeString(text: string): void {
    this.pad(this.truncated(text));
  }

  /** `%q` of a string. */
  writeQuoted(text: string): void {
    const shown = this.truncated(text);
    this.pad(this.sharp && canBackquote(shown) ? `\`${shown}\`` : this.plus ? quoteToAscii(shown) : quote(shown));
  }

  /** `%x` and `%X` of a string. */
  writeHexString(text: string, upper: boolean): void {
    let bytes = hexBytes(text);
    if (this.precision !== undefined) bytes = bytes.slice(0, this.precision);
    if (bytes.length === 0) {
      this.out += this.padding(this.width ?? 0, this.zero);
      return;
    }
    const prefix = this.sharp ? '0x' : '';
    const written = prefix + bytes.join(this.space ? ` ${prefix}` : '');
    this.pad(upper ? written.toUpperCase() : written);
  }

  /** `%t`, `%v` of a bool. */
  writeBool(value: boolean): void {
    this.pad(String(value));
  }

  /** An integer in base 2, 8, 10 or 16. `verb` is `O` for the prefix `0o`. */
  writeInteger(value: bigint | number, base: 2 | 8 | 10 | 16, verb: string): void {
    const negative = value < 0;
    let digits = (negative ? -value : value).toString(base);
    if (verb === 'X') digits = digits.toUpperCase();
    if (this.precision === 0 && digits === '0') {
      this.out += this.padding(this.width ?? 0, false);
      return;
    }
    digits = digits.padStart(this.wantedDigits(negative), '0');
    if (this.sharp) digits = sharpPrefix(digits, base, verb) + digits;
    if (verb === 'O') digits = `0o${digits}`;
    const sign = negative ? '-' : this.plus ? '+' : this.space ? ' ' : '';
    this.pad(sign + digits, false);
  }

  private wantedDigits(negative: boolean): number {
    if (this.precision !== undefined) return this.precision;
    if (!this.zero || this.minus || this.width === undefined) return 0;
    return this.width - (negative || this.plus || this.space ? 1 : 0);
  }

  /** `%c`. */
  writeRune(value: bigint | number): void {
    this.pad(String.fromCodePoint(validRune(value)));
  }

  /** `%q` of an integer. */
  writeQuotedRune(value: bigint | number): void {
    const code = validRune(value);
    this.pad(this.plus ? quoteRuneToAscii(code) : quoteRune(code));
  }

  /** `%U`. */
  writeUnicode(value: bigint | number): void {
    const unsigned = BigInt.asUintN(64, BigInt(value));
    const digits = unsigned.toString(16).toUpperCase();
    let text = `U+${digits.padStart(Math.max(4, this.precision ?? 0), '0')}`;
    if (this.sharp && unsigned <= 0x10ffffn && isPrint(Number(unsigned))) {
      text += ` '${String.fromCodePoint(Number(unsigned))}'`;
    }
    this.pad(text, false);
  }

  /** A float; `precision` is that of the verb if the format gives none. */
  writeFloat(value: number, verb: FloatFormat, precision: number): void {
    const wanted = this.precision ?? precision;
    const { sign, magnitude } = splitSign(formatFloat(value, verb, wanted));
    const shownSign = sign === '+' && this.space && !this.plus ? ' ' : sign;
    if (!/^\d/.test(magnitude)) {
      this.pad(magnitude === 'NaN' && !this.space && !this.plus ? magnitude : shownSign + magnitude, false);
      return;
    }
    const number = this.sharp && verb !== 'b' ? withPoint(magnitude, verb, wanted) : magnitude;
    if (!this.plus && shownSign === '+') this.pad(number);
    else this.padSigned(shownSign, number);
  }

  /** Zeros go between the sign and the number. */
  private padSigned(shownSign: string, number: string): void {
    if (this.zero && !this.minus && this.width !== undefined && this.width > number.length + 1) {
      this.out += shownSign + this.padding(this.width - number.length - 1, true) + number;
      return;
    }
    this.pad(shownSign + number);
  }

  /** Ends a text that was joined from parts. */
  finish(): string {
    return canonical(this.out);
  }
}

function splitSign(text: string): { readonly sign: string; readonly magnitude: string } {
  return /^[-+]/.test(text) ? { sign: text[0]!, magnitude: text.slice(1) } : { sign: '+', magnitude: text };
}

function sharpPrefix(digits: string, base: number, verb: string): string {
  if (base === 2) return '0b';
  if (base === 8) return digits.startsWith('0') ? '' : '0';
  if (base === 16) return verb === 'X' ? '0X' : '0x';
  return '';
}

function validRune(value: bigint | number): number {
  const code = Number(value);
  return code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? 0xfffd : code;
}

/** The `#` flag: a decimal point always, and for %g and %x also the zeros up to the precision. */
function withPoint(number: string, verb: FloatFormat, precision: number): string {
  const wanted = verb === 'g' || verb === 'G' || verb === 'x' ? (precision === -1 ? 6 : precision) : 0;
  const tailAt = number.search(verb === 'x' || verb === 'X' ? /[pP]/ : /[eE]/);
  const tail = tailAt < 0 ? '' : number.slice(tailAt);
  const head = tailAt < 0 ? number : number.slice(0, tailAt);
  const zeros = '0'.repeat(Math.max(0, wanted - significantDigits(head)));
  return `${head}${head.includes('.') ? '' : '.'}${zeros}${tail}`;
}

/** Digits from the first that is not 0 on; a 0 alone counts as one. */
function significantDigits(number: string): number {
  return number === '0' ? 1 : number.replace('.', '').replace(/^0+/, '').length;
}
