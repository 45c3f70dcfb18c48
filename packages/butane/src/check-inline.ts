// Looks into a config that another config embeds to merge with it.
import { parseAs, type SpecVersion } from '@matchbox/ignition';
import type { Finding } from './report.ts';
import type { Path } from './yaml/index.ts';

/**
 * What is wrong with an embedded config. One of another version than `version` is not looked into.
 *
 * @param path - of the resource in the YAML document
 */
export function checkInlineConfig(contents: Uint8Array, version: SpecVersion, path: Path): Finding[] {
  const judged = parseAs(contents, version);
  if ('fault' in judged) {
    return [
      { kind: 'error', message: judged.fault, path: [], in: 'source' },
      { kind: 'error', message: 'config is not valid', path: [...path, 'inline'], in: 'source' },
    ];
  }
  if (judged.report.some(isUnknownVersion)) {
    return [
      {
        kind: 'warning',
        message: 'skipping validation for the merge/replace ignition config due to an unkown version',
        path: [...path, 'version'],
        in: 'source',
      },
    ];
  }
  // Quirk: the paths are those of the embedded config, but they are looked up in the YAML document.
  return judged.report.map((entry) => ({ ...entry, in: 'source' }));
}

function isUnknownVersion({ path, message }: { readonly path: Path; readonly message: string }): boolean {
  return message === 'unsupported config version' && path.join('.') === 'ignition.version';
}
