/** The time that leases expire by: the wall clock while it runs evenly, and never its jumps. */

export interface ClockReading {
  /** Milliseconds since 1970, which an operator or NTP may set to anything. */
  readonly wallMs: number;
  /** Milliseconds that only run. */
  readonly monotonicMs: number;
}

/** By how much the wall clock may differ from what ran before that counts as a jump. */
const jumpMs = 2000;

export class LeaseClock {
  #timeMs: number;
  #monotonicMs: number;
  #jumpedMs = 0;

  constructor({ wallMs, monotonicMs }: ClockReading) {
    this.#timeMs = wallMs;
    this.#monotonicMs = monotonicMs;
  }

  /** Never goes back. A jump of the wall clock leaves it running as before; small steps are followed. */
  read({ wallMs, monotonicMs }: ClockReading): number {
    const expected = this.#timeMs + Math.max(0, monotonicMs - this.#monotonicMs);
    const apart = wallMs - expected;
    this.#jumpedMs = Math.abs(apart) > jumpMs ? apart : 0;
    this.#timeMs = this.#jumpedMs === 0 ? Math.max(this.#timeMs, wallMs) : expected;
    this.#monotonicMs = monotonicMs;
    return this.#timeMs;
  }

  /** By how much the wall clock was set since the start, at the last reading; 0 when it runs along. */
  get jumpedMs(): number {
    return this.#jumpedMs;
  }
}
