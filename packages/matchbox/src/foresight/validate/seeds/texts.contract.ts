/** Mistakes one by one: what renders without an error and is wrong all the same. */
import { replace, type Seed, write } from '../seeding.contract.ts';
import { node1, node3, preseed } from './examples.contract.ts';

const cloud = 'cloud/debian.yaml';
const number = '"hostname": "node3",\n    "size": 2097152,';

export const outputFaults: Readonly<Record<string, Seed>> = {
  'number with an exponent': {
    edits: [replace(node3, '"hostname": "node3",', number), replace(preseed, '{{.domain}}', '{{.size}}')],
    finds: [['broken-output', preseed, '{{¦.size}}']],
  },
  'printf of a number as a whole one': {
    edits: [replace(node3, '"hostname": "node3",', number), replace(preseed, '{{.domain}}', '{{printf "%d" .size}}')],
    finds: [['broken-output', preseed, '{{¦printf "%d" .size}}']],
  },
  'printf of a text as a number': {
    edits: [replace(preseed, '{{.domain}}', '{{printf "%d" .domain}}')],
    finds: [['broken-output', preseed, '{{¦printf "%d" .domain}}']],
  },
  'printf without its argument': {
    edits: [replace(preseed, '{{.domain}}', '{{printf "%s.%s" .domain}}')],
    finds: [['broken-output', preseed, '{{¦printf "%s.%s" .domain}}']],
  },
  'printf with an argument too many': {
    edits: [replace(preseed, '{{.domain}}', '{{printf "%s" .domain .hostname}}')],
    finds: [['broken-output', preseed, '{{¦printf "%s" .domain .hostname}}']],
  },
  'index of what is not there': {
    edits: [replace(preseed, '{{.domain}}', '{{index . "domian"}}')],
    finds: [['broken-output', preseed, '{{¦index . "domian"}}']],
  },
  'null in metadata': {
    edits: [replace(node3, '"domain": "example.com"', '"domain": null')],
    finds: [['broken-output', node3, '"domain": ¦null']],
  },
};

export const cloudFaults: Readonly<Record<string, Seed>> = {
  'cloud-config that is a list': {
    edits: [write(cloud, '#cloud-config\n- hostname: a\n- package_update: true\n')],
    finds: [['cloud-not-map', cloud, '¦- hostname']],
  },
  'cloud-config that is a text': {
    edits: [write(cloud, '#cloud-config\nhostname node3\n')],
    finds: [['cloud-not-map', cloud, '¦hostname node3']],
  },
  'package_update misspelt': {
    edits: [replace(cloud, 'package_update', 'package_udpate')],
    finds: [['cloud-key', cloud, '¦package_udpate']],
  },
  'package-update with a hyphen': {
    edits: [replace(cloud, 'package_update', 'package-update')],
    finds: [['cloud-key', cloud, '¦package-update']],
  },
  'ssh_authorized_keys of a user misspelt': {
    edits: [replace(cloud, 'ssh_authorized_keys:', 'ssh_authorised_keys:')],
    finds: [['cloud-key', cloud, '¦ssh_authorised_keys:']],
  },
  'runcmd misspelt': {
    edits: [replace(cloud, 'package_update: true', 'package_update: true\nruncdm:\n  - [ls]')],
    finds: [['cloud-key', cloud, '¦runcdm']],
  },
  'write_files with a file’s key misspelt': {
    edits: [
      replace(cloud, 'package_update: true', 'package_update: true\nwrite_files:\n  - path: /a\n    contents: b'),
    ],
    finds: [['cloud-key', cloud, '¦contents']],
  },
};

const test = 'tests/node3.yaml';

export const testFaults: Readonly<Record<string, Seed>> = {
  'unknown key in a test': {
    edits: [write(test, 'tests:\n  - name: a\n    labels: {mac: 52:54:00:c3:61:77}\n    gruop: node3\n')],
    finds: [['test-file', test, '¦gruop']],
  },
  'unknown endpoint in a test': {
    edits: [write(test, 'tests:\n  - name: a\n    labels: {mac: a}\n    endpoints:\n      igniton: {}\n')],
    finds: [['test-file', test, '¦igniton']],
  },
  'unknown key of an endpoint in a test': {
    edits: [write(test, 'tests:\n  - name: a\n    labels: {mac: a}\n    endpoints:\n      ipxe: {contain: quiet}\n')],
    finds: [['test-file', test, '¦contain']],
  },
  'test file that is no map': { edits: [write(test, '- name: a\n')], finds: [['test-file', test, '¦- name']] },
};

/** What an old image is served. */
export const servedFaults: Readonly<Record<string, Seed>> = {
  'raw Ignition for an installer that reads no later one': {
    edits: [
      write('ignition/worker.ign', '{"ignition": {"version": "3.1.0"}}\n'),
      write(
        'profiles/worker.json',
        `{"id": "worker", "ignition_id": "worker.ign", "boot": {"kernel": "https://mirror.openshift.com/rhcos-4.7.7-x86_64-live-kernel-x86_64", "initrd": ["https://mirror.openshift.com/rhcos-4.7.7-x86_64-live-initramfs.x86_64.img"],
 "args": ["coreos.inst.install_dev=sda", "coreos.live.rootfs_url=https://mirror.openshift.com/rhcos-4.7.7-x86_64-live-rootfs.x86_64.img", "coreos.inst.ignition_url=http://matchbox.example.com:8080/ignition?mac=\${mac:hexhyp}"]}}`,
      ),
      write('groups/worker.json', '{"id": "worker", "profile": "worker", "selector": {"mac": "52:54:00:00:00:07"}}'),
    ],
    finds: [['ignition-too-new', 'ignition/worker.ign', '¦"version"']],
  },
  'label in a template that its URL does not send': {
    edits: [
      replace(node1, '"region": "east",', '"region": "east",\n    "labels": "{}",'),
      replace('ignition/fedora-coreos.yaml', '{{.region}}', '{{.request.query.hostname}}'),
    ],
    finds: [['template-error', 'ignition/fedora-coreos.yaml', '{{.request¦.query.hostname}}']],
  },
};
