// Go's Sprintf, Sprint and Sprintln, with the texts they write instead of failing.

import { canonical } from '@matchbox/gotext';
import { FormatState } from './format-state.ts';
import { printValue, writeArgument } from './format-value.ts';
import { visibleRune } from './rune.ts';
import { Integer, typeName, type Value } from './value.ts';

/** Widths, precisions and argument numbers above this are refused. */
const maxNumber = 1_000_000;

/** `fmt.Sprint`: a space between two values if neither is a string. */
export function sprint(values: readonly Value[]): string {
  let out = '';
  values.forEach((value, index) => {
    if (index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string') out += ' ';
    out += printValue(value);
  });
  return canonical(out);
}

/** `fmt.Sprintln`: a space between all values, and a line break. */
export function sprintln(values: readonly Value[]): string {
  return canonical(`${values.map(printValue).join(' ')}\n`);
}

/** `fmt.Sprintf`. */
export function sprintf(format: string, values: readonly Value[]): string {
  const run = new FormatRun(format, values);
  while (run.at < format.length) {
    const percent = format.indexOf('%', run.at);
    if (percent < 0) {
      run.state.out += format.slice(run.at);
      break;
    }
    run.state.out += format.slice(run.at, percent);
    run.at = percent + 1;
    run.writeDirective();
  }
  run.writeExtra();
  return run.state.finish();
}

/** Quirk: Go looks before each further digit whether the number is too large already, so 1000001 still passes (fmt/print.go, parsenum). */
function isTooLarge(digits: string): boolean {
  return Number(digits.slice(0, -1)) > maxNumber;
}

/** How far a format has been worked off. */
class FormatRun {
  readonly state = new FormatState();
  at = 0;
  private readonly format: string;
  private readonly values: readonly Value[];
  private argument = 0;
  private reordered = false;
  private goodIndex = true;
  private afterIndex = false;

  constructor(format: string, values: readonly Value[]) {
    this.format = format;
    this.values = values;
  }

  /** What comes after a `%`. */
  writeDirective(): void {
    const { state, format } = this;
    state.clearFlags();
    this.goodIndex = true;
    this.afterIndex = false;
    this.readFlags();
    this.readIndex();
    this.readWidth();
    this.readPrecision();
    if (!this.afterIndex) this.readIndex();
    const code = format.codePointAt(this.at);
    if (code === undefined) {
      state.out += '%!(NOVERB)';
      return;
    }
    this.at += code > 0xffff ? 2 : 1;
    this.writeVerb(visibleRune(code));
  }

  private writeVerb(verb: string): void {
    const { state, values } = this;
    if (verb === '%') state.out += '%';
    else if (!this.goodIndex) state.out += `%!${verb}(BADINDEX)`;
    else if (this.argument >= values.length) state.out += `%!${verb}(MISSING)`;
    else {
      if (verb === 'v' || verb === 'w') state.claimFlagsForV();
      writeArgument(state, values[this.argument], verb);
      this.argument++;
    }
  }

  private readFlags(): void {
    const { state, format } = this;
    for (; ; this.at++) {
      const flag = format[this.at];
      if (flag === '-') state.minus = true;
      else if (flag === '+') state.plus = true;
      else if (flag === '#') state.sharp = true;
      else if (flag === ' ') state.space = true;
      else if (flag === '0') state.zero = true;
      else return;
    }
  }

  /** `[3]`: the argument to take next. */
  private readIndex(): void {
    this.afterIndex = false;
    if (this.format[this.at] !== '[') return;
    this.reordered = true;
    const close = this.format.indexOf(']', this.at + 1);
    if (close < 0 || this.format.length - this.at < 3) {
      this.goodIndex = false;
      this.at++;
      return;
    }
    const digits = this.format.slice(this.at + 1, close);
    this.at = close + 1;
    const isNumber = /^\d+$/.test(digits) && !isTooLarge(digits);
    if (isNumber && Number(digits) >= 1 && Number(digits) <= this.values.length) {
      this.argument = Number(digits) - 1;
      this.afterIndex = true;
      return;
    }
    this.goodIndex = false;
    this.afterIndex = isNumber;
  }

  private readWidth(): void {
    const { state } = this;
    if (this.format[this.at] === '*') {
      this.at++;
      state.width = this.integerArgument();
      if (state.width === undefined) state.out += '%!(BADWIDTH)';
      else if (state.width < 0) {
        state.width = -state.width;
        state.minus = true;
        state.zero = false;
      }
      this.afterIndex = false;
      return;
    }
    state.width = this.readNumber();
    if (this.afterIndex && state.width !== undefined) this.goodIndex = false;
  }

  private readPrecision(): void {
    const { state } = this;
    // Quirk: a dot that ends the format is a verb, and none that there is (fmt/print.go, doPrintf).
    if (this.format[this.at] !== '.' || this.at + 1 === this.format.length) return;
    this.at++;
    if (this.afterIndex) this.goodIndex = false;
    this.readIndex();
    if (this.format[this.at] !== '*') {
      state.precision = this.readNumber() ?? 0;
      return;
    }
    this.at++;
    state.precision = this.integerArgument();
    if (state.precision !== undefined && state.precision < 0) state.precision = undefined;
    if (state.precision === undefined) state.out += '%!(BADPREC)';
    this.afterIndex = false;
  }

  private readNumber(): number | undefined {
    const digits = /^\d+/.exec(this.format.slice(this.at, this.at + 400))?.[0];
    if (digits === undefined) return undefined;
    if (isTooLarge(digits)) {
      // Quirk: Go gives the whole rest of the format up for a number that is too large (fmt/print.go, parsenum).
      this.at = this.format.length;
      return undefined;
    }
    this.at += digits.length;
    return Number(digits);
  }

  /** The value of a `*`. */
  private integerArgument(): number | undefined {
    if (this.argument >= this.values.length) return undefined;
    const value = this.values[this.argument++];
    if (!(value instanceof Integer)) return undefined;
    const number = Number(value.value);
    return Math.abs(number) > maxNumber ? undefined : number;
  }

  /** Names the arguments that no verb took. */
  writeExtra(): void {
    if (this.reordered || this.argument >= this.values.length) return;
    const { state } = this;
    state.clearFlags();
    state.out += '%!(EXTRA ';
    this.values.slice(this.argument).forEach((value, index) => {
      if (index > 0) state.out += ', ';
      if (value !== undefined && value !== null) state.out += `${typeName(value)}=`;
      writeArgument(state, value, 'v');
    });
    state.out += ')';
  }
}
