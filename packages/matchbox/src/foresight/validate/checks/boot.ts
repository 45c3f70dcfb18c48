/** Rules about what boot loaders and installers trip over. */
import { bootSections } from '../../../data/boot.ts';
import type { Profile } from '../../../data/profile.ts';
import { waitsAtScript } from '../../../data/provision.ts';
import { type Bootable, type BootLine, bootable, bootLines } from '../arguments/bootable.ts';
import { meantArguments } from '../arguments/kernel-arguments.ts';
import type { Remark } from '../finding.ts';
import { type Project, remarkAt } from '../project.ts';

function words({ boot, at }: Pick<Bootable, 'boot' | 'at'>): BootLine[] {
  return meantArguments(boot.args).map(({ text, index }) => ({ path: [...at, 'args', index], text }));
}

export function lineBreakRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) =>
    bootLines({ boot, at })
      .filter(({ text }) => /[\r\n]/.test(text))
      .map(({ path }) => remarkAt(profile, path, 'a line break ends the line of the boot script here')),
  );
}

/** Quirk: wimboot asks iPXE for every image by its name itself (https://ipxe.org/wimboot). */
const takesEveryImage = /(?:^|\/)wimboot(?:\.\w+)?(?:$|[?#\s])/;

export function initrdMissingRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) => {
    if (profile.doubts.has('args') || profile.doubts.has('initrd') || takesEveryImage.test(boot.kernel)) return [];
    const given = words({ boot, at }).flatMap(({ path, text }) => {
      const images = /^initrd=(.*)$/.exec(text)?.[1]?.split(',') ?? [];
      return images.map((image) => ({ path, image }));
    });
    const unnamed = boot.initrd.flatMap((line, index) => {
      const name = /(?:^|\s)(?:--name|-n)[\s=]+(\S+)/.exec(line)?.[1];
      if (name === undefined || given.some(({ image }) => image === name)) return [];
      const message = `under UEFI the kernel finds this image only with the argument initrd=${name}, which is not in args`;
      return remarkAt(profile, [...at, 'initrd', index], message);
    });
    if (unnamed.length > 0) return unnamed;
    const lost = given.filter(({ image }) => !boot.initrd.some((line) => isNamed(line, image)));
    return lost.map(({ path, image }) => {
      const message = `no initrd has the name ${JSON.stringify(image)}, by which the kernel looks for it under UEFI`;
      return remarkAt(profile, path, message);
    });
  });
}

/** An image has the name that it is given, or else that of its file, which a boot loader's variable may decide. */
function isNamed(line: string, name: string): boolean {
  if (line.includes('$')) return true;
  const names = line.split(/[\s=]+/).map((word) => word.replace(/[?#].*/, '').replace(/^.*\//, ''));
  return names.includes(name.replace(/^.*[\\/]/, ''));
}

/** Argument that hands over an Ignition URL → arguments of which one makes Ignition run at all. */
const firstBootArguments: Readonly<Record<string, readonly string[]>> = {
  'ignition.config.url': ['ignition.firstboot', 'flatcar.first_boot', 'coreos.first_boot'],
  'flatcar.config.url': ['flatcar.first_boot', 'coreos.first_boot'],
  'coreos.config.url': ['coreos.first_boot', 'flatcar.first_boot'],
};

export function firstBootRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) => {
    const given = words({ boot, at }).map(({ path, text }) => ({ path, name: text.split('=')[0]! }));
    return given.flatMap(({ path, name }) => {
      const wanted = Object.hasOwn(firstBootArguments, name) ? firstBootArguments[name]! : undefined;
      if (wanted === undefined || given.some((other) => wanted.includes(other.name))) return [];
      return remarkAt(profile, path, `Ignition does not run without the argument ${wanted[0]}, which is not in args`);
    });
  });
}

export function rootfsRule(project: Project): Remark[] {
  return bootable(project)
    .filter(({ profile: { doubts } }) => !doubts.has('args') && !doubts.has('initrd'))
    .filter(({ boot }) => /(?:fedora-coreos|rhcos|scos)[^/]*-live-kernel/.test(boot.kernel))
    .filter(({ boot, at }) => !words({ boot, at }).some(({ text }) => text.startsWith('coreos.live.rootfs_url=')))
    .filter(({ boot }) => !boot.initrd.some((image) => image.includes('rootfs')))
    .map(({ profile, at }) =>
      remarkAt(profile, [...at, 'kernel'], 'a live kernel finds no system without the argument coreos.live.rootfs_url'),
    );
}

/** GRUB's devices and variables; iPXE, which has neither, takes `&` as it is. */
const grubSigns = /^\((?:http|https|tftp|pxe|hd\d|\$)|\$\{?(?:net_\w+|root|prefix|grub_\w+|pxe_\w+)\b/;

export function grubAmpersandRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) => {
    if (!bootLines({ boot, at }).some(({ text }) => grubSigns.test(text))) return [];
    return boot.args.flatMap((text, index) => {
      const bare = text.replace(/"(?:\\.|[^"\\])*"|'[^']*'|\\./g, '');
      const end = /[&;]/.exec(bare)?.[0];
      if (end === undefined) return [];
      return remarkAt(profile, [...at, 'args', index], `GRUB’s shell ends the command at an ${end} that is not quoted`);
    });
  });
}

/**
 * Arguments of those that ask for their file once, and give up at a 503: installers of Debian, Red Hat, SUSE, Ubuntu, Proxmox; Alpine.
 * Measured with Debian 12's; the others by their sources: dracut's `url-lib.sh`, linuxrc, Agama's and Proxmox's installers.
 */
const impatientArguments = [
  /^(?:preseed\/)?url=https?:(?!.*\.iso$)/,
  /^(?:inst\.)?ks=/,
  /^(?:autoyast2?|inst\.auto|agama\.auto)=/,
  /^proxmox-start-auto-installer$/,
  // cloud-init before 25.1, which the installer's images have, tries for ten seconds.
  /^autoinstall$/,
  // Alpine's initramfs.
  /^(?:apkovl|ssh_key)=https?:/,
];

/** Assets are sent whatever is broken. */
const asset = /:\/\/[^/]*\/assets\//;

/** Only machines of the default group are ever on hold for a broken file. */
export function holdAtRule(project: Project): Remark[] {
  const group = project.candidates.find(({ value }) => value.selector.size === 0);
  const profile = group && project.profile(group.value.profile);
  if (group === undefined || profile === undefined) return [];
  if (waitsAtScript(group.value.metadata, profile.value.provision)) return [];
  const all = bootSections(profile.value.boot).flatMap(({ at, section }) => words({ boot: section, at }));
  const found = all.find(({ text }) => impatientArguments.some((form) => form.test(text)) && !asset.test(text));
  if (found === undefined) return [];
  const message =
    'this installer gives up when it is told to wait; with "provision": {"hold_at": "script"} its machine waits before it starts';
  return [remarkAt(profile, found.path, message)];
}

export function installDefaultRule(project: Project): Remark[] {
  return (
    project.candidates
      .filter(({ value }) => value.selector.size === 0)
      // Machines get the first; that there are more is another finding.
      .slice(0, 1)
      .flatMap((group) => {
        const profile = project.profile(group.value.profile);
        const how = profile === undefined ? undefined : installsBy(project, profile.value);
        if (how === undefined) return [];
        const message = `the profile installs to disk (${how}), and this group is that of every machine that no other group names`;
        return remarkAt(group, ['profile'], message);
      })
  );
}

/** Arguments by which installers begin without a question, and for some another that has to be there. */
const installerArguments: readonly (readonly [RegExp, RegExp?])[] = [
  [/^coreos\.inst(?:\.install_dev=|$|=yes)/],
  // Debian's and Ubuntu's, SUSE's, Red Hat's, SUSE's later one.
  [/^(?:auto=true|auto|auto-install\/enable=true|preseed\/url=.*)$/, /^(?:url|preseed\/url|file|preseed\/file)=/],
  [/^(?:autoinstall|autoyast=.*|autoyast2=.*)$/],
  [/^(?:inst\.)?ks=/],
  [/^(?:inst\.auto|agama\.auto)=/],
  // Talos without a config waits to be told what to do.
  [/^talos\.config=/],
  [/^(?:harvester\.install\.automatic|k3os\.install\.silent|rancher\.install\.automatic)=true$/],
];

function installsBy({ snapshot }: Project, { boot, ignitionId }: Profile): string | undefined {
  const given = bootSections(boot).flatMap(({ section }) => meantArguments(section.args).map(({ text }) => text));
  for (const [sign, needed] of installerArguments) {
    const found = given.find((text) => sign.test(text));
    if (found !== undefined && (needed === undefined || given.some((text) => needed.test(text))))
      return found.split('=')[0];
  }
  const template = ignitionId === '' ? undefined : snapshot.template('ignition', ignitionId);
  const text = template === undefined ? '' : new TextDecoder().decode(template.bytes);
  return /\b(?:flatcar-install|coreos-install|coreos-installer install)\b/.exec(text)?.[0];
}
