/** What clients and replicas have seen while the engine was mistreated, and whether a store that keeps its word can have shown it. */

/** One call on one file, whose content is compared and swapped. Times by one clock. */
export interface Operation {
  readonly file: string;
  readonly startMs: number;
  /** Infinity: nobody knows when, or whether. */
  readonly endMs: number;
  readonly call:
    | { readonly kind: 'read'; readonly found: string }
    /** `made`: undefined when nobody knows. */
    | { readonly kind: 'swap'; readonly from: string; readonly to: string; readonly made: boolean | undefined };
}

/** @returns the files whose calls cannot be put into one order that explains all answers */
export function unexplained(operations: readonly Operation[], initial = ''): string[] {
  const files = new Set(operations.map(({ file }) => file));
  return [...files].filter(
    (file) =>
      !isExplained(
        operations.filter((each) => each.file === file),
        initial,
      ),
  );
}

interface Moment {
  /** A bit for each call that has taken effect. */
  readonly done: bigint;
  readonly value: string;
}

/** Tries orders depth first: next comes any call that began before the first one that is still to come has ended. */
function isExplained(calls: readonly Operation[], initial: string): boolean {
  const sorted = [...calls].sort((a, b) => a.startMs - b.startMs);
  const tried = new Set<string>();
  const open: Moment[] = [{ done: 0n, value: initial }];
  for (let moment = open.pop(); moment !== undefined; moment = open.pop()) {
    const rest = [...sorted.keys()].filter((i) => ((moment!.done >> BigInt(i)) & 1n) === 0n);
    // What nobody knows the outcome of need not have happened.
    if (rest.every((i) => isUnknown(sorted[i]!))) return true;
    const firstEndMs = Math.min(...rest.map((i) => sorted[i]!.endMs));
    for (const i of rest) {
      if (sorted[i]!.startMs > firstEndMs) break;
      const value = effectOf(sorted[i]!, moment.value);
      if (value === undefined) continue;
      const next = { done: moment.done | (1n << BigInt(i)), value };
      const name = `${next.done.toString(36)} ${value}`;
      if (!tried.has(name)) open.push(next);
      tried.add(name);
    }
  }
  return false;
}

function isUnknown({ call }: Operation): boolean {
  return call.kind === 'swap' && call.made === undefined;
}

/** @returns the content after the call; undefined when the answer does not go with what is there */
function effectOf({ call }: Operation, value: string): string | undefined {
  if (call.kind === 'read') return call.found === value ? value : undefined;
  const hits = call.from === value;
  if (call.made === undefined) return hits ? call.to : value;
  if (call.made !== hits) return undefined;
  return hits ? call.to : value;
}

/** What replicas have heard: each from some point on, all of it and in one order. @returns what is wrong; '' for nothing */
export function divergence(sequences: readonly (readonly string[])[]): string {
  const longest = sequences.reduce((a, b) => (b.length > a.length ? b : a), []);
  for (const [replica, sequence] of sequences.entries()) {
    const at = sequence.findIndex((line, i) => line !== longest[i]);
    if (at >= 0) return `replica ${replica} heard ${sequence[at]} where another heard ${longest[at]}`;
  }
  return '';
}
