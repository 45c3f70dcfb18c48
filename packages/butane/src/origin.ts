// Where each value of a generated config comes from in the YAML document.
import { type ConfigObject, isPresent, type SpecVersion } from '@matchbox/ignition';
import { snakePath } from './snake-case.ts';
import type { Path } from './yaml/index.ts';

/** The path in the YAML document that a path of the generated config stands for; undefined if it is not known. */
export type Origin = (path: Path) => Path | undefined;

/** A generated config and how to trace it back. */
export interface Traced {
  readonly config: ConfigObject;
  readonly origin: Origin;
}

/** Notes about values that do not come from the place of the same name. */
export interface Trail {
  readonly exact: Map<string, Path>;
  /** A whole subtree from one place. */
  readonly subtrees: Map<string, Path>;
}

export function newTrail(): Trail {
  return { exact: new Map(), subtrees: new Map() };
}

/** `to` of the generated config comes from `from` of the YAML document. */
export function note(trail: Trail, to: Path, from: Path): void {
  trail.exact.set(pathKey(to), from);
}

/** `to` and everything below it comes from `from`. Notes made later for paths below it win. */
export function noteSubtree(trail: Trail, to: Path, from: Path): void {
  trail.subtrees.set(pathKey(to), from);
}

/** What the notes know, and for the rest `below`. */
export function tracedBy(trail: Trail, below: Origin): Origin {
  return (path) => {
    const exact = trail.exact.get(pathKey(path));
    if (exact !== undefined) return exact;
    if (trail.subtrees.size > 0) {
      for (let length = path.length; length > 0; length--) {
        const found = trail.subtrees.get(pathKey(path.slice(0, length)));
        if (found !== undefined) return found;
      }
    }
    return below(path);
  };
}

/** Values of a config that was copied from the document: same place, names in snake case. */
export function copiedFrom(config: ConfigObject, version: SpecVersion): Origin {
  return (path) => (isPresent(config, version, path) ? snakePath(path) : undefined);
}

export function nothing(): undefined {
  return undefined;
}

function pathKey(path: Path): string {
  return path.join('\0');
}
