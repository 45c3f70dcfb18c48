// The signing keys that `matchbox get` trusts without being told.
import { pinnedKeys } from '../../packages/matchbox/dist/cli/get/pinned-keys.js';
import { code, table } from './table.js';

export function pinnedKeyTable() {
  const rows = pinnedKeys.map(({ system, name, fingerprint, sources }) => [
    code(system),
    name,
    code(fingerprint.replace(/.{4}(?=.)/g, '$& ')),
    sources.map((source) => source.replace(/https:\/\/[^\s)]+/g, '<$&>')).join('; '),
  ]);
  return table(['system', 'key', 'fingerprint', 'confirmed at'], rows);
}
