/** From an id or a name in a request to the file that it means, inside the folder of its kind and nowhere else. */
import { type Kind, kinds } from '../core/kind.ts';
import { resolveName } from '../core/store.ts';
import { RpcError } from './rpc-error.ts';

/** What a request calls the thing that names an object of this kind. */
const nouns: Readonly<Record<Kind, string>> = {
  groups: 'group id',
  profiles: 'profile id',
  ignition: 'Ignition template name',
  cloud: 'cloud-config template name',
  generic: 'generic template name',
};

/**
 * The file name, relative to the folder of `kind`: `a/b` is `a/b.json` for a group, `./t.yaml` is `t.yaml` for a template.
 * @throws RpcError `invalid` for what is empty, absolute, has `..` for a part or control characters
 */
export function fileNameOf(kind: Kind, name: string): string {
  const fault = faultOf(name);
  if (fault !== undefined) {
    throw new RpcError(
      'invalid',
      `${nouns[kind]} ${JSON.stringify(name)} refused: ${fault}; it has to name a file in ${kind}/`,
    );
  }
  const resolved = resolveName(isDescription(kind) ? `${name}.json` : name);
  if (resolved === undefined) {
    throw new RpcError(
      'invalid',
      `${nouns[kind]} ${JSON.stringify(name)} refused: it names the folder ${kind}/ itself`,
    );
  }
  return resolved;
}

/** Groups and profiles are JSON files, found by their id. */
function isDescription(kind: Kind): boolean {
  return kind === kinds[0] || kind === kinds[1];
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name.startsWith('/')) return 'it is absolute';
  if (name.split('/').includes('..')) return 'it has ".." in it';
  if (/\p{Cc}/u.test(name)) return 'it has a control character in it';
  return undefined;
}
