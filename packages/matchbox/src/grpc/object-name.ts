/** From an id or a name in a request to the file that it means, inside the folder of its kind and nowhere else. */

import { nameFault, resolveName } from '../data/file-name.ts';
import { isDescriptionKind, type Kind } from '../data/kind.ts';
import { RpcError } from './rpc-error.ts';

/** What a request calls the thing that names an object of this kind. */
const nouns: Readonly<Record<Kind, string>> = {
  groups: 'group id',
  profiles: 'profile id',
  ignition: 'Ignition template name',
  cloud: 'cloud-config template name',
  generic: 'generic template name',
  networks: 'network id',
};

/**
 * The file name, relative to the folder of `kind`: `a/b` is `a/b.json` for a group, `./t.yaml` is `t.yaml` for a template.
 * @throws RpcError `invalid` for what is empty, absolute, has `..` for a part or control characters, or is never listed
 */
export function fileNameOf(kind: Kind, name: string): string {
  const refuse = (fault: string) => new RpcError('invalid', `${nouns[kind]} ${JSON.stringify(name)} refused: ${fault}`);
  const fault = faultOf(name);
  if (fault !== undefined) throw refuse(`${fault}; it has to name a file in ${kind}/`);
  const resolved = resolveName(isDescriptionKind(kind) ? `${name}.json` : name);
  if (resolved === undefined) throw refuse(`it names the folder ${kind}/ itself`);
  const stored = nameFault(resolved);
  if (stored !== undefined) throw refuse(`${kind}/${resolved}: ${stored}`);
  return resolved;
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.startsWith('/')) return 'it is absolute';
  if (name.split('/').includes('..')) return 'it has ".." in it';
  if (/\p{Cc}/u.test(name)) return 'it has a control character in it';
  return undefined;
}
