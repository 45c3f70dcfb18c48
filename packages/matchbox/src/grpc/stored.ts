/** What the services of groups, profiles and networks do alike. */
import type { HandlerContext } from '@connectrpc/connect';
import type { FileEntry } from '../data/file-entry.ts';
import type { Kind } from '../data/kind.ts';
import { revisionOf } from '../data/revision.ts';
import type { Api } from './api.ts';
import type { Removal } from './audited-writes.ts';

/** @param message what the file's bytes are answered as */
export async function getStored<M extends object>(
  api: Api,
  kind: Kind,
  id: string,
  message: (bytes: Uint8Array) => M,
): Promise<M & { readonly revision: string }> {
  const bytes = await api.read(kind, id);
  return { ...message(bytes), revision: revisionOf(bytes) };
}

export async function removeStored(
  api: Api,
  removal: Removal,
  context: HandlerContext,
): Promise<Record<string, never>> {
  await api.remove(removal, context);
  return {};
}

/** A broken file is not listed, although its last good version may still be in force for machines. */
export function goodOnes<K extends 'groups' | 'profiles' | 'networks'>(
  entries: readonly FileEntry<K>[],
): NonNullable<FileEntry<K>['value']>[] {
  return entries.flatMap(({ fault, value }) => (fault === undefined && value != null ? [value] : []));
}
