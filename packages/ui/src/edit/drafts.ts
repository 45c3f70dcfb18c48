/**
 * Texts that were begun and not saved: kept in this browser, so that neither a reload nor a lost session loses them. Each user has those of
 * their own: secrets may be in them, which who signs in here next may not see.
 */
import { who } from '../api/session.ts';

export interface Draft {
  readonly text: string;
  /** What it began with. */
  readonly base: string;
  /** '' for a file that there was not. */
  readonly revision: string;
  readonly savedMs: number;
}

const prefix = () => `draft ${who.peek()?.name ?? ''} `;
/** Drafts as this tab wrote or read them: another one may be at the same file. */
const own = new Map<string, string>();

export function keepDraft(path: string, draft: Draft): void {
  const [key, value] = [prefix() + path, JSON.stringify(draft)];
  try {
    localStorage.setItem(key, value);
    own.set(key, value);
  } catch {
    // No room: what is on the page stays there.
  }
}

/** What another tab keeps of this file stays. */
export function dropDraft(path: string): void {
  const key = prefix() + path;
  if (localStorage.getItem(key) === own.get(key)) localStorage.removeItem(key);
}

export function findDraft(path: string): Draft | undefined {
  const key = prefix() + path;
  try {
    const value = localStorage.getItem(key) ?? 'null';
    const draft = JSON.parse(value) as Partial<Draft> | null;
    if (typeof draft?.text !== 'string' || typeof draft.base !== 'string') return undefined;
    own.set(key, value);
    return draft as Draft;
  } catch {
    return undefined;
  }
}

/** Paths of all drafts. */
export function draftPaths(): string[] {
  const start = prefix();
  const keys = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index) ?? '');
  return keys.filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
}
