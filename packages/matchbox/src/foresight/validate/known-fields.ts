/** The fields that groups and profiles have, and which of them an unknown one may have been meant for. */
import type { JsonNode } from '../../data/go-json.ts';
import { bootLabels } from '../made-up-machine.ts';
import { nearest } from './edit-distance.ts';

export interface UnknownField {
  readonly key: string;
  readonly offset: number;
  /** What to do about it, if that is known: `; did you mean "args"?` */
  readonly hint: string;
  /** Fields that may be missing because of it, so that nothing is said about their absence. */
  readonly doubts: readonly string[];
}

interface Field {
  readonly type: JsonNode['type'];
  /** What people write for it who know other systems, in lower case and without `-` and `_`. */
  readonly alsoCalled?: readonly string[];
}

type Fields = Readonly<Record<string, Field>>;

export const groupFields: Fields = {
  id: { type: 'string' },
  name: { type: 'string', alsoCalled: ['title'] },
  profile: { type: 'string', alsoCalled: ['profilename', 'role'] },
  selector: { type: 'object', alsoCalled: ['labels', 'match', 'matchers', 'requirements', 'require'] },
  metadata: { type: 'object', alsoCalled: ['meta', 'vars', 'variables', 'values', 'data', 'params', 'parameters'] },
};

export const profileFields: Fields = {
  id: { type: 'string' },
  name: { type: 'string', alsoCalled: ['title'] },
  boot: { type: 'object', alsoCalled: ['netboot', 'ipxe', 'pxe'] },
  ignition_id: { type: 'string', alsoCalled: ['ignition', 'ignitionconfig', 'butane', 'butaneid'] },
  cloud_id: { type: 'string', alsoCalled: ['cloud', 'cloudconfig', 'cloudinit', 'userdata'] },
  generic_id: { type: 'string', alsoCalled: ['generic', 'genericconfig', 'preseed', 'kickstart', 'template'] },
  ignition_version: { type: 'string', alsoCalled: ['ignitionspec', 'ignitionspecversion', 'specversion'] },
  provision: { type: 'object', alsoCalled: ['provisioning', 'policy'] },
};

export const provisionFields: Fields = {
  install: { type: 'string' },
  disk_boot: { type: 'string', alsoCalled: ['disk', 'diskmethod', 'localboot'] },
  on_loop: { type: 'string', alsoCalled: ['loop'] },
  hold_at: { type: 'string', alsoCalled: ['hold', 'wait', 'waitat'] },
  ephemeral: { type: 'bool', alsoCalled: ['diskless', 'stateless'] },
};

export const bootFields: Fields = {
  kernel: { type: 'string', alsoCalled: ['linux', 'vmlinuz', 'image'] },
  initrd: { type: 'array', alsoCalled: ['initramfs', 'ramdisk', 'initrdimg'] },
  args: {
    type: 'array',
    alsoCalled: ['arguments', 'cmdline', 'commandline', 'append', 'params', 'kernelargs', 'options'],
  },
  ipxe_id: { type: 'string', alsoCalled: ['ipxescript', 'ipxetemplate'] },
  grub_id: { type: 'string', alsoCalled: ['grubscript', 'grubtemplate', 'grubcfg'] },
  arch: { type: 'object', alsoCalled: ['architecture', 'architectures', 'archs', 'byarch'] },
};

/** Of a section for one architecture. */
const sectionFields: Fields = { kernel: bootFields.kernel!, initrd: bootFields.initrd!, args: bootFields.args! };

export function unknownFields(root: JsonNode, fields: Fields): UnknownField[] {
  if (root.type !== 'object') return [];
  const present = new Set(root.members.map(({ key }) => key.toLowerCase()));
  const free = Object.keys(fields).filter((field) => !present.has(field));
  return root.members.flatMap(({ key, keyStart: offset, node }) => {
    const inside = unknownInside(key.toLowerCase(), node, fields);
    if (inside !== undefined) return inside;
    // Editors find the file's JSON Schema by it.
    if (key === '$schema' || Object.hasOwn(fields, key.toLowerCase())) return [];
    const meant = misplaced(key, fields) ?? otherName(key, fields, free);
    if (meant !== undefined) return { key, offset, ...meant };
    const isContainer = node.type === 'object' || node.type === 'array';
    return {
      key,
      offset,
      hint: '',
      doubts: isContainer ? free.filter((field) => fields[field]!.type === node.type) : [],
    };
  });
}

/** Of a field that has fields of its own. */
function unknownInside(name: string, node: JsonNode, fields: Fields): UnknownField[] | undefined {
  if (name === 'boot' && fields === profileFields) return unknownFields(node, bootFields);
  if (name === 'provision' && fields === profileFields) return unknownFields(node, provisionFields);
  if (name !== 'arch' || fields !== bootFields) return undefined;
  const sections = node.type === 'object' ? node.members : [];
  return sections.flatMap((section) => unknownFields(section.node, sectionFields));
}

type Meaning = Pick<UnknownField, 'hint' | 'doubts'>;

/** A field of another level. */
function misplaced(key: string, fields: Fields): Meaning | undefined {
  const name = key.toLowerCase();
  if (fields === profileFields && Object.hasOwn(bootFields, name))
    return { hint: '; it belongs into "boot"', doubts: [name] };
  if (fields === bootFields && Object.hasOwn(profileFields, name)) {
    return { hint: '; it belongs beside "boot", not into it', doubts: [name] };
  }
  if (fields === groupFields && bootLabels.some((label) => label === name)) {
    return { hint: '; a label belongs into "selector"', doubts: ['selector'] };
  }
  return undefined;
}

function otherName(key: string, fields: Fields, free: readonly string[]): Meaning | undefined {
  const bare = key.toLowerCase().replace(/[-_ ]/g, '');
  const meant = free.find((field) => fields[field]!.alsoCalled?.includes(bare)) ?? nearest(key, free);
  return meant === undefined ? undefined : { hint: `; did you mean ${JSON.stringify(meant)}?`, doubts: [meant] };
}
