/** Listens to replicas as long as a soak lasts, keeps no more than it needs, and says what was wrong. */
import type { SoakLine } from './soak-replica.ts';

/** How much more, or less, memory a replica may need in the last quarter than in the second one. */
const mayDiffer = 0.1;
/** Shorter runs say nothing about memory. */
const leastSamples = 150;
/** Positions that not all have told of yet; a replica that lags skips some. */
const positionsKept = 10_000;

export class SoakJudge {
  readonly #hashes = new Map<string, { readonly hash: string; readonly by: number }>();
  /** By file: what it may be, the last acknowledged content and everything that was tried since; the undecided for ever. */
  readonly #allowed = new Map<string, Set<string>>();
  readonly #unknown = new Map<string, Set<string>>();
  readonly #heaps: number[][] = [];
  readonly #ends: { readonly files: Readonly<Record<string, string>>; readonly by: number }[] = [];
  #made = 0;
  #refused = 0;
  #undecided = 0;
  #compared = 0;
  #diverged = '';

  hear(replica: number, line: SoakLine): void {
    if (line.is === 'state') this.#hearState(replica, line);
    else if (line.is === 'heap') this.#heaps[replica] = [...(this.#heaps[replica] ?? []), line.bytes];
    else if (line.is === 'end') this.#ends.push({ files: line.files, by: replica });
    else this.#hearWrite(line);
  }

  #hearState(replica: number, { position, hash }: Extract<SoakLine, { is: 'state' }>): void {
    const known = this.#hashes.get(position);
    if (known === undefined) {
      this.#hashes.set(position, { hash, by: replica });
      if (this.#hashes.size > positionsKept) this.#hashes.delete(this.#hashes.keys().next().value!);
      return;
    }
    if (known.by !== replica) this.#compared++;
    if (known.hash !== hash && this.#diverged === '')
      this.#diverged = `replicas ${known.by} and ${replica} differ at ${position}`;
  }

  #hearWrite({ is, name, revision }: Extract<SoakLine, { name: string }>): void {
    const allowed = this.#allowed.get(name) ?? new Set(['']);
    this.#allowed.set(name, allowed);
    if (is === 'attempt') allowed.add(revision);
    if (is === 'made') {
      this.#made++;
      allowed.clear();
      allowed.add(revision);
    }
    if (is === 'refused') {
      this.#refused++;
      allowed.delete(revision);
    }
    if (is !== 'unknown') return;
    this.#undecided++;
    this.#unknown.set(name, (this.#unknown.get(name) ?? new Set()).add(revision));
  }

  verdict(replicas: number): { readonly figures: string; readonly fault: string } {
    const lost = new Set<string>();
    for (const { files } of this.#ends)
      for (const [name, allowed] of this.#allowed) {
        const found = files[name] ?? '';
        if (!allowed.has(found) && this.#unknown.get(name)?.has(found) !== true) lost.add(name);
      }
    const isSame = new Set(this.#ends.map(({ files }) => JSON.stringify(files))).size <= 1;
    const faults = [
      this.#diverged,
      lost.size > 0 && `not what was acknowledged last: ${[...lost].join()}`,
      this.#ends.length < replicas && `${replicas - this.#ends.length} replicas did not come to the end`,
      !isSame && 'replicas differ in the end',
      this.#made === 0 && 'nothing was written',
      this.#compared === 0 && 'no two replicas were at one position',
      ...this.#heaps.map((heap, replica) => growth(heap, replica)),
    ];
    const heaps = this.#heaps.map((heap) => heap.map((bytes) => bytes / 1024 / 1024));
    const shown = heaps.map((heap) =>
      quarters(heap)
        .map((each) => each.toFixed(1))
        .join('→'),
    );
    const figures = `${this.#made} acknowledged, ${this.#refused} refused, ${this.#undecided} of unknown outcome, ${this.#compared} states compared; heaps by quarters ${shown.join(', ')} MiB`;
    return { figures, fault: faults.filter(Boolean).join('; ') };
  }
}

/** @returns the means of four equal parts */
function quarters(values: readonly number[]): number[] {
  return [0, 1, 2, 3].map((i) => {
    const part = values.slice((i * values.length) >> 2, ((i + 1) * values.length) >> 2);
    return part.reduce((sum, each) => sum + each, 0) / Math.max(1, part.length);
  });
}

function growth(heap: readonly number[], replica: number): string {
  if (heap.length < leastSamples) return '';
  const [, second = 0, , last = 0] = quarters(heap);
  if (Math.abs(last / second - 1) <= mayDiffer) return '';
  return `the memory of replica ${replica} went from ${Math.round(second)} to ${Math.round(last)} bytes`;
}
