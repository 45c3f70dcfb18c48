// Semantic versions (semver.org 2.0.0) and constraints on them in the dialect of Sprig: `>=1.2, <2 || ~3.1`, `!=1.3.x`.
import { Range, SemVer } from 'semver';
import { groupOf, int64, type SprigFunction } from './entry.ts';

const group = groupOf('versions');

const form = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** A version that may lack minor and patch, and begin with a v. */
function versionOf(text: string): SemVer {
  const [whole, major, minor = '0', patch = '0', prerelease = '', build = ''] = form.exec(text.trim()) ?? [];
  try {
    if (whole !== undefined) return new SemVer(`${major}.${minor}.${patch}${prerelease}${build}`);
  } catch {
    // A number too large, or a prerelease with an empty part.
  }
  throw new Error(`not a semantic version: ${text.slice(0, 60)}`);
}

const condition = /^(!=|=|>=|<=|>|<|~|\^)?(v?[\dxX*]+(?:\.[\dxX*]+){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/;

/** Whether a version meets one condition such as `^1.2`, `1.x` or `!=1.3.0`. */
function meets(version: SemVer, text: string): boolean {
  const [, operator, wanted] = condition.exec(text) ?? [];
  if (wanted === undefined) throw new Error(`not a version constraint: ${text.slice(0, 60)}`);
  // As in Sprig: a prerelease only meets a condition that names one.
  if (version.prerelease.length > 0 && !wanted.includes('-')) return false;
  const isExcluded = operator === '!=';
  return rangeOf(isExcluded ? wanted : text).test(version) !== isExcluded;
}

function rangeOf(text: string): Range {
  try {
    return new Range(text, { includePrerelease: true });
  } catch {
    throw new Error(`not a version constraint: ${text.slice(0, 60)}`);
  }
}

/** The conditions of each alternative, spelled as the package has them. */
function conditionsOf(constraint: string): string[][] {
  return constraint.split('||').map((all) =>
    all
      .replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2')
      .replace(/=>/g, '>=')
      .replace(/=</g, '<=')
      .replace(/([=<>~^])\s+/g, '$1')
      .split(/[,\s]+/)
      .filter((part) => part !== ''),
  );
}

function semverCompare(constraint: string, text: string): boolean {
  const version = versionOf(text);
  return conditionsOf(constraint).some((all) => all.every((part) => meets(version, part)));
}

function semver(text: string): Map<string, unknown> {
  const { major, minor, patch, prerelease, build } = versionOf(text);
  return new Map<string, unknown>([
    ['Major', int64(BigInt(major))],
    ['Minor', int64(BigInt(minor))],
    ['Patch', int64(BigInt(patch))],
    ['Prerelease', prerelease.join('.')],
    ['Metadata', build.join('.')],
    ['Original', text],
  ]);
}

/** The functions on versions. */
export const semverFunctions: Readonly<Record<string, SprigFunction>> = {
  semver: group(
    'semver TEXT',
    'The parts of a version: Major, Minor, Patch, Prerelease, Metadata, Original',
    ['{{(semver "v1.2.3-rc.1").Minor}}', '2'],
    { types: ['string'], call: semver },
  ),
  semverCompare: group(
    'semverCompare CONSTRAINT VERSION',
    'Whether the version meets the constraint',
    ['{{semverCompare "^1.2, !=1.3.0" "1.4.7"}}', 'true'],
    { types: ['string', 'string'], call: semverCompare },
  ),
};
