/** The signing keys that `matchbox get` trusts without being told. */
import { pinnedKeys } from 'matchbox/tables';
import { code, table } from './table.ts';

export function pinnedKeyTable(): string {
  const rows = pinnedKeys.map(({ system, name, fingerprint, sources }) => [
    code(system),
    name,
    code(fingerprint.replace(/.{4}(?=.)/g, '$& ')),
    sources.map((source) => source.replace(/https:\/\/[^\s)]+/g, '<$&>')).join('; '),
  ]);
  return table(['system', 'key', 'fingerprint', 'confirmed at'], rows);
}
