/** What a rule of `matchbox validate` is, and the directory that the examples of all rules are put into. */
import type { Remark, Severity } from './finding.ts';
import type { Project } from './project.ts';

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

/** What the examples are put into. A profile uses every template, and the group the profile; the network gives addresses. */
export const exampleBase: Readonly<Record<string, string>> = {
  'groups/a.json': '{"id": "a", "profile": "p", "selector": {"mac": "52:54:00:a1:9c:ae"}, "metadata": {"disk": "sda"}}',
  'profiles/p.json': '{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g"}',
  'ignition/i.yaml': 'variant: fcos\nversion: 1.5.0\n',
  'cloud/c.yaml': '#cloud-config\n',
  'generic/g': '{{.disk}}\n',
  'networks/n.json': '{"id": "n", "mode": "dhcp", "subnet": "10.77.0.0/24", "ranges": ["10.77.0.100-10.77.0.200"]}',
};

export const goodGroup: Example = ['groups/a.json', exampleBase['groups/a.json']!];
export const goodProfile: Example = ['profiles/p.json', exampleBase['profiles/p.json']!];
export const goodGeneric: Example = ['generic/g', exampleBase['generic/g']!];

/** @param boot members of the boot section, in JSON */
export function profileWith(boot: string): Example {
  return [
    'profiles/p.json',
    `{"id": "p", "ignition_id": "i.yaml", "cloud_id": "c.yaml", "generic_id": "g",\n "boot": {${boot}}}`,
  ];
}

/** @param args arguments in JSON; the kernel is one that no rule knows */
export function profileWithArgs(args: string): Example {
  return profileWith(`"kernel": "vmlinuz", "args": [${args}]`);
}

/** @param selector its members, in JSON */
export function groupWith(selector: string, file = 'a'): Example {
  return [
    `groups/${file}.json`,
    `{"id": "${file}", "profile": "p", "selector": {${selector}}, "metadata": {"disk": "sda"}}`,
  ];
}
