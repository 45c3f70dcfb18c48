// What to do about an error or an unused key, where Butane's own words do not say it.
import type { Spec } from './spec.ts';
import type { Path } from './yaml/index.ts';

/** Keys that Container Linux Config had and Butane has not: at the top, and in an item of `storage.files` and the like. */
const formerSections: ReadonlySet<string> = new Set(['docker', 'etcd', 'flannel', 'locksmith', 'networkd', 'update']);
const formerNodes: ReadonlySet<string> = new Set(['directories', 'files', 'links']);

const former = 'it is of Container Linux Config, the language before Butane; `matchbox migrate` converts it';

/**
 * What to do about a key that the struct at `path` does not have.
 *
 * @param known - the keys that it has
 */
export function hintForKey(key: string, known: readonly string[], path: Path): string | undefined {
  if (path.length === 0 && formerSections.has(key)) return former;
  const inNode = path.length === 3 && path[0] === 'storage' && formerNodes.has(String(path[1]));
  if (key === 'filesystem' && inNode) return former;
  const near = known.find((name) => normal(name) === normal(key)) ?? known.find((name) => isOneEdit(name, key));
  return near === undefined ? undefined : `did you mean ${near}?`;
}

/** What to do about a `version` that is no semantic version: `1.5` lacks a number. */
export function hintForVersion(version: string, variant: string, specs: readonly Spec[]): string | undefined {
  const whole = specs.find((spec) => spec.variant === variant && spec.version === `${version}.0`);
  return whole === undefined ? undefined : `write ${whole.version}`;
}

/** `sizeMib`, `size-mib` and `size_mib` are one word. */
function normal(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Whether one letter too many, too few, another, or two in the wrong order tell two words apart; of three letters at least. */
function isOneEdit(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < 3 || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const swapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
