/** How long machines of this fleet take from one step to the next: who takes much longer than nearly all of them has fallen silent. */
import { defaultThresholds, type Thresholds } from './doctor/diagnosis.ts';
import type { Boot, Machine } from './machine.ts';

type Silence = keyof Thresholds;

/** The last durations of each kind are kept, so that a fleet that changes is judged by what it does now. */
const keptDurations = 256;
/** Fewer say nothing about a fleet. */
const leastDurations = 20;
const share = 0.95;
const times = 3;
/** What took longer than this many floors was a stall, or a machine that was switched off, and no pace. So no threshold is longer than 30 floors. */
const mostFloors = 10;
/** Sorting what is kept, for every machine that is looked at, would cost more than looking. */
const renewAfter = 32;

export class Pace {
  readonly #floors: Thresholds;
  readonly #kept: Readonly<Record<Silence, Recent>>;

  /** @param floors silences shorter than these are none, however quick the fleet is */
  constructor(floors: Thresholds = defaultThresholds) {
    this.#floors = floors;
    const recent = () => new Recent();
    this.#kept = { loaderMs: recent(), scriptMs: recent(), kernelMs: recent(), configMs: recent(), reportMs: recent() };
  }

  /** A record has changed: what its boot has reached with that took so long. */
  changed({ boot }: Machine, before: Machine | undefined): void {
    if (boot === undefined || before?.boot === undefined || boot === before.boot || boot.id !== before.boot.id) return;
    for (const { silence, ms } of reachedBy(boot, before.boot)) this.add(silence, ms);
  }

  /** A record as it was kept: what its boot has reached so far, each step at its last time. */
  known({ boot }: Machine): void {
    if (boot === undefined) return;
    for (const { step, silence, since } of beginnings) {
      const [at, from] = [boot.steps[step], since(boot.steps, boot)];
      if (at !== undefined && from !== undefined) this.add(silence, at - from);
    }
  }

  add(silence: Silence, ms: number): void {
    if (ms >= 0 && ms <= mostFloors * this.#floors[silence]) this.#kept[silence].add(ms);
  }

  /** Three times what 95 of 100 machines needed lately, and no less than the floors. */
  get thresholds(): Thresholds {
    const of = (silence: Silence) => Math.max(this.#floors[silence], times * this.#kept[silence].high);
    return {
      loaderMs: of('loaderMs'),
      scriptMs: of('scriptMs'),
      kernelMs: of('kernelMs'),
      configMs: of('configMs'),
      reportMs: of('reportMs'),
    };
  }
}

/** A ring of durations. */
class Recent {
  readonly #ms = new Float64Array(keptDurations);
  #size = 0;
  #next = 0;
  #sinceSorted = renewAfter;
  #high = 0;

  add(ms: number): void {
    this.#ms[this.#next] = ms;
    this.#next = (this.#next + 1) % keptDurations;
    this.#size = Math.min(this.#size + 1, keptDurations);
    this.#sinceSorted++;
  }

  /** What 95 of 100 stay under; 0 as long as there are too few. */
  get high(): number {
    if (this.#size < leastDurations) return 0;
    if (this.#sinceSorted >= renewAfter || this.#high === 0) {
      const sorted = this.#ms.slice(0, this.#size).sort();
      this.#high = sorted[Math.ceil(this.#size * share) - 1]!;
      this.#sinceSorted = 0;
    }
    return this.#high;
  }
}

type Steps = Boot['steps'];

/** Of each step that ends a silence, when the silence began. */
const beginnings: readonly {
  readonly step: keyof Steps;
  readonly silence: Silence;
  readonly since: (steps: Steps, boot: Boot) => number | undefined;
}[] = [
  { step: 'loader', silence: 'loaderMs', since: ({ dhcp }, { startedAt }) => dhcp && startedAt },
  { step: 'script', silence: 'scriptMs', since: ({ loader, dhcp }) => loader && Math.max(loader, dhcp ?? 0) },
  { step: 'kernel', silence: 'kernelMs', since: ({ script }) => script },
  { step: 'initrd', silence: 'kernelMs', since: ({ kernel, script }) => kernel ?? script },
  { step: 'config', silence: 'configMs', since: ({ initrd, kernel }) => initrd ?? kernel },
  { step: 'report', silence: 'reportMs', since: ({ config }) => config },
];

/** A step that comes again ends no silence. */
function reachedBy(boot: Boot, before: Boot): { readonly silence: Silence; readonly ms: number }[] {
  const reached: { readonly silence: Silence; readonly ms: number }[] = [];
  for (const { step, silence, since } of beginnings) {
    const at = boot.steps[step];
    if (at === undefined || before.steps[step] !== undefined) continue;
    const from = since(before.steps, before);
    if (from !== undefined) reached.push({ silence, ms: at - from });
  }
  return reached;
}
