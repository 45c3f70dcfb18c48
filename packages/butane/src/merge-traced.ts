// Puts the user's config on top of a generated one, and remembers where each value was written.
import { isPopulatedAt, mergeConfigs, type SpecVersion } from '@matchbox/ignition';
import type { Origin, Traced } from './origin.ts';
import type { Path } from './yaml/index.ts';

/**
 * `parent` with `child` on top, as Ignition merges configs.
 *
 * Where a value is put together from both, it is traced back to the child: the parent is generated and says little.
 */
export function mergeTraced(parent: Traced, child: Traced, version: SpecVersion): Traced {
  const config = mergeConfigs(parent.config, child.config, version);
  let origins: Map<string, Path> | undefined;
  const origin: Origin = (path) => {
    origins ??= transcribe(parent, child, version);
    return origins.get(path.join('\0'));
  };
  return { config, origin };
}

/** As {@link mergeTraced} with a parent that says nothing: values that are zero can no longer be traced. */
export function mergeWithNothing(child: Traced, version: SpecVersion): Traced {
  const origin: Origin = (path) => (isPopulatedAt(child.config, version, path) ? child.origin(path) : undefined);
  return { config: child.config, origin };
}

/** Runs the merge once more to learn where everything came from; only needed when there is something to report. */
function transcribe(parent: Traced, child: Traced, version: SpecVersion): Map<string, Path> {
  const origins = new Map<string, Path>();
  mergeConfigs(parent.config, child.config, version, ({ side, from, to }) => {
    const origin = (side === 'child' ? child : parent).origin(from);
    const key = to.join('\0');
    if (origin === undefined || (side === 'parent' && origins.has(key))) return;
    origins.set(key, origin);
  });
  return origins;
}
