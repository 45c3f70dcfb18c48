/** Rules about arguments that are there and should be others, or are missing beside others. */
import type { BootSection } from '../../../data/boot.ts';
import type { Remark } from '../finding.ts';
import { type Project, remarkAt } from '../project.ts';
import { bootable } from './bootable.ts';
import { kernelArguments, meantArguments, meantName, nameOf } from './kernel-arguments.ts';
import { installerUrl } from './known-arguments.ts';

/** Names that nobody reads, next to one that somebody does. */
export function argumentNameRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) =>
    kernelArguments(boot.args).flatMap(({ text, index }) => {
      const name = nameOf(text);
      const meant = meantName(name);
      if (meant === undefined) return [];
      const message = `nothing reads the argument ${JSON.stringify(name)}; did you mean ${JSON.stringify(meant)}?`;
      return remarkAt(profile, [...at, 'args', index], message);
    }),
  );
}

/** An installation without a config is a system that nobody can log in to; a config without a disk is one that nobody reads. */
export function installConfigRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) => {
    const given = meantArguments(boot.args);
    const find = (name: string) => given.find(({ text }) => nameOf(text) === name);
    const device = find('coreos.inst.install_dev');
    const url = find(installerUrl);
    const place = device ?? url;
    if (place === undefined || (device !== undefined && url !== undefined) || readsConfigLive(boot)) return [];
    const message =
      url === undefined
        ? 'the installed system gets no Ignition config without the argument coreos.inst.ignition_url, which is not in args'
        : 'nothing is installed without the argument coreos.inst.install_dev, which is not in args';
    return remarkAt(profile, [...at, 'args', place.index], message);
  });
}

/** The live system’s own config, or an image made for the purpose (`coreos-installer pxe customize`), may do the rest. */
function readsConfigLive({ args, initrd }: BootSection): boolean {
  return initrd.length > 1 || meantArguments(args).some(({ text }) => nameOf(text) === 'ignition.config.url');
}

/** Kernels that find no system without an initrd; the name is that of the file, or the end of its path. */
const kernelsWithInitrd: readonly RegExp[] = [
  /(?:flatcar|coreos)_production_pxe[^/]*vmlinuz/,
  /(?:live|installer)-kernel/,
  /debian-installer\/[^/]+\/linux$/,
  /ubuntu-installer\/[^/]+\/linux$/,
  /casper\/(?:hwe-)?vmlinuz/,
  /images\/pxeboot\/vmlinuz/,
  /\/boot\/(?:x86_64|aarch64)\/loader\/linux/,
];

export function initrdNoneRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) => {
    const { kernel, initrd, args } = boot;
    if (initrd.length > 0 || profile.doubts.has('initrd')) return [];
    const given = meantArguments(args).map(({ text }) => nameOf(text));
    // Where an initrd is named, its absence is another rule’s.
    if (given.includes('initrd')) return [];
    const path = kernel.replace(/[?#].*|\s.*/g, '');
    if (!kernelsWithInitrd.some((form) => form.test(path)) && !given.includes('talos.platform')) return [];
    return remarkAt(profile, [...at, 'kernel'], 'this kernel finds no system without an initrd, and there is none');
  });
}

/** An initrd in the kernel's place, and the other way round. */
export function imageSwappedRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) => {
    const isInitrd = isInitrdName(boot.kernel) && !isKernelName(boot.kernel);
    const isRootfsAlone = boot.initrd.length > 0 && boot.initrd.every((line) => /live-rootfs/.test(fileOf(line)));
    const alone = 'a root file system is no initrd by itself; the initramfs of the same release goes in front of it';
    return [
      ...(isRootfsAlone ? [remarkAt(profile, [...at, 'initrd', 0], alone)] : []),
      ...(isInitrd ? [remarkAt(profile, [...at, 'kernel'], 'this is an initrd by its name, no kernel')] : []),
      ...boot.initrd.flatMap((line, index) => {
        const file = line.split(/\s+/).at(-1) ?? '';
        if (!isKernelName(file) || isInitrdName(file)) return [];
        return remarkAt(profile, [...at, 'initrd', index], 'this is a kernel by its name, no initrd');
      }),
    ];
  });
}

function isKernelName(path: string): boolean {
  return /(?:^|\/)(?:vmlinuz|bzImage)|\.vmlinuz|(?:live|installer)-kernel/i.test(fileOf(path));
}

function isInitrdName(path: string): boolean {
  return /initr(?:d|amfs)|rootfs|_image\.cpio|ramdisk/i.test(fileOf(path));
}

function fileOf(path: string): string {
  return path.replace(/[?#].*/, '').replace(/^.*\//, '/');
}
