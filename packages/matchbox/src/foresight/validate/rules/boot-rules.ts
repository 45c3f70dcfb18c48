/** Rules about what boot loaders, live systems and installers trip over. */
import { imageMismatchRule } from '../arguments/image-rules.ts';
import { installerArgumentsRule } from '../arguments/installer-rule.ts';
import { imageSwappedRule, initrdNoneRule, installConfigRule } from '../arguments/name-rules.ts';
import { bootArchRule, bootCommonRule } from '../checks/arch.ts';
import {
  firstBootRule,
  grubAmpersandRule,
  holdAtRule,
  initrdMissingRule,
  installDefaultRule,
  lineBreakRule,
  rootfsRule,
} from '../checks/boot.ts';
import { provisionWordRule } from '../checks/provision.ts';
import { profileWith, profileWithArgs, type Rule } from '../rule.ts';

const liveKernel = 'https://example.com/fedora-coreos-41.20250302.3.2-live-kernel-x86_64';
const liveInitrd = 'https://example.com/fedora-coreos-41.20250302.3.2-live-initramfs.x86_64.img';
const rootfs = 'coreos.live.rootfs_url=https://example.com/rootfs.img';
const installDevice = '"coreos.inst.install_dev=/dev/sda"';

export const bootRules: readonly Rule[] = [
  {
    id: 'line-break',
    severity: 'error',
    title: 'A kernel, initrd or argument contains a line break',
    check: lineBreakRule,
    bad: profileWith('"kernel": "vmlinuz", "args": ["quiet\\nboot"]'),
    good: profileWith('"kernel": "vmlinuz", "args": ["quiet"]'),
  },
  {
    id: 'initrd-argument',
    severity: 'warning',
    title: '`initrd=` is missing for a named initrd, which UEFI needs, or names none that is there',
    check: initrdMissingRule,
    bad: profileWith('"kernel": "vmlinuz", "initrd": ["--name main initrd.img"]'),
    good: profileWith('"kernel": "vmlinuz", "initrd": ["--name main initrd.img"], "args": ["initrd=main"]'),
  },
  {
    id: 'initrd-none',
    severity: 'error',
    title: 'A kernel that finds no system without an initrd has none',
    check: initrdNoneRule,
    bad: profileWith('"kernel": "/assets/flatcar/4152.2.3/flatcar_production_pxe.vmlinuz"'),
    good: profileWith(
      '"kernel": "/assets/flatcar/4152.2.3/flatcar_production_pxe.vmlinuz", "initrd": ["/assets/flatcar/4152.2.3/flatcar_production_pxe_image.cpio.gz"]',
    ),
  },
  {
    id: 'image-swapped',
    severity: 'error',
    title: 'A kernel stands among the initrds, or an initrd in the kernel’s place',
    check: imageSwappedRule,
    bad: profileWith('"kernel": "/assets/vmlinuz", "initrd": ["/assets/vmlinuz"]'),
    good: profileWith('"kernel": "/assets/vmlinuz", "initrd": ["/assets/initrd.img"]'),
  },
  {
    id: 'image-mismatch',
    severity: 'error',
    title: 'Kernel, initrd and root file system are of different releases or architectures',
    check: imageMismatchRule,
    bad: profileWith(
      `"kernel": "${liveKernel}", "initrd": ["${liveInitrd.replace('x86_64', 'aarch64')}"], "args": ["${rootfs}"]`,
    ),
    good: profileWith(`"kernel": "${liveKernel}", "initrd": ["${liveInitrd}"], "args": ["${rootfs}"]`),
  },
  {
    id: 'first-boot',
    severity: 'error',
    title: 'An Ignition URL is given, but not `ignition.firstboot` or `flatcar.first_boot`',
    check: firstBootRule,
    bad: profileWith(
      '"kernel": "vmlinuz", "args": ["ignition.config.url=http://example.com/ignition?mac=${mac:hexhyp}"]',
    ),
    good: profileWith(
      '"kernel": "vmlinuz", "args": ["ignition.firstboot", "ignition.config.url=http://example.com/ignition?mac=${mac:hexhyp}"]',
    ),
  },
  {
    id: 'rootfs-url',
    severity: 'error',
    title: '`coreos.live.rootfs_url` is missing for a live kernel',
    check: rootfsRule,
    bad: profileWith(`"kernel": "${liveKernel}", "initrd": ["initramfs.img"]`),
    good: profileWith(`"kernel": "${liveKernel}", "initrd": ["initramfs.img"], "args": ["${rootfs}"]`),
  },
  {
    id: 'install-config',
    severity: 'warning',
    title: 'An installation of CoreOS has no Ignition URL, or no disk',
    check: installConfigRule,
    bad: profileWithArgs(installDevice),
    good: profileWithArgs(
      `${installDevice}, "coreos.inst.ignition_url=http://10.0.0.1:8080/ignition?mac=\${mac:hexhyp}"`,
    ),
  },
  {
    id: 'grub-ampersand',
    severity: 'warning',
    title: 'An `&` or `;` without quotes in a profile for GRUB, whose shell takes it',
    check: grubAmpersandRule,
    bad: profileWith(
      '"kernel": "(http;example.com)/vmlinuz", "args": ["url=http://example.com/generic?os=a&mac=$mac"]',
    ),
    good: profileWith(
      '"kernel": "(http;example.com)/vmlinuz", "args": ["\\"url=http://example.com/generic?os=a&mac=$mac\\""]',
    ),
  },
  {
    id: 'install-default',
    severity: 'warning',
    title: 'A group without selectors gets a profile that installs to disk',
    check: installDefaultRule,
    bad: [
      'profiles/p.json',
      '{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g",\n "boot": {"kernel": "vmlinuz", "args": ["autoinstall"]},\n "provision": {"hold_at": "script"}}',
    ],
    good: profileWith('"kernel": "vmlinuz"'),
  },
  {
    id: 'hold-at',
    severity: 'warning',
    title: 'An installer that cannot wait is that of a group without selectors, whose machines may be put on hold',
    check: holdAtRule,
    bad: [
      'profiles/p.json',
      '{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g",\n "boot": {"kernel": "vmlinuz", "initrd": ["pve.iso /proxmox.iso"], "args": ["proxmox-start-auto-installer"]}}',
    ],
    good: [
      'profiles/p.json',
      '{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g",\n "boot": {"kernel": "vmlinuz", "initrd": ["pve.iso /proxmox.iso"], "args": ["proxmox-start-auto-installer"]},\n "provision": {"hold_at": "script"}}',
    ],
  },
  {
    id: 'installer-arguments',
    severity: 'warning',
    title: 'An installer would ask questions, fetch the wrong thing or not begin with these arguments',
    check: installerArgumentsRule,
    bad: profileWithArgs('"priority=critical", "url=http://10.0.0.1:8080/generic?mac=${mac:hexhyp}"'),
    good: profileWithArgs('"priority=critical", "auto=true", "url=http://10.0.0.1:8080/generic?mac=${mac:hexhyp}"'),
  },
  {
    id: 'boot-arch',
    severity: 'error',
    title: 'A boot section for an architecture is for none, for one that has another section, or has no kernel',
    check: bootArchRule,
    bad: profileWith('"kernel": "vmlinuz", "arch": {"arm46": {"kernel": "Image"}}'),
    good: profileWith('"kernel": "vmlinuz", "arch": {"arm64": {"kernel": "Image"}}'),
  },
  {
    id: 'boot-common',
    severity: 'warning',
    title: 'Only machines of some architectures boot anything',
    check: bootCommonRule,
    bad: profileWith('"arch": {"arm64": {"kernel": "Image"}}'),
    good: profileWith('"kernel": "vmlinuz", "arch": {"arm64": {"kernel": "Image"}}'),
  },
  {
    id: 'provision-word',
    severity: 'error',
    title:
      'A word of `provision` or `ignition_version`, or of a group’s `matchbox_…` metadata, is none that the server knows',
    check: provisionWordRule,
    bad: [
      'profiles/p.json',
      '{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g",\n "provision": {"install": "onec"}}',
    ],
    good: [
      'profiles/p.json',
      '{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g",\n "provision": {"install": "once"}}',
    ],
  },
];
