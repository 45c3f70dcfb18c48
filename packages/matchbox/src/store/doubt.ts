/**
 * When a listing is taken for the truth. A folder that is moved away, swapped, or filled file by file looks, for a moment,
 * like one from which an operator has removed what machines need; and a machine that asks in that moment would get the
 * default group's answer. So a loss is believed when it is still there after a while, and a large one in another folder
 * than the known one not at all, until somebody says so (`docs/operations/deployment.md` has the table).
 */

/** What a look has found, compared with what is known. */
export interface Finding {
  /** Device and inode of the folder; '' when there is none. */
  readonly identity: string;
  readonly knownIdentity: string | undefined;
  /** How many files are known. */
  readonly known: number;
  /** How many of these are not in the listing. */
  readonly missing: number;
  /** Names listed, in one text: equal texts are equal listings. */
  readonly signature: string;
}

/** How long a finding has to stay as it is before it is believed, in milliseconds. */
export interface DoubtTimes {
  /** A few files are gone from the known folder. */
  readonly fewGoneMs: number;
  /** Most files are gone from the known folder. */
  readonly mostGoneMs: number;
  /** Another folder is in the known one's place, and has most of the files. */
  readonly swappedMs: number;
}

export const doubtTimes: DoubtTimes = { fewGoneMs: 50, mostGoneMs: 2_000, swappedMs: 500 };

export type Verdict =
  | { readonly is: 'believed' }
  /** Look again after so many milliseconds. */
  | { readonly is: 'doubted'; readonly againMs: number }
  /** Stays in doubt until the files are back or somebody says that they are meant to be gone. */
  | { readonly is: 'refused' };

export interface Doubt {
  /** @param nowMs of a clock that only goes forward */
  judge(finding: Finding, nowMs: number): Verdict;
  /** The next finding is compared with nothing. */
  forget(): void;
}

export function createDoubt(times: DoubtTimes): Doubt {
  let since: { readonly key: string; readonly atMs: number } | undefined;
  return {
    judge: (finding, nowMs) => {
      const waitMs = waitOf(finding, times);
      if (waitMs === 0 || waitMs === undefined) {
        since = undefined;
        return waitMs === 0 ? { is: 'believed' } : { is: 'refused' };
      }
      const key = `${finding.identity} ${finding.signature}`;
      if (since?.key !== key) since = { key, atMs: nowMs };
      const leftMs = since.atMs + waitMs - nowMs;
      if (leftMs > 0) return { is: 'doubted', againMs: leftMs };
      since = undefined;
      return { is: 'believed' };
    },
    forget: () => {
      since = undefined;
    },
  };
}

/** @returns undefined for ever */
function waitOf({ identity, knownIdentity, known, missing }: Finding, times: DoubtTimes): number | undefined {
  // Quirk: git takes a folder away with its last file (dir.c, remove_path).
  if (identity === '' && known === 1) return times.mostGoneMs;
  const isKnownFolder = knownIdentity === undefined || identity === knownIdentity;
  if (isKnownFolder) return missing === 0 ? 0 : isMost(missing, known) ? times.mostGoneMs : times.fewGoneMs;
  if (missing > 0 && (isMost(missing, known) || missing === known)) return undefined;
  return known === 0 ? 0 : times.swappedMs;
}

/** Whether so many files that are gone look like an accident rather than like somebody who tidies up. */
export function isMost(missing: number, known: number): boolean {
  return (missing > 1 && missing === known) || (missing >= 10 && missing * 2 > known);
}
