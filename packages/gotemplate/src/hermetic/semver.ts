// Semantic versions (semver.org 2.0.0) and constraints on them: `>=1.2, <2 || ~3.1`.
import { define, type HermeticFunction, int64 } from './entry.ts';

interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: readonly string[];
  readonly build: string;
}

const group = 'versions';
const form =
  /^v?(\d{1,15})(?:\.(\d{1,15}))?(?:\.(\d{1,15}))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-.]+))?$/;

function parseVersion(text: string): Version {
  const match = form.exec(text.trim());
  if (match === null) throw new Error(`not a semantic version: ${text.slice(0, 60)}`);
  return {
    numbers: [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)],
    prerelease: match[4]?.split('.') ?? [],
    build: match[5] ?? '',
  };
}

function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) if (a.numbers[i] !== b.numbers[i]) return a.numbers[i]! - b.numbers[i]!;
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (let i = 0; i < Math.max(a.prerelease.length, b.prerelease.length); i++) {
    const order = comparePart(a.prerelease[i], b.prerelease[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [numberA, numberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numberA && numberB) return Number(a) - Number(b);
  if (numberA !== numberB) return numberA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

const condition = /^(=|!=|>=|=>|<=|=<|>|<|~|\^)?\s*v?([\dxX*]+(?:\.[\dxX*]+){0,2})(-[0-9A-Za-z-.]+)?$/;

/** Whether a version meets one condition such as `^1.2` or `1.x`. */
function meets(version: Version, text: string): boolean {
  const match = condition.exec(text.trim());
  if (match === null) throw new Error(`not a version constraint: ${text.slice(0, 60)}`);
  const given = match[2]!
    .split('.')
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
  const low: Version = {
    numbers: [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0],
    prerelease: match[3]?.slice(1).split('.') ?? [],
    build: '',
  };
  // As in Sprig: a prerelease only meets a condition that names one.
  if (version.prerelease.length > 0 && low.prerelease.length === 0) return false;
  const order = compareVersions(version, low);
  const partial = given.length < 3;
  const within = (places: number) =>
    order >= 0 && version.numbers.slice(0, places).every((n, i) => n === low.numbers[i]);
  switch (match[1] ?? '=') {
    case '!=':
      return partial ? !within(given.length) : order !== 0;
    case '>':
      return order > 0 && !(partial && within(given.length));
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      return order <= 0 || (partial && within(given.length));
    case '~':
      return within(Math.min(given.length, 2));
    case '^':
      return within(caretPlaces(low, given.length));
    default:
      return partial ? within(given.length) : order === 0;
  }
}

/** How many places must be equal for `^`: up to the first that is not zero. */
function caretPlaces({ numbers }: Version, given: number): number {
  if (given === 0) return 0;
  if (numbers[0] > 0 || given === 1) return 1;
  return numbers[1] > 0 || given === 2 ? 2 : 3;
}

function semverCompare(constraint: string, text: string): boolean {
  const version = parseVersion(text);
  return constraint.split('||').some((all) =>
    all
      .replace(/([=<>~^])\s+/g, '$1')
      .split(/[,\s]+/)
      .filter((part) => part !== '')
      .every((part) => meets(version, part)),
  );
}

function semver(text: string): Map<string, unknown> {
  const { numbers, prerelease, build } = parseVersion(text);
  const [major, minor, patch] = numbers.map((number) => int64(BigInt(number)));
  return new Map<string, unknown>([
    ['Major', major],
    ['Minor', minor],
    ['Patch', patch],
    ['Prerelease', prerelease.join('.')],
    ['Metadata', build],
    ['Original', text],
  ]);
}

/** The functions on versions. */
export const semverFunctions: Readonly<Record<string, HermeticFunction>> = {
  semver: define(
    group,
    'semver TEXT',
    'The parts of a version: Major, Minor, Patch, Prerelease, Metadata, Original',
    ['{{(semver "v1.2.3-rc.1").Minor}}', '2'],
    ['string'],
    semver,
  ),
  semverCompare: define(
    group,
    'semverCompare CONSTRAINT VERSION',
    'Whether the version meets the constraint',
    ['{{semverCompare "^1.2, !=1.3.0" "1.4.7"}}', 'true'],
    ['string', 'string'],
    semverCompare,
  ),
};
