/** Rules about templates and what they render to. */

import { faultRule } from '../checks/file.ts';
import { servedVersionRule } from '../checks/served-version.ts';
import { renderRule } from '../rendered/render-all.ts';
import { goodGeneric, profileWith, type Rule } from '../rule.ts';

const liveKernel = 'https://example.com/fedora-coreos-41.20250302.3.2-live-kernel-x86_64';
const oldKernel = 'https://example.com/fedora-coreos-36.20220906.3.2-live-kernel-x86_64';
const rootfs = 'coreos.live.rootfs_url=https://example.com/rootfs.img';

export const templateRules: readonly Rule[] = [
  {
    id: 'template-syntax',
    severity: 'error',
    title: 'A template cannot be parsed',
    check: faultRule('template-syntax'),
    bad: ['generic/g', '{{if .disk}}\n'],
    good: goodGeneric,
  },
  {
    id: 'template-error',
    severity: 'error',
    title: 'A template fails with a group’s labels: a missing key, a wrong type',
    check: renderRule('template-error'),
    bad: ['generic/g', 'disk {{.disc}}\n'],
    good: ['generic/g', 'disk {{.disk}}\n'],
  },
  {
    id: 'broken-output',
    severity: 'error',
    title: 'A template writes `<no value>`, `%!d(float64=100)`, or a whole number with an exponent',
    check: renderRule('broken-output'),
    bad: ['generic/g', '{{printf "%d" .disk}}\n'],
    good: ['generic/g', '{{printf "%s" .disk}}\n'],
  },
  {
    id: 'boot-script',
    severity: 'error',
    title: 'A rendered boot script is none: no `#!ipxe`, a `goto` without its label, an open brace or quote of GRUB',
    check: renderRule('boot-script'),
    bad: profileWith('"ipxe_id": "g"'),
    good: profileWith('"kernel": "vmlinuz"'),
  },
  {
    id: 'cloud-invalid',
    severity: 'error',
    title: 'A rendered cloud-config is neither a script nor `#cloud-config` and YAML',
    check: renderRule('cloud-invalid'),
    bad: ['cloud/c.yaml', 'hostname: a\n'],
    good: ['cloud/c.yaml', '#cloud-config\nhostname: a\n'],
  },
  {
    id: 'cloud-not-map',
    severity: 'error',
    title: 'A rendered cloud-config is YAML, but no map',
    check: renderRule('cloud-not-map'),
    bad: ['cloud/c.yaml', '#cloud-config\n- hostname: a\n'],
    good: ['cloud/c.yaml', '#cloud-config\nhostname: a\n'],
  },
  {
    id: 'cloud-key',
    severity: 'warning',
    title: 'A key of a rendered cloud-config is misspelt',
    check: renderRule('cloud-key'),
    bad: ['cloud/c.yaml', '#cloud-config\nhostnam: a\n'],
    good: ['cloud/c.yaml', '#cloud-config\nhostname: a\n'],
  },
  {
    id: 'butane-error',
    severity: 'error',
    title: 'A rendered Butane config cannot be translated, or becomes Ignition that is not valid',
    check: renderRule('butane-error'),
    bad: ['ignition/i.yaml', 'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: etc/motd\n'],
    good: ['ignition/i.yaml', 'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /etc/motd\n'],
  },
  {
    id: 'butane-warning',
    severity: 'warning',
    title: 'Butane warns of something in a rendered config, as of unused keys',
    check: renderRule('butane-warning'),
    bad: ['ignition/i.yaml', 'variant: fcos\nversion: 1.5.0\nstorage:\n  file:\n    - path: /etc/motd\n'],
    good: ['ignition/i.yaml', 'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /etc/motd\n'],
  },
  {
    id: 'ignition-invalid',
    severity: 'error',
    title: 'An Ignition file is not valid',
    check: renderRule('ignition-invalid'),
    bad: ['ignition/i.ign', '{"ignition": {"version": "9.9.9"}}'],
    good: ['ignition/i.ign', '{"ignition": {"version": "3.4.0"}}'],
  },
  {
    id: 'ignition-warning',
    severity: 'warning',
    title: 'An Ignition file has something that Ignition warns of, as unused keys',
    check: renderRule('ignition-warning'),
    bad: ['ignition/i.ign', '{"ignition": {"version": "3.4.0"}, "storag": {}}'],
    good: ['ignition/i.ign', '{"ignition": {"version": "3.4.0"}}'],
  },
  {
    id: 'ignition-too-new',
    severity: 'error',
    title: 'The profile’s image has an Ignition that does not read the version that it is served',
    check: (project) => [...renderRule('ignition-too-new')(project), ...servedVersionRule(project)],
    bad: profileWith(`"kernel": "${oldKernel}", "initrd": ["initramfs.img"], "args": ["${rootfs}"]`),
    good: profileWith(`"kernel": "${liveKernel}", "initrd": ["initramfs.img"], "args": ["${rootfs}"]`),
  },
];
