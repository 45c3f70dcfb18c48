/** The keys that an Ignition config may have at a path: what a misspelt one is compared with. */
import { type ReportPath, structs } from '@matchbox/ignition';
import { nearest } from '../edit-distance.ts';

/** What people write who know other systems. */
const otherNames: Readonly<Record<string, string>> = {
  enable: 'enabled',
  content: 'contents',
  permissions: 'mode',
  owner: 'user',
  sshKeys: 'sshAuthorizedKeys',
  ssh_authorized_keys: 'sshAuthorizedKeys',
  passwd: 'passwordHash',
  masked: 'mask',
};

/**
 * @param path of the key that is not known
 * @returns the key that was probably meant
 */
export function meantKey(path: ReportPath): string | undefined {
  const key = String(path.at(-1));
  const known = keysAt(path.slice(0, -1));
  const other = Object.hasOwn(otherNames, key) ? otherNames[key]! : undefined;
  return other !== undefined && known.includes(other) ? other : nearest(key, known);
}

/** Of a place that is not known itself none. Where a field changed its type, the later one counts. */
function keysAt(path: ReportPath): string[] {
  let struct = 'Config';
  for (const part of path) {
    if (typeof part === 'number') continue;
    const field: { readonly type: string } | undefined = structs[struct]?.findLast(({ name }) => name === part);
    if (field === undefined || !Object.hasOwn(structs, field.type)) return [];
    struct = field.type;
  }
  return structs[struct]!.map(({ name }) => name);
}
