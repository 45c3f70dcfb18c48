/** What a profile boots: kernel, initrds and arguments, for all machines or for some architectures otherwise. */
import type { JsonRecord } from './go-json-format.ts';
import {
  decodeString,
  decodeStringList,
  decodeStruct,
  type FieldDecoder,
  mismatch,
  type StructShape,
} from './struct-decoder.ts';

export interface BootSection {
  /** Path or URL, as the boot loader will read it. */
  readonly kernel: string;
  readonly initrd: readonly string[];
  readonly args: readonly string[];
}

export interface Boot extends BootSection {
  /** Files in `generic/` that are rendered as the script of iPXE or GRUB, instead of what is made of the above. */
  readonly ipxeId?: string | undefined;
  readonly grubId?: string | undefined;
  /** Sections for machines of other architectures, by words of which {@link architectureOf} knows what they mean. Upstream passes over them. */
  readonly arch?: ReadonlyMap<string, BootSection> | undefined;
}

/** As distributions name them → what else they are called, by iPXE's `buildarch`, GRUB's `grub_cpu` and `uname -m`. */
export const architectureWords = {
  amd64: ['x86_64', 'x86-64', 'x64'],
  arm64: ['aarch64', 'aa64'],
  i386: ['i486', 'i586', 'i686', 'x86'],
  arm: ['arm32', 'armhf', 'armv7l'],
  riscv64: [],
  riscv32: [],
  loong64: ['loongarch64'],
  ppc64le: ['ppc64el', 'powerpc'],
  s390x: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Architecture = keyof typeof architectureWords;

const architectures: ReadonlyMap<string, Architecture> = new Map(
  (Object.keys(architectureWords) as Architecture[]).flatMap((name) =>
    [name, ...architectureWords[name]].map((word) => [word, name] as const),
  ),
);

/** @param word in any case. @returns undefined for one that is none */
export function architectureOf(word: string): Architecture | undefined {
  return architectures.get(word.toLowerCase());
}

/** The section for all machines and those for some, each with its way in a profile's JSON. */
export function bootSections(
  boot: Boot | undefined,
): readonly { readonly at: readonly string[]; readonly section: BootSection }[] {
  if (boot === undefined) return [];
  const others = Array.from(boot.arch ?? [], ([word, section]) => ({ at: ['boot', 'arch', word], section }));
  return [{ at: ['boot'], section: boot }, ...others];
}

const sectionNames = { kernel: 'kernel', initrd: 'initrd', args: 'args' } as const;
const sectionDecoders = { kernel: decodeString, initrd: decodeStringList, args: decodeStringList };
const sectionShape: StructShape<BootSection> = {
  type: 'storagepb.NetBoot',
  names: sectionNames,
  decoders: sectionDecoders,
};

const decodeArch: FieldDecoder<ReadonlyMap<string, BootSection>> = (document, node, field, previous) => {
  if (node.type === 'null') return undefined;
  if (node.type !== 'object') throw mismatch(document, node, field, 'map[string]storagepb.NetBoot');
  const sections = new Map(previous);
  for (const { key, node: value } of node.members) {
    if (value.type === 'null') continue;
    const section = decodeStruct<BootSection>(document, value, sectionShape, { path: `${field}.${key}` });
    sections.set(key, { kernel: section.kernel ?? '', initrd: section.initrd ?? [], args: section.args ?? [] });
  }
  return sections.size === 0 ? undefined : sections;
};

const bootShape: StructShape<Boot> = {
  type: 'storagepb.NetBoot',
  names: { ...sectionNames, ipxeId: 'ipxe_id', grubId: 'grub_id', arch: 'arch' },
  decoders: { ...sectionDecoders, ipxeId: decodeString, grubId: decodeString, arch: decodeArch },
};

export const decodeBoot: FieldDecoder<Boot> = (document, node, field, previous) => {
  if (node.type === 'null') return undefined;
  const boot = decodeStruct<Boot>(document, node, bootShape, { path: field, previous });
  return {
    kernel: boot.kernel ?? '',
    initrd: boot.initrd ?? [],
    args: boot.args ?? [],
    ...(boot.ipxeId && { ipxeId: boot.ipxeId }),
    ...(boot.grubId && { grubId: boot.grubId }),
    ...(boot.arch && { arch: boot.arch }),
  };
};

type Fields = JsonRecord['fields'];

/** Members for a profile's JSON file; nothing that is empty. */
export function bootFields({ ipxeId, grubId, arch, ...section }: Boot): Fields {
  const fields = [...sectionFields(section)];
  if (ipxeId) fields.push(['ipxe_id', ipxeId]);
  if (grubId) fields.push(['grub_id', grubId]);
  if (arch !== undefined && arch.size > 0) {
    fields.push(['arch', { fields: Array.from(arch, ([word, other]) => [word, { fields: sectionFields(other) }]) }]);
  }
  return fields;
}

function sectionFields({ kernel, initrd, args }: BootSection): Fields[number][] {
  const fields: Fields[number][] = [];
  if (kernel !== '') fields.push(['kernel', kernel]);
  if (initrd.length > 0) fields.push(['initrd', initrd]);
  if (args.length > 0) fields.push(['args', args]);
  return fields;
}
