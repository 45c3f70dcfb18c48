// Writes a config in a spec version that the client can read.
import { servedVersion, type VersionPolicy } from './client-version.ts';
import { formatConfig } from './format.ts';
import { parseSource, type SourceResult } from './parse.ts';
import { formatReport, type PositionedEntry } from './report.ts';
import { upgrade } from './upgrade.ts';
import { type SpecVersion, specVersions } from './version.ts';

export type Negotiated =
  | { readonly text: string; readonly version: SpecVersion; readonly report: readonly PositionedEntry[] }
  | {
      /** `unreadable`: the client reads no version that the config can be sent in. */
      readonly code: 'invalid' | 'unreadable';
      readonly error: string;
      readonly report: readonly PositionedEntry[];
    };

export interface NegotiateOptions {
  /** The newest version that the client reads, as its Accept header states it (see {@link statedVersion}). */
  readonly stated?: string | undefined;
  readonly policy?: VersionPolicy | undefined;
}

/**
 * A config's JSON in a spec version that the client can read, or why that is impossible.
 *
 * A client that states nothing, or 3.4.0 and more, gets configs up to 3.4.0 as 3.4.0, as matchbox always sent them (or as
 * they are, with the policy `as-written`), and newer ones as what they are. A client that states less gets a config as
 * what it is, or an error that names both versions.
 *
 * @param bytes - the source text, of any spec version
 */
export function negotiate(bytes: Uint8Array, { stated, policy }: NegotiateOptions = {}): Negotiated {
  const source = parseSource(bytes, specVersions.at(-1)!.version);
  const { config, version, report } = source;
  if (config === undefined || version === undefined) return { code: 'invalid', error: errorText(source), report };
  const target = servedVersion(version, stated, policy);
  if (target === undefined) {
    const error = `the config is of Ignition spec ${version}, the client reads only up to ${stated}`;
    return { code: 'unreadable', error, report };
  }
  const text = formatConfig(upgrade(config, version, target), target, { emptyStructs: 'keep' });
  return { text, version: target, report };
}

function errorText(source: SourceResult): string {
  const lines = [source.reason === undefined ? (source.error ?? '') : `${source.error}: ${source.reason}`];
  if (source.report.length > 0) lines.push(formatReport(source.report).trimEnd());
  return lines.join('\n');
}
