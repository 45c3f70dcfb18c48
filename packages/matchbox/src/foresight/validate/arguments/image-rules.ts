/** The rule about images that belong together and do not: kernel, initrd and root file system of one system are of one release and architecture. */
import type { Remark } from '../finding.ts';
import { type Project, remarkAt } from '../project.ts';
import { type BootLine, bootable, bootLines } from './bootable.ts';

export function imageMismatchRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) => {
    const [kernel, ...others] = bootLines({ boot, at }).filter(isImage);
    if (kernel === undefined || kernel.path.at(-1) !== 'kernel') return [];
    return others.flatMap(({ path, text }) => {
      const message = mismatch(kernel.text, text);
      return message === undefined ? [] : remarkAt(profile, path, message);
    });
  });
}

/** Of arguments only those that name an image. */
function isImage({ path, text }: BootLine): boolean {
  return path.at(-2) !== 'args' || /^coreos\.live\.rootfs_url=/.test(text);
}

function mismatch(kernel: string, other: string): string | undefined {
  for (const [what, read] of traits) {
    const [wanted, found] = [read(kernel), read(other)];
    if (wanted === undefined || found === undefined || wanted === found) continue;
    return `this is of ${what} ${found}, and the kernel of ${wanted}: they do not start together`;
  }
  return undefined;
}

type Trait = readonly [what: string, read: (text: string) => string | undefined];

/** What the names of images say; of a version only where it is the same system's. */
const traits: readonly Trait[] = [
  ['release', (text) => /fedora-coreos-(\d+\.\d{8}\.\d+\.\d+)/.exec(text)?.[1]],
  ['release', (text) => /rhcos-(\d+\.\d+\.\d+(?:-\d+)?)/.exec(text)?.[1]],
  ['release', (text) => /\/(\d{4}\.\d+\.\d+)\/flatcar_production_pxe/.exec(text)?.[1]],
  [
    'architecture',
    (text) => architectureOf(/(?:live|installer)[-_](?:kernel|initramfs|rootfs)[-_.](\w+?)(?:\.img|$)/.exec(text)?.[1]),
  ],
  ['architecture', (text) => architectureOf(/\/talos\/[^\s]*?(?:vmlinuz|initramfs)-(amd64|arm64)/.exec(text)?.[1])],
  [
    'architecture',
    (text) => architectureOf(/\/(amd64|arm64|arm64-usr|amd64-usr)\/[^\s]*flatcar_production_pxe/.exec(text)?.[1]),
  ],
];

const architectures = new Set(['x86_64', 'aarch64', 'ppc64le', 's390x', 'amd64', 'arm64']);

function architectureOf(word: string | undefined): string | undefined {
  const name = word?.replace(/-usr$/, '');
  return name !== undefined && architectures.has(name) ? name : undefined;
}
