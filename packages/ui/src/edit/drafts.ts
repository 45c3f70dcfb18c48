/** Texts that were begun and not saved: kept in this browser, so that neither a reload nor a lost session loses them. */

export interface Draft {
  readonly text: string;
  /** What it began with. */
  readonly base: string;
  /** '' for a file that there was not. */
  readonly revision: string;
  readonly savedMs: number;
}

const prefix = 'draft ';

export function keepDraft(path: string, draft: Draft): void {
  try {
    localStorage.setItem(prefix + path, JSON.stringify(draft));
  } catch {
    // No room: what is on the page stays there.
  }
}

export function dropDraft(path: string): void {
  localStorage.removeItem(prefix + path);
}

export function findDraft(path: string): Draft | undefined {
  try {
    const draft = JSON.parse(localStorage.getItem(prefix + path) ?? 'null') as Partial<Draft> | null;
    return typeof draft?.text === 'string' && typeof draft.base === 'string' ? (draft as Draft) : undefined;
  } catch {
    return undefined;
  }
}

/** Paths of all drafts. */
export function draftPaths(): string[] {
  const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '');
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}
