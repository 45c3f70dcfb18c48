// Chooses the spec version in which a config is sent to a client that may have said what it reads.
import { formatConfig } from './format.ts';
import { parseSource, type SourceResult } from './parse.ts';
import { formatReport, type PositionedEntry } from './report.ts';
import { upgrade } from './upgrade.ts';
import { minorOf, parseSemanticVersion, type SemanticVersion, type SpecVersion, specVersions } from './version.ts';

export type Negotiated =
  | { readonly text: string; readonly version: SpecVersion; readonly report: readonly PositionedEntry[] }
  | { readonly error: string; readonly report: readonly PositionedEntry[] };

/** What matchbox has always written older configs as. */
const customary: SpecVersion = '3.4.0';
const newest = specVersions.at(-1)!.version;

/**
 * A config's JSON in a spec version that the client can read, or why that is impossible.
 *
 * A client that states nothing, or 3.4.0 and more, gets configs up to 3.4.0 as 3.4.0, as matchbox always sent them, and
 * newer ones as what they are. A client that states less gets a config as what it is, or an error that names both
 * versions: nothing is taken out of a config to make it fit.
 *
 * @param bytes - the source text, of any spec version
 * @param stated - the newest version that the client reads, from its Accept header (see {@link statedVersion})
 */
export function negotiate(bytes: Uint8Array, stated?: string): Negotiated {
  const source = parseSource(bytes, newest);
  const { config, version, report } = source;
  if (config === undefined || version === undefined) return { error: errorText(source), report };
  const limit = stated === undefined ? undefined : parseSemanticVersion(stated);
  const target = chooseVersion(version, limit);
  if (target === undefined) {
    return { error: `the config is of Ignition spec ${version}, the client reads only up to ${stated}`, report };
  }
  const text = formatConfig(upgrade(config, version, target), target, { emptyStructs: 'keep' });
  return { text, version: target, report };
}

/** The version parameter of `application/vnd.coreos.ignition+json` in an Accept header, or `undefined`. */
export function statedVersion(accept: string): string | undefined {
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    if (type?.toLowerCase() !== 'application/vnd.coreos.ignition+json') continue;
    for (const parameter of parameters) {
      const value = /^version\s*=\s*"?([^"\s]*)"?$/i.exec(parameter)?.[1];
      if (value !== undefined && parseSemanticVersion(value) !== undefined) return value;
    }
  }
  return undefined;
}

function chooseVersion(source: SpecVersion, limit: SemanticVersion | undefined): SpecVersion | undefined {
  if (limit !== undefined && !reads(limit, source)) return undefined;
  const older = minorOf(source) < minorOf(customary);
  return older && (limit === undefined || reads(limit, customary)) ? customary : source;
}

/** Whether a client that reads up to `limit` reads `version`. Of experimental versions it reads only its own. */
function reads(limit: SemanticVersion, version: SpecVersion): boolean {
  const known = parseSemanticVersion(version)!;
  const [major, minor] = limit.numbers;
  if (known.preRelease !== '') return minor === known.numbers[1] && limit.preRelease === known.preRelease;
  if (major !== known.numbers[0]) return false;
  // 3.7.0-experimental comes before 3.7.0.
  return minor > known.numbers[1] || (minor === known.numbers[1] && limit.preRelease === '');
}

function errorText(source: SourceResult): string {
  const lines = [source.reason === undefined ? (source.error ?? '') : `${source.error}: ${source.reason}`];
  if (source.report.length > 0) lines.push(formatReport(source.report).trimEnd());
  return lines.join('\n');
}
