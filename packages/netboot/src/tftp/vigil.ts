/**
 * Whether to stay awake for the next acknowledgement. A process that sleeps in `epoll_wait` is woken tens of microseconds
 * late, in lock step once for each block; on a fast network that is a third of the time. Staying awake costs a processor,
 * so it is done for a moment only, and not where acknowledgements take longer than that moment.
 */

/** Longer than a turn on a quiet Ethernet takes. */
const momentMs = 0.1;
/** So often in a row it may be in vain. */
const mostCredit = 8;

export class Vigil {
  #sentMs = Number.NEGATIVE_INFINITY;
  #credit = mostCredit;

  /** A window was sent. */
  sent(nowMs: number): void {
    this.#sentMs = nowMs;
  }

  /** An acknowledgement came. */
  heard(nowMs: number): void {
    const step = nowMs - this.#sentMs <= momentMs ? 1 : -1;
    this.#credit = Math.min(Math.max(this.#credit + step, 0), mostCredit);
  }

  /** A new transfer: its client may be nearer than the last. */
  begun(): void {
    this.#credit = mostCredit;
  }

  isOn(nowMs: number): boolean {
    return this.#credit > 0 && nowMs - this.#sentMs <= momentMs;
  }
}
