/** The group that adopting would write, as a draft, and the metadata that is typed for it. */
import type { Machine } from 'matchbox/api';
import type { DraftFile } from './config-draft.ts';

export interface AdoptionChoice {
  readonly group: string;
  readonly profile: string;
  readonly selectBy: string;
  readonly metadataJson: string;
}

export function adoptionDraft(
  machine: Pick<Machine, 'macs' | 'uuids'>,
  { group, profile, selectBy, metadataJson }: AdoptionChoice,
): DraftFile {
  const value = (selectBy === 'mac' ? machine.macs : machine.uuids).at(-1) ?? '';
  const metadata: unknown = metadataJson === '' ? {} : JSON.parse(metadataJson);
  const text = JSON.stringify({ id: group, name: group, profile, selector: { [selectBy]: value }, metadata });
  return { kind: 'groups', name: group, content: new TextEncoder().encode(text), deleted: false };
}

/**
 * What fields and the free text say together, as JSON; '' for nothing. Fields that begin with a bracket are JSON.
 * @throws SyntaxError
 */
export function metadataOf(fields: Readonly<Record<string, string>>, free: string): string {
  const filled = Object.entries(fields).filter(([, value]) => value.trim() !== '');
  // As it was typed: the server says what is wrong with it.
  if (filled.length === 0) return free.trim();
  const more: unknown = free.trim() === '' ? {} : JSON.parse(free);
  if (typeof more !== 'object' || more === null || Array.isArray(more))
    throw new SyntaxError('metadata: a JSON object is wanted');
  const named = filled.map(([name, value]) => [name, /^\s*[[{]/.test(value) ? (JSON.parse(value) as unknown) : value]);
  return JSON.stringify({ ...more, ...Object.fromEntries(named) });
}

/** Keys of metadata among the variables that templates name and nobody sets. */
export function wantedKeys(missing: readonly { readonly name: string }[]): string[] {
  return missing.map(({ name }) => name).filter((name) => !name.startsWith('request.'));
}
