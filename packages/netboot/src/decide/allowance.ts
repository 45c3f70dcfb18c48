/** How many answers are sent: to one machine, and to all of them. */
import { BoundedMap } from './bounded-map.ts';

export interface AnswerLimits {
  /** Answers to one machine within `windowMs`. */
  readonly perMachine: number;
  readonly windowMs: number;
  /** Answers to all machines in a second, on average. */
  readonly perSecond: number;
  /** And at once. */
  readonly burst: number;
}

/**
 * A boot takes ten answers (ROM, iPXE twice, system), which a virtual machine is through with in five seconds, and then it may
 * be started again; 1,000 machines that power on at once take 3,000.
 */
export const defaultLimits: AnswerLimits = { perMachine: 20, windowMs: 10_000, perSecond: 2000, burst: 8000 };

const maxMachines = 16_384;

/** `check` asks, `take` counts; neither looks at a clock. */
export class AnswerAllowance {
  readonly #limits: AnswerLimits;
  /** When each machine was answered, the oldest first; at most `perMachine` times. */
  readonly #answers = new BoundedMap<string, readonly number[]>(maxMachines);
  #tokens: number;
  #filledMs: number | undefined;

  constructor(limits: AnswerLimits = defaultLimits) {
    this.#limits = limits;
    this.#tokens = limits.burst;
  }

  check(mac: string, nowMs: number): 'free' | 'machine' | 'all' {
    const { perMachine, windowMs } = this.#limits;
    const answers = this.#answers.get(mac);
    if (answers !== undefined && answers.length >= perMachine && answers[0]! > nowMs - windowMs) return 'machine';
    return this.#tokensAt(nowMs) >= 1 ? 'free' : 'all';
  }

  take(mac: string, nowMs: number): void {
    this.#tokens = this.#tokensAt(nowMs) - 1;
    this.#filledMs = nowMs;
    this.#answers.set(mac, [...(this.#answers.get(mac) ?? []), nowMs].slice(-this.#limits.perMachine));
  }

  #tokensAt(nowMs: number): number {
    const { perSecond, burst } = this.#limits;
    return Math.min(burst, this.#tokens + ((nowMs - (this.#filledMs ?? nowMs)) * perSecond) / 1000);
  }
}
