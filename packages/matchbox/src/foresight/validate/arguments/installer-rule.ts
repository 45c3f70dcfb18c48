/** A rule about arguments without which installers ask questions, fetch the wrong thing, or do not begin. */
import type { BootSection } from '../../../data/boot.ts';
import type { Profile } from '../../../data/profile.ts';
import type { Remark } from '../finding.ts';
import { type Project, remarkAt } from '../project.ts';
import { bootable } from './bootable.ts';
import { meantArguments, nameOf } from './kernel-arguments.ts';

/** A profile's arguments, and what an installer will read. */
interface Setting {
  readonly boot: BootSection;
  /** `name=value` or a name alone. */
  readonly given: readonly string[];
  /** Its template of `/generic`; '' without one. */
  readonly file: string;
  has(...names: readonly string[]): boolean;
}

interface Trap {
  /** The argument that it is about. */
  readonly sign: RegExp;
  /** @returns what is wrong, in words */
  readonly fault: (setting: Setting, argument: string) => string | undefined;
}

/** Debian's installer reads a preseed file from there, unless it is an image. */
const preseedUrl = /^(?:preseed\/)?url=https?:\/\/(?!\S*\.iso$)/;
const debianSigns = ['auto', 'auto-install/enable', 'priority', 'debconf/priority', 'preseed/url'];

/** Each with where it is written, or what was run. */
const traps: readonly Trap[] = [
  {
    // Debian's guide, B.2.4; measured with Debian 12: it asks for the language in spite of priority=critical.
    sign: preseedUrl,
    fault: ({ has }, argument) => {
      if (!has(...debianSigns) || has('auto', 'auto-install/enable')) return undefined;
      return `the Debian installer asks for language and keyboard before it fetches ${nameOf(argument)}; auto=true puts that off`;
    },
  },
  {
    // auto-install.sh of Debian's preseed.
    sign: preseedUrl,
    fault: ({ has }, argument) => {
      const host = /:\/\/([^/:?]+)/.exec(argument)?.[1] ?? '';
      if (!has(...debianSigns) || /[.$[]/.test(host)) return undefined;
      return `the Debian installer puts the DHCP domain behind a host without a dot: ${host} becomes ${host}.example.com; write its whole name or its address`;
    },
  },
  {
    // Measured with Debian 12.
    sign: preseedUrl,
    fault: ({ has, file }) => {
      if (!has(...debianSigns) || !/^\s*d-i\s/m.test(file) || /preseed\/(?:include|run)/.test(file)) return undefined;
      if (/debian-installer\/(?:locale|language)/.test(file) || has('locale', 'debian-installer/locale', 'language'))
        return undefined;
      return 'the Debian installer asks for the language, which neither the file says (debian-installer/locale) nor an argument (locale=)';
    },
  },
  {
    // netbootxyz/netboot.xyz#1496: cloud-init takes url= for its own.
    sign: /^url=\S*\.iso$/,
    fault: ({ has }) => {
      if (!has('autoinstall', 'ds') || has('cloud-config-url')) return undefined;
      return 'cloud-init takes url= for the URL of a config and fetches the whole image once more; cloud-config-url=/dev/null keeps it from that';
    },
  },
  {
    // anaconda's boot options: what is booted from the network finds its second stage only so.
    sign: /^(?:inst\.)?ks=https?:/,
    fault: ({ has, boot }) => {
      if (
        isOfEsxi(boot) ||
        has('inst.repo', 'inst.stage2', 'repo', 'stage2', 'method', 'root', 'coreos.live.rootfs_url') ||
        boot.initrd.length > 1
      )
        return undefined;
      return 'the installer finds the rest of itself only with inst.repo or inst.stage2, which is not in args';
    },
  },
  {
    // linuxrc's documents: a URL that ends with a slash is a folder of rules.
    sign: /^autoyast2?=https?:\S*\/$/,
    fault: (_, argument) =>
      `AutoYaST takes a URL that ends with a slash for a folder of rules by MAC address: ${nameOf(argument)} wants one file`,
  },
  {
    // morph027/pve-iso-2-pxe, and Proxmox's init: it mounts /proxmox.iso of its initial file system.
    sign: /^proxmox-start-auto-installer$/,
    fault: ({ boot }) => {
      if (boot.initrd.some((line) => /(?:^|\s)\/?proxmox\.iso(?:\s|$)/.test(line))) return undefined;
      return 'the installer finds its packages only in an initrd that is named /proxmox.iso: "IMAGE.iso /proxmox.iso"';
    },
  },
  {
    // Talos' reference of kernel arguments.
    sign: /^talos\.config=/,
    fault: ({ has }) =>
      has('talos.platform')
        ? undefined
        : 'Talos reads talos.config only with talos.platform=metal, which is not in args',
  },
  {
    // Alpine's initramfs-init tells what it is by the end of its name.
    sign: /^apkovl=https?:/,
    fault: (_, argument) => {
      const path = argument.replace(/[?#].*/, '');
      if (/\.apkovl\.tar\.gz$|[{$]/.test(path)) return undefined;
      return 'Alpine takes an overlay only from a path that ends with .apkovl.tar.gz; labels may stand behind a question mark';
    },
  },
  {
    // Arch's archiso_pxe_http hook puts its folder behind it.
    sign: /^archiso_http_srv=\S*[^/]$/,
    fault: (_, argument) =>
      /[$}]$/.test(argument) ? undefined : 'archiso puts a path behind this URL, which has to end with a slash',
  },
];

/** ESXi's loader has a `ks=` of its own, and names its modules in `boot.cfg`. */
function isOfEsxi({ kernel }: BootSection): boolean {
  return /(?:^|\/)(?:mboot|bootx64|bootaa64)\.(?:efi|c32)(?:$|[?#\s])/i.test(kernel);
}

export function installerArgumentsRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) => {
    const words = meantArguments(boot.args);
    const given = words.map(({ text }) => text);
    const names = new Set(given.map(nameOf));
    const setting: Setting = {
      boot,
      given,
      file: textOfGeneric(project, profile.value),
      has: (...wanted) => wanted.some((name) => names.has(name)),
    };
    return words.flatMap(({ text, index }) => {
      const faults = traps.flatMap(({ sign, fault }) => (sign.test(text) ? (fault(setting, text) ?? []) : []));
      return faults.map((message) => remarkAt(profile, [...at, 'args', index], message));
    });
  });
}

function textOfGeneric({ snapshot }: Project, { genericId }: Profile): string {
  const template = genericId === '' ? undefined : snapshot.template('generic', genericId);
  return template === undefined ? '' : new TextDecoder().decode(template.bytes);
}
