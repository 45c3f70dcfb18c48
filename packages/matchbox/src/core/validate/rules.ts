/** The rules of `matchbox validate`, all of them; docs/reference/validate.md is printed from here. */
import {
  firstBootRule,
  grubAmpersandRule,
  ignitionLabelsRule,
  initrdMissingRule,
  installDefaultRule,
  lineBreakRule,
  rootfsRule,
} from './boot-rules.ts';
import { duplicateKeyRule, faultRule, idMismatchRule, unknownFieldRule } from './file-rules.ts';
import type { Remark, Severity } from './finding.ts';
import type { Project } from './project.ts';
import {
  assetMissingRule,
  profileMissingRule,
  profileUnusedRule,
  templateMissingRule,
  templateUnusedRule,
} from './reference-rules.ts';
import { renderRule, templateSyntaxRule } from './rendering.ts';
import { secondStageRule } from './second-stage.ts';
import {
  groupUnreachableRule,
  selectorCaseRule,
  selectorEmptyRule,
  selectorKeyRule,
  selectorsEqualRule,
  severalDefaultsRule,
  uuidFormRule,
} from './selector-rules.ts';

/** A file and what is in it. The rest of the directory is `exampleBase`. */
export type Example = readonly [file: string, text: string];

export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly check: (project: Project) => readonly Remark[];
  readonly bad: Example;
  readonly good: Example;
}

/** What the examples are put into. A profile uses every template, and the group the profile. */
export const exampleBase: Readonly<Record<string, string>> = {
  'groups/a.json': '{"id": "a", "profile": "p", "selector": {"mac": "52:54:00:a1:9c:ae"}, "metadata": {"disk": "sda"}}',
  'profiles/p.json': '{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g"}',
  'ignition/i.yaml': 'variant: fcos\nversion: 1.5.0\n',
  'cloud/c.yaml': '#cloud-config\n',
  'generic/g': '{{.disk}}\n',
};

const goodGroup: Example = ['groups/a.json', exampleBase['groups/a.json']!];
const goodProfile: Example = ['profiles/p.json', exampleBase['profiles/p.json']!];
const goodGeneric: Example = ['generic/g', exampleBase['generic/g']!];

function profile(boot: string): Example {
  return [
    'profiles/p.json',
    `{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g",\n "boot": {${boot}}}`,
  ];
}

function group(selector: string, file = 'a'): Example {
  return [
    `groups/${file}.json`,
    `{"id": "${file}", "profile": "p", "selector": {${selector}}, "metadata": {"disk": "sda"}}`,
  ];
}

const liveKernel = 'https://example.com/fedora-coreos-41.20250302.3.2-live-kernel-x86_64';
const oldKernel = 'https://example.com/fedora-coreos-36.20220906.3.2-live-kernel-x86_64';
const rootfs = 'coreos.live.rootfs_url=https://example.com/rootfs.img';

export const rules: readonly Rule[] = [
  {
    id: 'unreadable',
    severity: 'error',
    title: 'A file cannot be read: no permission, a link to nowhere, a device',
    check: faultRule('unreadable'),
    bad: ['groups/b.json', '(a link to a file that is not there)'],
    good: goodGroup,
  },
  {
    id: 'json-syntax',
    severity: 'error',
    title: 'A group or profile is not JSON',
    check: faultRule('json-syntax'),
    bad: ['groups/b.json', '{"id": "b",}'],
    good: goodGroup,
  },
  {
    id: 'field-type',
    severity: 'error',
    title: 'A field has a value of another type',
    check: faultRule('field-type'),
    bad: ['groups/b.json', '{"id": "b", "profile": "p", "selector": {"rack": 7}}'],
    good: group('"rack": "7"', 'b'),
  },
  {
    id: 'id-missing',
    severity: 'error',
    title: 'A profile has no id',
    check: faultRule('id-missing'),
    bad: ['profiles/q.json', '{"name": "q"}'],
    good: goodProfile,
  },
  {
    id: 'mac-invalid',
    severity: 'error',
    title: 'A selector’s MAC address is none',
    check: faultRule('mac-invalid'),
    bad: group('"mac": "52:54:00:a1:9c"', 'b'),
    good: goodGroup,
  },
  {
    id: 'unknown-field',
    severity: 'error',
    title: 'A field does not exist, so that it is ignored',
    check: unknownFieldRule,
    bad: ['groups/b.json', '{"id": "b", "profile": "p", "selectors": {"rack": "7"}, "metadata": {"disk": "sda"}}'],
    good: group('"rack": "7"', 'b'),
  },
  {
    id: 'duplicate-key',
    severity: 'warning',
    title: 'A key is given twice in one object',
    check: duplicateKeyRule,
    bad: group('"rack": "7", "rack": "8"', 'b'),
    good: group('"rack": "7", "row": "8"', 'b'),
  },
  {
    id: 'id-mismatch',
    severity: 'warning',
    title: 'An id differs from the file’s name',
    check: idMismatchRule,
    bad: ['groups/b.json', '{"id": "c", "profile": "p", "selector": {"rack": "7"}, "metadata": {"disk": "sda"}}'],
    good: group('"rack": "7"', 'b'),
  },
  {
    id: 'profile-missing',
    severity: 'error',
    title: 'A group’s profile does not exist',
    check: profileMissingRule,
    bad: ['groups/b.json', '{"id": "b", "profile": "worker", "selector": {"rack": "7"}}'],
    good: group('"rack": "7"', 'b'),
  },
  {
    id: 'template-missing',
    severity: 'error',
    title: 'A profile’s template does not exist',
    check: templateMissingRule,
    bad: ['profiles/p.json', '{"id": "p", "ignition_id": "i.yml", "cloud_id": "c.yaml", "generic_id": "g"}'],
    good: goodProfile,
  },
  {
    id: 'asset-missing',
    severity: 'warning',
    title: 'A kernel or initrd below /assets/ does not exist',
    check: assetMissingRule,
    bad: profile('"kernel": "/assets/missing"'),
    good: profile('"kernel": "https://example.com/vmlinuz"'),
  },
  {
    id: 'profile-unused',
    severity: 'warning',
    title: 'No group uses a profile',
    check: profileUnusedRule,
    bad: ['profiles/spare.json', '{"id": "spare"}'],
    good: goodProfile,
  },
  {
    id: 'template-unused',
    severity: 'warning',
    title: 'No profile uses a template',
    check: templateUnusedRule,
    bad: ['generic/spare', 'text\n'],
    good: goodGeneric,
  },
  {
    id: 'selectors-equal',
    severity: 'error',
    title: 'Two groups have equal selectors, so that one of them never wins',
    check: selectorsEqualRule,
    bad: group('"mac": "52-54-00-A1-9C-AE"', 'b'),
    good: group('"mac": "52:54:00:a1:9c:af"', 'b'),
  },
  {
    id: 'several-defaults',
    severity: 'error',
    title: 'More than one group has no selectors',
    check: severalDefaultsRule,
    bad: group('', 'b'),
    good: group('"rack": "7"', 'b'),
  },
  {
    id: 'group-unreachable',
    severity: 'warning',
    title: 'A file among the groups is none that matching reads, so that it never wins',
    check: groupUnreachableRule,
    bad: ['groups/rack7/b.json', '{"id": "rack7/b", "profile": "p", "selector": {"rack": "7"}}'],
    good: group('"rack": "7"', 'b'),
  },
  {
    id: 'selector-case',
    severity: 'warning',
    title: 'Selectors of one group differ only in case',
    check: selectorCaseRule,
    bad: group('"rack": "7", "Rack": "7"', 'b'),
    good: group('"rack": "7"', 'b'),
  },
  {
    id: 'selector-key',
    severity: 'error',
    title: 'A selector’s key is a label of boot loaders, or `os`, in another case, which no machine sends',
    check: selectorKeyRule,
    bad: group('"UUID": "9a1c2b3d-0000-4000-8000-52540012ab34"', 'b'),
    good: group('"uuid": "9a1c2b3d-0000-4000-8000-52540012ab34"', 'b'),
  },
  {
    id: 'selector-empty',
    severity: 'warning',
    title: 'A selector’s value is empty, which matches machines that do not send the label',
    check: selectorEmptyRule,
    bad: group('"rack": ""', 'b'),
    good: group('"rack": "7"', 'b'),
  },
  {
    id: 'uuid-form',
    severity: 'error',
    title: 'A selector’s UUID cannot match as written',
    check: uuidFormRule,
    bad: group('"uuid": "9A1C2B3D-0000-4000-8000-52540012AB34"', 'b'),
    good: group('"uuid": "9a1c2b3d-0000-4000-8000-52540012ab34"', 'b'),
  },
  {
    id: 'line-break',
    severity: 'error',
    title: 'A kernel, initrd or argument contains a line break',
    check: lineBreakRule,
    bad: profile('"kernel": "vmlinuz", "args": ["quiet\\nboot"]'),
    good: profile('"kernel": "vmlinuz", "args": ["quiet"]'),
  },
  {
    id: 'template-syntax',
    severity: 'error',
    title: 'A template cannot be parsed',
    check: templateSyntaxRule,
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
    id: 'cloud-invalid',
    severity: 'error',
    title: 'A rendered cloud-config is neither a script nor `#cloud-config` and YAML',
    check: renderRule('cloud-invalid'),
    bad: ['cloud/c.yaml', 'hostname: a\n'],
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
    title: 'The profile’s image is older than the first Ignition that reads the config’s version',
    check: (project) => [...renderRule('ignition-too-new')(project), ...secondStageRule(project)],
    bad: profile(`"kernel": "${oldKernel}", "args": ["${rootfs}"]`),
    good: profile(`"kernel": "${liveKernel}", "args": ["${rootfs}"]`),
  },
  {
    id: 'initrd-argument',
    severity: 'warning',
    title: '`initrd=` is missing for a named initrd, which UEFI needs, or names none that is there',
    check: initrdMissingRule,
    bad: profile('"kernel": "vmlinuz", "initrd": ["--name main initrd.img"]'),
    good: profile('"kernel": "vmlinuz", "initrd": ["--name main initrd.img"], "args": ["initrd=main"]'),
  },
  {
    id: 'first-boot',
    severity: 'error',
    title: 'An Ignition URL is given, but not `ignition.firstboot` or `flatcar.first_boot`',
    check: firstBootRule,
    bad: profile('"kernel": "vmlinuz", "args": ["ignition.config.url=http://example.com/ignition?mac=${mac:hexhyp}"]'),
    good: profile(
      '"kernel": "vmlinuz", "args": ["ignition.firstboot", "ignition.config.url=http://example.com/ignition?mac=${mac:hexhyp}"]',
    ),
  },
  {
    id: 'rootfs-url',
    severity: 'error',
    title: '`coreos.live.rootfs_url` is missing for a live kernel',
    check: rootfsRule,
    bad: profile(`"kernel": "${liveKernel}"`),
    good: profile(`"kernel": "${liveKernel}", "args": ["${rootfs}"]`),
  },
  {
    id: 'ignition-labels',
    severity: 'warning',
    title: 'An Ignition URL drops uuid or mac, by which the group was chosen',
    check: ignitionLabelsRule,
    bad: profile(
      '"kernel": "vmlinuz", "args": ["ignition.firstboot", "ignition.config.url=http://example.com/ignition"]',
    ),
    good: profile(
      '"kernel": "vmlinuz", "args": ["ignition.firstboot", "ignition.config.url=http://example.com/ignition?mac=${mac:hexhyp}"]',
    ),
  },
  {
    id: 'grub-ampersand',
    severity: 'warning',
    title: 'An `&` without quotes in a profile that shows no sign of iPXE: GRUB’s shell takes it',
    check: grubAmpersandRule,
    bad: profile('"kernel": "(http;example.com)/vmlinuz", "args": ["url=http://example.com/generic?os=a&mac=$mac"]'),
    good: profile(
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
      '{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g",\n "boot": {"kernel": "vmlinuz", "args": ["coreos.inst.install_dev=/dev/sda"]}}',
    ],
    good: profile('"kernel": "vmlinuz"'),
  },
];
