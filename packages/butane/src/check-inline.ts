// Looks into a config that another config embeds to merge with it.
import { parseAs, type SpecVersion } from '@matchbox/ignition';
import { describe } from './messages.ts';
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
      { kind: 'error', rule: judged.rule, message: judged.fault, path: [], in: 'source' },
      { kind: 'error', ...describe('embedded-config-invalid'), path: [...path, 'inline'], in: 'source' },
    ];
  }
  if (judged.report.some(({ rule }) => rule === 'unknown-version')) {
    return [{ kind: 'warning', ...describe('embedded-config-version'), path: [...path, 'version'], in: 'source' }];
  }
  // Quirk: the paths are those of the embedded config, but they are looked up in the YAML document (Butane, config/util/util.go,
  // TranslateReportPaths and TranslateBytes).
  return judged.report.map((entry) => ({ ...entry, in: 'source' }));
}
