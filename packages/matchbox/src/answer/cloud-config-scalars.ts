/** Finds values of a cloud-config that contradict their own tags, where upstream reads them. */

import type { YamlNode } from '@matchbox/butane';
import { decodeBase64, parseFloat64, parseInteger } from '@matchbox/gotext';

/**
 * What upstream reads of a cloud-config (coreos-cloudinit's `CloudConfig`); values of other keys are never looked at.
 * `each`: a list of that; `fields`: a mapping with these keys; `any`: a mapping of which every value is read.
 */
type Shape = 'scalar' | { readonly each: Shape } | { readonly any: Shape } | Fields;

interface Fields {
  readonly fields: Readonly<Record<string, Shape>>;
}

function scalars(names: string, more: Readonly<Record<string, Shape>> = {}): Fields {
  return { fields: { ...Object.fromEntries(names.split(' ').map((name) => [name, 'scalar' as const])), ...more } };
}

const list: Shape = { each: 'scalar' };
const section: Shape = { any: 'scalar' };

const cloudConfig: Fields = scalars('hostname manage_etc_hosts', {
  ssh_authorized_keys: list,
  coreos: {
    fields: {
      etcd: section,
      etcd2: section,
      flannel: section,
      fleet: section,
      locksmith: section,
      oem: section,
      update: section,
      units: {
        each: scalars('name mask enable runtime content command', { drop_ins: { each: scalars('name content') } }),
      },
    },
  },
  write_files: { each: scalars('encoding content owner path permissions') },
  users: {
    each: scalars(
      'name passwd coreos_ssh_import_github coreos_ssh_import_url gecos homedir no_create_home primary_group no_user_group system no_log_init shell',
      { ssh_authorized_keys: list, coreos_ssh_import_github_users: list, groups: list },
    ),
  },
});

export interface ScalarFault {
  readonly node: YamlNode;
  readonly message: string;
}

/** The first scalar whose tag and text do not agree, in upstream's words. */
export function findScalarFault(root: YamlNode): ScalarFault | undefined {
  return visit(root, cloudConfig, new Map());
}

/** What aliases stand for is read once for each shape, however often they are there and whatever contains itself. */
type Seen = Map<YamlNode, Set<Shape>>;

function visit(node: YamlNode, shape: Shape, seen: Seen): ScalarFault | undefined {
  if (node.kind === 'alias') return visitTarget(node.target, shape, seen);
  if (node.kind === 'scalar') return judge(node);
  if (shape === 'scalar') return undefined;
  if ('each' in shape) {
    return node.kind === 'list' ? first(node.items, (item) => visit(item, shape.each, seen)) : undefined;
  }
  return node.kind === 'list' ? undefined : visitPairs(node, shape, seen);
}

function visitTarget(target: YamlNode | undefined, shape: Shape, seen: Seen): ScalarFault | undefined {
  if (target === undefined) return undefined;
  const shapes = seen.get(target) ?? new Set();
  if (shapes.has(shape)) return undefined;
  seen.set(target, shapes.add(shape));
  return visit(target, shape, seen);
}

function visitPairs(node: YamlNode, shape: PairShape, seen: Seen): ScalarFault | undefined {
  for (let i = 0; i < node.items.length; i += 2) {
    const key = node.items[i]!;
    // Keys are read too, and dashes in them are underscores.
    const fault = visit(key, 'scalar', seen);
    if (fault !== undefined) return fault;
    const inner = shapeOfKey(key.value.replaceAll('-', '_'), shape);
    const inside = inner === undefined ? undefined : visit(node.items[i + 1]!, inner, seen);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

type PairShape = Exclude<Shape, 'scalar' | { readonly each: Shape }>;

function shapeOfKey(name: string, shape: PairShape): Shape | undefined {
  if ('any' in shape) return shape.any;
  return Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
}

function first(items: readonly YamlNode[], judgeItem: (item: YamlNode) => ScalarFault | undefined) {
  for (const item of items) {
    const fault = judgeItem(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function judge(node: YamlNode): ScalarFault | undefined {
  const { tag, value } = node;
  if (tag === '!!binary') {
    const message = '!!binary value contains invalid base64 data';
    return 'faultAt' in decodeBase64(value) ? { node, message } : undefined;
  }
  if (!['!!bool', '!!int', '!!float', '!!null'].includes(tag)) return undefined;
  const found = tagOfText(value);
  return found === tag ? undefined : { node, message: `cannot decode ${found} \`${value}\` as a ${tag}` };
}

const words: ReadonlyMap<string, string> = new Map([
  ...entries('!!bool', 'y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF'),
  ...entries('!!null', '~ null Null NULL'),
  ...entries('!!float', '.nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF'),
  ['', '!!null'],
  ['<<', '!!merge'],
]);

function entries(tag: string, texts: string): [string, string][] {
  return texts.split(' ').map((text) => [text, tag]);
}

/** An int64 has no more digits, leading zeros aside; what is longer is no number that anybody means. */
const longestNumber = 100;

/** What the first go-yaml takes a text for that has no quotes. */
function tagOfText(text: string): string {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.length > longestNumber || !/^[-+.0-9]/.test(text)) return '!!str';
  const plain = text.replaceAll('_', '');
  if (!text.startsWith('.')) {
    const integer = parseInteger(plain);
    if (integer !== undefined && BigInt.asIntN(64, integer) === integer) return '!!int';
  }
  return typeof parseFloat64(text.startsWith('.') ? text : plain) === 'number' ? '!!float' : '!!str';
}
