// Rules for files, directories and links, alone and among each other.
import { cleanPath, joinPath } from '@matchbox/gotext';
import { boolAt, type ConfigObject, numberAt, objectAt, objectsAt, stringAt } from './config.ts';
import { type Fault, filled, pathFault, type RuleContext, type StructRule } from './rule.ts';

/** The first minor version in which setuid, setgid and sticky bits do something. */
export const specialBitsSince = 6;
export const specialBits = 0o7000;
const linkTargetRequiredSince = 3;

export const fileRules: Readonly<Record<string, StructRule>> = {
  Config: checkUnitPaths,
  Directory(value, context) {
    checkPath(value, context);
    checkMode(value, context);
  },
  File(value, context) {
    checkPath(value, context);
    checkMode(value, context);
    const missing =
      boolAt(value, 'overwrite') === true && stringAt(objectAt(value, 'contents'), 'source') === undefined;
    context.add('error', ['overwrite'], missing ? 'overwrite-and-nil-source' : undefined);
  },
  Link: checkPath,
  NodeUser: checkOwner,
  NodeGroup: checkOwner,
};

/** Files, directories and links in the place of a unit that has contents. */
function checkUnitPaths(config: ConfigObject, context: RuleContext): void {
  const taken = new Set<string>();
  for (const unit of objectsAt(objectAt(config, 'systemd'), 'units')) {
    const path = `/etc/systemd/system/${stringAt(unit, 'name') ?? ''}`;
    if (filled(stringAt(unit, 'contents'))) taken.add(path);
    for (const dropin of objectsAt(unit, 'dropins')) {
      if (filled(stringAt(dropin, 'contents'))) taken.add(`${path}.d/${stringAt(dropin, 'name') ?? ''}`);
    }
  }
  if (taken.size === 0) return;
  for (const list of ['files', 'directories', 'links']) {
    objectsAt(objectAt(config, 'storage'), list).forEach((node, i) => {
      const fault = taken.has(stringAt(node, 'path') ?? '') ? 'path-conflicts-systemd' : undefined;
      context.add('error', ['storage', list, i, 'path'], fault);
    });
  }
}

function checkPath(value: ConfigObject, context: RuleContext): void {
  context.add('error', ['path'], pathFault(stringAt(value, 'path') ?? ''));
}

function checkMode(value: ConfigObject, context: RuleContext): void {
  const mode = numberAt(value, 'mode');
  if (mode === undefined) return;
  context.add('error', ['mode'], mode < 0 || mode > 0o7777 ? 'file-illegal-mode' : undefined);
  const special = context.minor < specialBitsSince && (mode & specialBits) !== 0;
  context.add('warning', ['mode'], special ? 'mode-special-bits' : undefined);
}

function checkOwner(value: ConfigObject, context: RuleContext): void {
  const both = numberAt(value, 'id') !== undefined && filled(stringAt(value, 'name'));
  context.add('error', [], both ? 'both-id-and-name-set' : undefined);
}

/** Nodes below a link of the config, and hard links. */
export function checkLinks(storage: ConfigObject, context: RuleContext): void {
  const directories = objectsAt(storage, 'directories');
  const links = objectsAt(storage, 'links');
  const prefixes = new PrefixCount(links.map((link) => `${stringAt(link, 'path') ?? ''}/`));
  const below = (list: string, i: number, node: ConfigObject, fault: Fault): void => {
    for (let n = prefixes.of(stringAt(node, 'path') ?? ''); n > 0; n--) context.add('error', [list, i], fault);
  };
  directories.forEach((node, i) => {
    below('directories', i, node, 'directory-below-link');
  });
  objectsAt(storage, 'files').forEach((node, i) => {
    below('files', i, node, 'file-below-link');
  });
  const directoryPaths = new PathCount(directories.map((node) => stringAt(node, 'path') ?? ''));
  links.forEach((link, i) => {
    below('links', i, link, 'link-below-link');
    checkLink(link, i, directoryPaths, context);
  });
}

function checkLink(link: ConfigObject, i: number, directories: PathCount, context: RuleContext): void {
  const target = stringAt(link, 'target') ?? '';
  if (target === '' && context.minor >= linkTargetRequiredSince) {
    context.add('error', ['links', i, 'target'], 'link-target-required');
    return;
  }
  if (boolAt(link, 'hard') !== true) return;
  const cleaned = cleanPath(target);
  const absolute = cleaned.startsWith('/') ? cleaned : joinPath(stringAt(link, 'path') ?? '', target);
  for (let n = Math.min(directories.of(absolute), mostRepetitions); n > 0; n--)
    context.add('error', ['links', i], 'hard-link-to-directory');
  for (const owner of ['user', 'group']) {
    const { id, name } = objectAt(link, owner);
    const ignored = 'hard-link-specifies-owner';
    context.add('warning', ['links', i, owner, 'id'], (id ?? undefined) === undefined ? undefined : ignored);
    context.add('warning', ['links', i, owner, 'name'], (name ?? undefined) === undefined ? undefined : ignored);
  }
}

class PathCount {
  private readonly counts = new Map<string, number>();

  constructor(paths: readonly string[]) {
    for (const path of paths) this.counts.set(path, this.of(path) + 1);
  }

  of(path: string): number {
    return this.counts.get(path) ?? 0;
  }
}

/** More entries of the same words at one place help nobody, and thousands of links with thousands of files below them would fill the memory. */
const mostRepetitions = 20;

/** How many of the prefixes (each ends in a slash) a path begins with; the time does not grow with their number. */
class PrefixCount {
  private readonly counts: PathCount;
  private readonly lengths: ReadonlySet<number>;

  constructor(prefixes: readonly string[]) {
    this.counts = new PathCount(prefixes);
    this.lengths = new Set(prefixes.map((prefix) => prefix.length));
  }

  of(path: string): number {
    let found = 0;
    for (const length of this.lengths) {
      if (length <= path.length && path[length - 1] === '/') found += this.counts.of(path.slice(0, length));
    }
    return Math.min(found, mostRepetitions);
  }
}
