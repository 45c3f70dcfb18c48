/** Mistakes one by one: what boot loaders and installers trip over. */
import { convert, replace, type Seed, write } from '../seeding.contract.ts';
import { coreosConfig, coreosInstall, debian, discover, flatcarInstall, installConfig } from './examples.contract.ts';

const ignitionUrl = '?uuid=${uuid}&mac=${mac:hexhyp}';
const liveKernel =
  'https://builds.coreos.fedoraproject.org/prod/streams/stable/builds/41.20250302.3.2/x86_64/fedora-coreos-41.20250302.3.2-live-kernel-x86_64';
const rootfs = liveKernel.replace('kernel-x86_64', 'rootfs.x86_64.img');

const debianKernel =
  'http://deb.debian.org/debian/dists/bookworm/main/installer-amd64/current/images/netboot/debian-installer/amd64/linux';

export const bootFaults: Readonly<Record<string, Seed>> = {
  'Debian asks before it fetches its file': {
    edits: [replace(debian, '      "auto=true",\n', '')],
    finds: [['installer-arguments', debian, '¦"url=http']],
  },
  'preseed file without a language': {
    edits: [replace('generic/debian-preseed.cfg', 'debian-installer/locale', 'time/locale')],
    finds: [['installer-arguments', debian, '¦"url=http']],
  },
  'cloud-init fetches the image': {
    edits: [replace(discover, '"console=tty0"', '"autoinstall", "url=http://releases.ubuntu.com/24.04/live.iso"')],
    finds: [
      ['installer-arguments', discover, '¦"url=http'],
      ['hold-at', discover, '¦"autoinstall'],
      ['install-default', 'groups/default.json', '"profile": ¦"'],
    ],
  },
  'kickstart without a tree': {
    edits: [replace(debian, '"console=tty0"', '"inst.ks=http://matchbox.example.com:8080/generic?mac=${mac:hexhyp}"')],
    finds: [['installer-arguments', debian, '¦"inst.ks']],
  },
  'AutoYaST of a folder': {
    edits: [replace(debian, '"console=tty0"', '"autoyast=http://files.example.org/rules/"')],
    finds: [['installer-arguments', debian, '¦"autoyast']],
  },
  'Proxmox without its image': {
    edits: [replace(debian, '"console=tty0"', '"proxmox-start-auto-installer"')],
    finds: [['installer-arguments', debian, '¦"proxmox-start']],
  },
  'Talos without its platform': {
    edits: [
      replace(debian, '"console=tty0"', '"talos.config=http://matchbox.example.com:8080/generic?mac=${mac:hexhyp}"'),
    ],
    finds: [['installer-arguments', debian, '¦"talos.config']],
  },
  'Alpine’s overlay under another name': {
    edits: [replace(debian, '"console=tty0"', '"apkovl=http://files.example.org/node.tar.gz"')],
    finds: [['installer-arguments', debian, '¦"apkovl']],
  },
  'Arch’s folder without a slash': {
    edits: [replace(debian, '"console=tty0"', '"archiso_http_srv=http://files.example.org/arch"')],
    finds: [['installer-arguments', debian, '¦"archiso']],
  },
  'architecture misspelt': {
    edits: [replace(debian, '    "kernel"', '    "arch": {"arm46": {"kernel": "Image"}},\n    "kernel"')],
    finds: [['boot-arch', debian, '¦"arm46']],
  },
  'architecture under two names': {
    edits: [
      replace(
        debian,
        '    "kernel"',
        '    "arch": {"arm64": {"kernel": "Image"}, "aarch64": {"kernel": "Image"}},\n    "kernel"',
      ),
    ],
    finds: [['boot-arch', debian, '¦"aarch64']],
  },
  'architecture without a kernel': {
    edits: [replace(debian, '    "kernel"', '    "arch": {"arm64": {"args": ["quiet"]}},\n    "kernel"')],
    finds: [['boot-arch', debian, '"arm64": ¦{']],
  },
  'only one architecture has a kernel': {
    edits: [replace(debian, `"kernel": "${debianKernel}"`, '"arch": {"arm64": {"kernel": "Image"}}')],
    finds: [['boot-common', debian, '"boot": ¦{']],
  },
  'argument of an architecture misspelt': {
    edits: [
      replace(
        debian,
        '    "kernel"',
        '    "arch": {"arm64": {"kernel": "Image", "args": ["inst.repoo=x"]}},\n    "kernel"',
      ),
    ],
    finds: [['argument-name', debian, '¦"inst.repoo']],
  },
  'kernel missing among the assets': {
    edits: [
      replace(
        discover,
        'http://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe.vmlinuz',
        '/assets/flatcar/vmlinuz',
      ),
    ],
    finds: [['asset-missing', discover, '"kernel": ¦"']],
  },
  'initrd missing among the assets': {
    edits: [
      replace(
        discover,
        'http://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe_image',
        '/assets/flatcar/initrd',
      ),
    ],
    finds: [['asset-missing', discover, '"initrd": [\n      ¦"']],
  },
  'initrd misspelt': {
    edits: [
      write('assets/flatcar/4152.2.3/flatcar_production_pxe_image.cpio.gz', ''),
      replace(
        discover,
        'http://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe_image',
        '/assets/flatcar/4152.2.3/flatcar_production_pxe_imgae',
      ),
    ],
    finds: [['asset-missing', discover, '"initrd": [\n      ¦"']],
  },
  'root file system missing on this server': {
    edits: [replace(coreosInstall, rootfs, 'http://matchbox.example.com:8080/assets/fedora-coreos/rootfs.img')],
    finds: [['asset-missing', coreosInstall, '¦"coreos.live.rootfs_url']],
  },
  'root file system of another release': {
    edits: [replace(coreosInstall, rootfs, rootfs.replaceAll('41.20250302.3.2', '40.20240906.3.0'))],
    finds: [['image-mismatch', coreosInstall, '¦"coreos.live.rootfs_url']],
  },
  'root file system of another architecture': {
    edits: [replace(coreosInstall, rootfs, rootfs.replaceAll('x86_64', 'aarch64'))],
    finds: [['image-mismatch', coreosInstall, '¦"coreos.live.rootfs_url']],
  },
  'line break in an argument': {
    edits: [replace(debian, '"console=tty0"', '"console=tty0\\n"')],
    finds: [['line-break', debian, '¦"console=tty0']],
  },
  'carriage return in an argument': {
    edits: [replace(debian, '"console=tty0"', '"console=tty0\\r"')],
    finds: [['line-break', debian, '¦"console=tty0']],
  },
  'line break in the kernel': {
    edits: [replace(debian, 'amd64/linux"', 'amd64/linux\\n"')],
    finds: [['line-break', debian, '"kernel": ¦"']],
  },
  'line break in an initrd': {
    edits: [replace(debian, 'initrd.gz"', 'initrd.gz\\n"')],
    finds: [['line-break', debian, '¦"--name main']],
  },
  'goto without its label': {
    edits: [
      replace(debian, '"kernel":', '"ipxe_id": "debian.ipxe",\n    "kernel":'),
      write('generic/debian.ipxe', '#!ipxe\ngoto there\n'),
    ],
    finds: [['boot-script', 'generic/debian.ipxe', '¦goto there']],
  },
  'initrd= missing': {
    edits: [replace(debian, '      "initrd=main",\n', '')],
    finds: [['initrd-argument', debian, '¦"--name main']],
  },
  'initrd= of another name': {
    edits: [replace(debian, '"initrd=main"', '"initrd=initrd"')],
    finds: [['initrd-argument', debian, '¦"--name main']],
  },
  'initrd without its name': {
    edits: [replace(debian, '--name main ', '')],
    finds: [['initrd-argument', debian, '¦"initrd=main"']],
  },
  'no initrd': {
    edits: [convert(debian, (text) => text.replace(/ {4}"initrd": \[[^\]]*\],\n/, ''))],
    finds: [['initrd-argument', debian, '¦"initrd=main"']],
  },
  'one of two initrds named': {
    edits: [
      replace(debian, 'initrd.gz"\n', 'initrd.gz",\n      "--name firmware http://example.com/firmware.cpio.gz"\n'),
    ],
    finds: [['initrd-argument', debian, '¦"--name firmware']],
  },
  'flatcar.first_boot missing': {
    edits: [replace(flatcarInstall, '      "flatcar.first_boot=yes",\n', '')],
    finds: [['first-boot', flatcarInstall, '¦"flatcar.config.url']],
  },
  'flatcar.first_boot misspelt': {
    edits: [replace(flatcarInstall, 'flatcar.first_boot=yes', 'flatcar.firstboot=yes')],
    finds: [['argument-name', flatcarInstall, '¦"flatcar.firstboot']],
  },
  'ignition.firstboot missing': {
    edits: [
      replace(
        coreosInstall,
        '"coreos.inst.install_dev=/dev/vda"',
        '"coreos.inst.install_dev=/dev/vda", "ignition.config.url=https://configs.example.org/worker.ign", "ignition.platform.id=metal"',
      ),
    ],
    finds: [['first-boot', coreosInstall, '¦"ignition.config.url']],
  },
  'ignition.firstboot missing in one line of arguments': {
    edits: [
      replace(
        coreosInstall,
        '"coreos.inst.install_dev=/dev/vda"',
        '"coreos.inst.install_dev=/dev/vda ignition.platform.id=metal ignition.config.url=https://configs.example.org/worker.ign"',
      ),
    ],
    finds: [['first-boot', coreosInstall, '¦"coreos.inst.install_dev']],
  },
  'rootfs_url missing': {
    edits: [replace(coreosInstall, `      "coreos.live.rootfs_url=${rootfs}",\n`, '')],
    finds: [['rootfs-url', coreosInstall, '"kernel": ¦"']],
  },
  'rootfs_url misspelt': {
    edits: [replace(coreosInstall, 'coreos.live.rootfs_url', 'coreos.live.rootfs')],
    finds: [['rootfs-url', coreosInstall, '"kernel": ¦"']],
  },
  'Ignition URL without uuid and mac': {
    edits: [replace(flatcarInstall, ignitionUrl, '')],
    finds: [['ignition-labels', flatcarInstall, '¦"flatcar.config.url']],
  },
  'Ignition URL without mac': {
    edits: [replace(flatcarInstall, '&mac=${mac:hexhyp}', '')],
    finds: [['ignition-labels', flatcarInstall, '¦"flatcar.config.url']],
  },
  'Ignition URL with mac misspelt': {
    edits: [replace(flatcarInstall, '&mac=', '&mca=')],
    finds: [['ignition-labels', flatcarInstall, '¦"flatcar.config.url']],
  },
  'URL of the installed system without mac': {
    edits: [replace(coreosInstall, '&mac=${mac:hexhyp}', '')],
    finds: [['ignition-labels', coreosInstall, '¦"coreos.inst.ignition_url']],
  },
  'URL of the installed system without uuid and mac': {
    edits: [replace(coreosInstall, 'uuid=${uuid}&mac=${mac:hexhyp}&', '')],
    finds: [['ignition-labels', coreosInstall, '¦"coreos.inst.ignition_url']],
  },
  '& in GRUB': {
    edits: [
      write(
        'profiles/grub.json',
        '{"id": "grub", "generic_id": "discover.txt", "boot": {"kernel": "(http;matchbox.example.com:8080)/assets/linux", "initrd": ["(http;matchbox.example.com:8080)/assets/initrd"],\n "args": ["quiet", "url=http://matchbox.example.com:8080/generic?rack=7&mac=$net_default_mac"]}}',
      ),
      write('groups/grub.json', '{"id": "grub", "profile": "grub", "selector": {"rack": "7"}}'),
      write('assets/linux', ''),
      write('assets/initrd', ''),
    ],
    finds: [['grub-ampersand', 'profiles/grub.json', '¦"url=http']],
  },
  'the seed of Ubuntu’s recipe in GRUB, not quoted': {
    edits: [
      write(
        'profiles/grub.json',
        '{"id": "grub", "cloud_id": "seed.yaml", "boot": {"kernel": "(http;matchbox.example.com:8080)/assets/linux", "initrd": ["(http;matchbox.example.com:8080)/assets/initrd"],\n "args": ["quiet", "ds=nocloud;s=http://matchbox.example.com:8080/nocloud/rack=7/mac=$net_default_mac/"]}}',
      ),
      write('cloud/seed.yaml', '#cloud-config\n'),
      write('groups/grub.json', '{"id": "grub", "profile": "grub", "selector": {"rack": "7"}}'),
      write('assets/linux', ''),
      write('assets/initrd', ''),
    ],
    finds: [['grub-ampersand', 'profiles/grub.json', '¦"ds=nocloud']],
  },
  'installer for everybody': {
    edits: [
      replace('groups/default.json', '"discover"', '"flatcar-install"'),
      write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}}'),
      convert('groups/default.json', (text) =>
        text.replace(
          'flatcar-install"',
          'flatcar-install",\n  "metadata": {"ssh_authorized_keys": [], "matchbox_url": "http://matchbox.example.com:8080", "install_disk": "/dev/sda", "channel": "stable"}',
        ),
      ),
    ],
    finds: [['install-default', 'groups/default.json', '"profile": ¦"']],
  },
  'installer of Fedora CoreOS for everybody': {
    edits: [
      replace('groups/default.json', '"discover"', '"fedora-coreos-install"'),
      write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}}'),
    ],
    finds: [
      ['install-default', 'groups/default.json', '"profile": ¦"'],
      // The installed system would be the default group's, too, and that has no Ignition.
      ['url-answer', coreosInstall, '¦"coreos.inst.ignition_url'],
    ],
  },
  'preseed for everybody': {
    edits: [
      replace('groups/default.json', '"discover"', '"debian"'),
      write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}}'),
      convert('groups/default.json', (text) =>
        text.replace(
          '"debian"',
          '"debian",\n  "metadata": {"hostname": "x", "domain": "example.com", "mac": "52:54:00:00:00:01", "ssh_authorized_keys": [], "matchbox_url": "http://matchbox.example.com:8080", "install_disk": "/dev/sda"}',
        ),
      ),
    ],
    finds: [
      ['install-default', 'groups/default.json', '"profile": ¦"'],
      ['hold-at', debian, '¦"url='],
    ],
  },
  'image too old for its Ignition': {
    edits: [convert(flatcarInstall, (text) => text.replaceAll('4152.2.3', '3033.2.0'))],
    finds: [['ignition-too-new', installConfig, '¦version: 1.1.0']],
  },
  'installer too old for the Ignition of the installed system': {
    edits: [convert(coreosInstall, (text) => text.replaceAll('41.20250302.3.2', '35.20211029.3.0'))],
    finds: [['ignition-too-new', coreosConfig, '¦version: 1.5.0']],
  },
  'word of provision misspelt': {
    edits: [
      convert(flatcarInstall, (text) => text.replace('"boot": {', '"provision": {"install": "onec"},\n  "boot": {')),
    ],
    finds: [['provision-word', flatcarInstall, '"install": ¦"onec']],
  },
};
