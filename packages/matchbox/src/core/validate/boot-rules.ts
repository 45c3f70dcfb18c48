/** Rules about what boot loaders and installers trip over. */
import type { Boot, Profile } from '../profile.ts';
import type { Remark } from './finding.ts';
import { ignitionQuery, kernelArguments } from './ignition-url.ts';
import { type Described, type Project, remarkAt } from './project.ts';

interface Place {
  readonly profile: Described<Profile>;
  readonly boot: Boot;
}

function bootable({ profiles }: Project): Place[] {
  return profiles.flatMap((profile) => {
    const { boot } = profile.value;
    return boot === undefined ? [] : { profile, boot };
  });
}

type Path = readonly (string | number)[];

function lines({ kernel, initrd, args }: Boot): { path: Path; text: string }[] {
  return [
    { path: ['boot', 'kernel'], text: kernel },
    ...initrd.map((text, index) => ({ path: ['boot', 'initrd', index], text })),
    ...args.map((text, index) => ({ path: ['boot', 'args', index], text })),
  ];
}

function words(args: readonly string[]): { path: Path; text: string }[] {
  return kernelArguments(args).map(({ text, index }) => ({ path: ['boot', 'args', index], text }));
}

export function lineBreakRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot }) =>
    lines(boot)
      .filter(({ text }) => /[\r\n]/.test(text))
      .map(({ path }) => remarkAt(profile, path, 'a line break ends the line of the boot script here')),
  );
}

export function initrdMissingRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot }) => {
    if (profile.doubts.has('args') || profile.doubts.has('initrd')) return [];
    const given = words(boot.args).flatMap(({ path, text }) => {
      const images = /^initrd=(.*)$/.exec(text)?.[1]?.split(',') ?? [];
      return images.map((image) => ({ path, image }));
    });
    const unnamed = boot.initrd.flatMap((line, index) => {
      const name = /(?:^|\s)(?:--name|-n)[\s=]+(\S+)/.exec(line)?.[1];
      if (name === undefined || given.some(({ image }) => image === name)) return [];
      const message = `under UEFI the kernel finds this image only with the argument initrd=${name}, which is not in args`;
      return remarkAt(profile, ['boot', 'initrd', index], message);
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
  return bootable(project).flatMap(({ profile, boot }) => {
    const given = words(boot.args).map(({ path, text }) => ({ path, name: text.split('=')[0]! }));
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
    .filter(({ boot }) => !words(boot.args).some(({ text }) => text.startsWith('coreos.live.rootfs_url=')))
    .filter(({ boot }) => !boot.initrd.some((image) => image.includes('rootfs')))
    .map(({ profile }) =>
      remarkAt(
        profile,
        ['boot', 'kernel'],
        'a live kernel finds no system without the argument coreos.live.rootfs_url',
      ),
    );
}

/** What a config is chosen by has to reach the server: the labels that groups of this profile select by, or any of the two. */
export function ignitionLabelsRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot }) =>
    words(boot.args).flatMap(({ path, text }) => {
      const query = ignitionQuery(text);
      if (query === undefined) return [];
      const sent = new Set(query.split('&').map((pair) => pair.split('=')[0]));
      const selected = ['uuid', 'mac'].filter((label) =>
        project.groupsOf(profile.id).some(({ value }) => value.selector.has(label)),
      );
      const lost = selected.filter((label) => !sent.has(label));
      if (lost.length === 0 && (sent.has('uuid') || sent.has('mac'))) return [];
      const dropped = lost.length > 0 ? lost.join(' and ') : 'uuid and mac';
      return remarkAt(profile, path, `the Ignition URL drops ${dropped}, by which the server tells machines apart`);
    }),
  );
}

/** iPXE's settings and options; a profile that has one is not GRUB's. */
const ipxeSigns =
  /\$\{(?:uuid|mac|mac:\w+|net\d*\/[\w:]+|serial|hostname|domain|asset|buildarch|ip|next-server|[\w/-]+:\w+)\}|(?:^|\s)--name\s/;

/** iPXE takes `&` as it is. A profile that shows no sign of iPXE may be GRUB's, whose shell ends the command there. */
export function grubAmpersandRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot }) => {
    if (lines(boot).some(({ text }) => ipxeSigns.test(text))) return [];
    return boot.args.flatMap((text, index) => {
      const bare = text.replace(/"(?:\\.|[^"\\])*"|'[^']*'|\\./g, '');
      if (!bare.includes('&')) return [];
      return remarkAt(profile, ['boot', 'args', index], 'GRUB’s shell ends the command at an & that is not quoted');
    });
  });
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
  // Debian's and Ubuntu's, SUSE's, Red Hat's.
  [/^(?:auto=true|auto|preseed\/url=.*)$/, /^(?:url|preseed\/url|file|preseed\/file)=/],
  [/^(?:autoinstall|autoyast=.*|autoyast2=.*)$/],
  [/^(?:inst\.)?ks=/],
];

function installsBy({ snapshot }: Project, { boot, ignitionId }: Profile): string | undefined {
  const given = kernelArguments(boot?.args ?? []).map(({ text }) => text);
  for (const [sign, needed] of installerArguments) {
    const found = given.find((text) => sign.test(text));
    if (found !== undefined && (needed === undefined || given.some((text) => needed.test(text))))
      return found.split('=')[0];
  }
  const template = ignitionId === '' ? undefined : snapshot.template('ignition', ignitionId);
  const text = template === undefined ? '' : new TextDecoder().decode(template.bytes);
  return /\b(?:flatcar-install|coreos-install|coreos-installer install)\b/.exec(text)?.[0];
}
