// What a client says about the spec versions that it reads, and in which one a config is sent to it.
import { minorOf, parseSemanticVersion, type SpecVersion, specVersions } from './version.ts';

/** What matchbox has always written older configs as (it parses them as 3.4, whatever they are). */
export const customaryVersion: SpecVersion = '3.4.0';

/** A version in which nobody states more: what is longer comes from no Ignition. */
const longestStated = 64;

/**
 * The version parameter of `application/vnd.coreos.ignition+json` in an `Accept` header, or `undefined` where none is
 * stated that can be read. Time grows with the header's length only.
 *
 * @example statedVersion('application/vnd.coreos.ignition+json;version=3.3.0, *\/*;q=0.1') // '3.3.0'
 */
export function statedVersion(accept: string): string | undefined {
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    if (type?.toLowerCase() !== 'application/vnd.coreos.ignition+json') continue;
    for (const parameter of parameters) {
      const value = versionParameter(parameter);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

function versionParameter(parameter: string): string | undefined {
  const equals = parameter.indexOf('=');
  if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== 'version') return undefined;
  const text = parameter.slice(equals + 1).trim();
  const value = text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  return value.length <= longestStated && parseSemanticVersion(value) !== undefined ? value : undefined;
}

/**
 * The newest spec version that a client reads which states `stated`; `undefined` if it reads none.
 *
 * There are few of them, whatever clients state, and what a client is sent depends on this alone.
 */
export function newestReadable(stated: string): SpecVersion | undefined {
  return specVersions.findLast(({ version }) => reads(stated, version))?.version;
}

/** Whether a client that states `stated` reads `version`. Of experimental versions it reads only its own. */
export function reads(stated: string, version: SpecVersion): boolean {
  const limit = parseSemanticVersion(stated);
  if (limit === undefined) return false;
  const known = parseSemanticVersion(version)!;
  const [major, minor] = limit.numbers;
  if (major !== known.numbers[0]) return false;
  if (known.preRelease !== '') return minor === known.numbers[1] && limit.preRelease === known.preRelease;
  // 3.7.0-experimental comes before 3.7.0.
  return minor > known.numbers[1] || (minor === known.numbers[1] && limit.preRelease === '');
}

/** How a config that is older than {@link customaryVersion} is sent to a client that reads both. */
export type VersionPolicy = 'customary' | 'as-written';

/**
 * The spec version in which a config of `source` is sent, or `undefined` where the client cannot read it: nothing is
 * taken out of a config to make it fit.
 *
 * @param stated - the newest version that the client says it reads; `undefined` where it says nothing
 */
export function servedVersion(
  source: SpecVersion,
  stated: string | undefined,
  policy: VersionPolicy = 'customary',
): SpecVersion | undefined {
  if (stated !== undefined && !reads(stated, source)) return undefined;
  const raised = policy === 'customary' && minorOf(source) < minorOf(customaryVersion);
  return raised && (stated === undefined || reads(stated, customaryVersion)) ? customaryVersion : source;
}
