// The versions of the Ignition config spec that this package knows, and how a version string is compared with them.
import { cut } from './cut.ts';

/** A spec version that can be parsed, validated and written. */
export type SpecVersion = '3.0.0' | '3.1.0' | '3.2.0' | '3.3.0' | '3.4.0' | '3.5.0' | '3.6.0' | '3.7.0-experimental';

export interface SpecVersionInfo {
  readonly version: SpecVersion;
  /** The second number: what the tables' `since` and `until` count in. */
  readonly minor: number;
  /** An experimental version may change or vanish with any release of Ignition. */
  readonly stable: boolean;
}

/** Every spec version, oldest first. */
export const specVersions: readonly SpecVersionInfo[] = [
  { version: '3.0.0', minor: 0, stable: true },
  { version: '3.1.0', minor: 1, stable: true },
  { version: '3.2.0', minor: 2, stable: true },
  { version: '3.3.0', minor: 3, stable: true },
  { version: '3.4.0', minor: 4, stable: true },
  { version: '3.5.0', minor: 5, stable: true },
  { version: '3.6.0', minor: 6, stable: true },
  { version: '3.7.0-experimental', minor: 7, stable: false },
];

/** Is `text` exactly the name of a spec version? (`3.04.0` is not; see {@link findSpecVersion}.) */
export function isSpecVersion(text: string): text is SpecVersion {
  return specVersions.some((v) => v.version === text);
}

/** The second number of a spec version. */
export function minorOf(version: SpecVersion): number {
  return specVersions.find((v) => v.version === version)!.minor;
}

/** A semantic version as coreos/go-semver reads it: numbers, and the text after `-` (the text after `+` is kept apart). */
export interface SemanticVersion {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly preRelease: string;
  readonly metadata: string;
}

/**
 * Reads a semantic version as Go's coreos/go-semver does, or `undefined` where that fails.
 *
 * Quirk: go-semver (semver/semver.go, Set) reads the numbers with strconv, so `03.04.00` is version 3.4.0 (and stays written as it is).
 */
export function parseSemanticVersion(text: string): SemanticVersion | undefined {
  const [beforePlus, metadata] = cut(text, '+');
  const [core, preRelease] = cut(beforePlus, '-');
  const parts = core.split('.');
  if (parts.length !== 3) return undefined;
  if (!validIdentifiers(preRelease) || !validIdentifiers(metadata)) return undefined;
  const numbers = parts.map(parseInt64);
  const [major, minor, patch] = numbers;
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return { numbers: [major, minor, patch], preRelease, metadata };
}

/** The spec version that a version string means to Ignition, or `undefined` if it means none of them. */
export function findSpecVersion(text: string): SpecVersion | undefined {
  // Nearly all are written as they are named.
  if (isSpecVersion(text)) return text;
  const version = parseSemanticVersion(text);
  if (version === undefined || version.metadata !== '') return undefined;
  const name = version.numbers.join('.') + (version.preRelease === '' ? '' : `-${version.preRelease}`);
  return isSpecVersion(name) ? name : undefined;
}

function validIdentifiers(text: string): boolean {
  return /^[0-9A-Za-z.-]*$/.test(text);
}

function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]{1,40}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined;
}
