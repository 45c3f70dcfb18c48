// Tells in which language a config is written, by its keys: Butane, or one of those that came before it.
import { decodeText } from '@matchbox/gotext';
import { parseSemanticVersion } from '@matchbox/ignition';
import { parseYaml, YamlError, type YamlNode } from '../yaml/index.ts';
import { targetOf } from './source.ts';
import { hideActions } from './template-actions.ts';

/** The languages that a file among Ignition templates may be in; closed. */
export type ConfigLanguage =
  | 'butane'
  | 'ignition-3'
  | 'ignition-2'
  | 'ignition-1'
  | 'container-linux-config'
  /** Nothing of it is known. */
  | 'unknown';

export interface Recognised {
  readonly language: ConfigLanguage;
  /** What gave it away, e.g. `networkd`; a key, or the value of `ignition.version`. */
  readonly by?: YamlNode;
  /** It only lacks what Butane has: it may as well be Butane whose first two lines are missing. */
  readonly isGuess?: true;
}

/** Sections that only Container Linux Config has. */
const clcSections: ReadonlySet<string> = new Set(['docker', 'etcd', 'flannel', 'locksmith', 'networkd', 'update']);
/** Sections that it shares with Butane, which has a `variant` beside them. */
const sharedSections: ReadonlySet<string> = new Set(['ignition', 'passwd', 'storage', 'systemd']);

/** The language of a text, which may be a Go template; of one that is no YAML (and so no JSON) it is unknown. */
export function recogniseConfig(source: string | Uint8Array): Recognised {
  try {
    const text = typeof source === 'string' ? source : decodeText(source);
    return recogniseRoot(parseYaml(hideActions(text).yaml).root);
  } catch (error) {
    if (error instanceof YamlError) return { language: 'unknown' };
    throw error;
  }
}

/** The language of a parsed document. */
export function recogniseRoot(root: YamlNode | undefined): Recognised {
  if (root === undefined || targetOf(root).kind !== 'map') return { language: 'unknown' };
  const variant = find(root, 'variant');
  if (variant !== undefined) return { language: 'butane', by: variant.key };
  for (const name of ['ignitionVersion', 'ignition_version']) {
    const old = find(root, name);
    if (old !== undefined) return { language: 'ignition-1', by: old.key };
  }
  const version = valueAt(root, 'ignition', 'version');
  const major = version === undefined ? undefined : parseSemanticVersion(targetOf(version).value)?.numbers[0];
  if (version !== undefined && major === 3n) return { language: 'ignition-3', by: version };
  if (version !== undefined && major === 2n) return { language: 'ignition-2', by: version };
  return recogniseClc(root);
}

function recogniseClc(root: YamlNode): Recognised {
  const { items } = targetOf(root);
  const keys = items.filter((_, i) => i % 2 === 0);
  const own = keys.find(({ value }) => clcSections.has(value));
  const shared = keys.find(({ value }) => sharedSections.has(value));
  const by = own ?? formerKey(root);
  if (by !== undefined) return { language: 'container-linux-config', by };
  return shared === undefined
    ? { language: 'unknown' }
    : { language: 'container-linux-config', by: shared, isGuess: true };
}

/** `enable` of a unit, `filesystem` of a file, `mount` of a filesystem. */
function formerKey(root: YamlNode): YamlNode | undefined {
  const places = [
    ['systemd', 'units', 'enable'],
    ['storage', 'files', 'filesystem'],
    ['storage', 'filesystems', 'mount'],
  ] as const;
  for (const [section, list, name] of places) {
    const found = valueAt(root, section, list);
    const items = found === undefined ? [] : targetOf(found).items;
    for (const item of targetOf(found ?? root).kind === 'list' ? items : []) {
      const member = find(item, name);
      if (member !== undefined) return member.key;
    }
  }
  return undefined;
}

function find(map: YamlNode, name: string): { readonly key: YamlNode; readonly value: YamlNode } | undefined {
  const { kind, items } = targetOf(map);
  if (kind !== 'map') return undefined;
  for (let i = 0; i < items.length; i += 2) {
    if (items[i]!.value === name) return { key: items[i]!, value: items[i + 1]! };
  }
  return undefined;
}

function valueAt(root: YamlNode, first: string, second: string): YamlNode | undefined {
  const outer = find(root, first)?.value;
  return outer === undefined ? undefined : find(outer, second)?.value;
}
