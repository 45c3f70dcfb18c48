/** Mistakes one by one: templates, and what they become. */
import { remove, replace, type Seed, write } from '../seeding.contract.ts';
import { coreosConfig, installConfig, node1, node3, preseed } from './examples.contract.ts';

export const templateFaults: Readonly<Record<string, Seed>> = {
  'action not closed': {
    edits: [replace(preseed, '{{.domain}}', '{{.domain}')],
    finds: [['template-syntax', preseed, '{{¦.domain}\n']],
  },
  'unknown function': {
    edits: [replace(preseed, '{{.domain}}', '{{upper .domain}}')],
    finds: [['template-syntax', preseed, '{{¦upper']],
  },
  'end missing': {
    edits: [replace('generic/discover.txt', '{{end -}}\n', '')],
    finds: [['template-syntax', 'generic/discover.txt', '{{$key}}={{$value}}\n¦']],
  },
  'end too many': {
    edits: [replace(preseed, 'd-i time/zone', '{{end}}\nd-i time/zone')],
    finds: [['template-syntax', preseed, '{{end¦}}']],
  },
  'variable not defined': {
    edits: [replace(preseed, '{{.domain}}', '{{$domain}}')],
    finds: [['template-syntax', preseed, '{{$domain¦}}']],
  },
  'template of another language': {
    edits: [replace(preseed, '{{.domain}}', '{{ domain | default("x") }}')],
    finds: [['template-syntax', preseed, '{{ ¦domain']],
  },
  'syntax of a template that nobody uses': {
    edits: [write('generic/spare.txt', '{{if}}\n')],
    finds: [
      ['template-syntax', 'generic/spare.txt', '{{if¦}}'],
      ['template-unused', 'generic/spare.txt', '¦{{if}}'],
    ],
  },
  'missing key': {
    edits: [replace(preseed, '{{.domain}}', '{{.domian}}')],
    finds: [['template-error', preseed, '{{¦.domian}}']],
  },
  'missing key in metadata': {
    edits: [replace(node1, '"region": "east",', '')],
    finds: [['template-error', coreosConfig, 'REGION={{¦.region}}']],
  },
  'missing key in a list': {
    edits: [replace('groups/node2.json', 'ssh_authorized_keys', 'ssh_keys')],
    finds: [['template-error', 'ignition/flatcar.yaml', '{{- range ¦.ssh']],
  },
  'missing nested key': {
    edits: [
      replace(node3, '"domain": "example.com"', '"network": {"domain": "example.com"}'),
      replace('cloud/debian.yaml', '{{.domain}}', '{{.network.domain}}'),
      replace(preseed, '{{.domain}}', '{{.network.search}}'),
    ],
    finds: [['template-error', preseed, '{{.network¦.search}}']],
  },
  'key of a key that is missing': {
    edits: [replace(preseed, '{{.domain}}', '{{.network.domain}}')],
    finds: [['template-error', preseed, '{{.network¦.domain}}']],
  },
  'key of a text': {
    edits: [replace(preseed, '{{.domain}}', '{{.domain.name}}')],
    finds: [['template-error', preseed, '{{.domain¦.name}}']],
  },
  'label that machines do not send': {
    edits: [replace(preseed, '{{.mac}}', '{{.request.query.rack}}')],
    finds: [['template-error', preseed, '{{.request¦.query.rack}}']],
  },
  'key in another case': {
    edits: [replace(preseed, '{{.domain}}', '{{.Domain}}')],
    finds: [['template-error', preseed, '{{¦.Domain}}']],
  },
  'range over a text': {
    edits: [
      replace(
        node3,
        /* */ '"ssh_authorized_keys": [\n      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC8NfwqqKvDrOeJGWuS0lNxF6cZ8eMhYHbH6xmhJKkdA operator@example.com"\n    ]',
        '"ssh_authorized_keys": "ssh-ed25519 AAAA"',
      ),
    ],
    finds: [['template-error', 'cloud/debian.yaml', '{{- range ¦.ssh']],
  },
  'index out of range': {
    edits: [replace(preseed, '{{.domain}}', '{{index .ssh_authorized_keys 3}}')],
    finds: [['template-error', preseed, '{{¦index .ssh']],
  },
  'template that is not there': {
    edits: [replace(preseed, '{{.domain}}', '{{template "domain"}}')],
    finds: [['template-error', preseed, '{{template ¦"domain"']],
  },
  'no #cloud-config': {
    edits: [replace('cloud/debian.yaml', '#cloud-config\n', '')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '¦# For cloud-init']],
  },
  'space in #cloud-config': {
    edits: [replace('cloud/debian.yaml', '#cloud-config\n', '# cloud-config\n')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '¦# cloud-config']],
  },
  'tab in a cloud-config': {
    edits: [replace('cloud/debian.yaml', '    shell: /bin/bash', '\tshell: /bin/bash')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '¦\tshell']],
  },
  'wrong indentation in a cloud-config': {
    edits: [replace('cloud/debian.yaml', '    shell: /bin/bash', '   shell: /bin/bash')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '   ¦shell']],
  },
  'colon missing in a cloud-config': {
    edits: [replace('cloud/debian.yaml', 'package_update: true', 'package_update true')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '¦package_update true']],
  },
  'unknown key in Butane': {
    edits: [replace(installConfig, 'mode: 0755', 'mod: 0755')],
    finds: [['butane-warning', installConfig, '¦mod: 0755']],
  },
  'unknown section in Butane': {
    edits: [replace(coreosConfig, 'systemd:\n', 'system:\n')],
    finds: [['butane-warning', coreosConfig, '¦system:']],
  },
  'wrong indentation in Butane': {
    edits: [replace(installConfig, '      mode: 0755', '     mode: 0755')],
    finds: [['butane-error', installConfig, '\n     ¦mode']],
  },
  'key of the wrong parent in Butane': {
    edits: [replace(coreosConfig, '      enabled: true', '  enabled: true')],
    finds: [['butane-error', coreosConfig, '  enabled: true\n      contents¦:']],
  },
  'tab in Butane': {
    edits: [replace(installConfig, '      mode: 0755', '\tmode: 0755')],
    finds: [['butane-error', installConfig, '¦\tmode']],
  },
  'no variant': {
    edits: [replace(installConfig, 'variant: flatcar\n', '')],
    finds: [['butane-error', installConfig, '¦version: 1.1.0']],
  },
  'unknown variant': {
    edits: [replace(installConfig, 'variant: flatcar', 'variant: coreos')],
    finds: [['butane-error', installConfig, 'variant: ¦coreos']],
  },
  'no version': {
    edits: [replace(installConfig, 'version: 1.1.0\n', '')],
    finds: [['butane-error', installConfig, '¦variant: flatcar']],
  },
  'version too new': {
    edits: [replace(installConfig, 'version: 1.1.0', 'version: 1.9.0')],
    finds: [['butane-error', installConfig, 'version: ¦1.9.0']],
  },
  'version of another variant': {
    edits: [replace(installConfig, 'version: 1.1.0', 'version: 1.5.0')],
    finds: [['butane-error', installConfig, 'version: ¦1.5.0']],
  },
  'version is a number': {
    edits: [replace(installConfig, 'version: 1.1.0', 'version: 1.1')],
    finds: [['butane-error', installConfig, 'version: ¦1.1\n']],
  },
  'mode as a text': {
    edits: [replace(installConfig, 'mode: 0755', 'mode: "0755"')],
    finds: [['butane-error', installConfig, 'mode: ¦"0755"']],
  },
  'mode in decimal': {
    edits: [replace(installConfig, 'mode: 0755', 'mode: 755')],
    finds: [['butane-warning', installConfig, 'mode: ¦755']],
  },
  'path without a slash': {
    edits: [replace(installConfig, 'path: /opt', 'path: opt')],
    finds: [['butane-error', installConfig, 'path: ¦opt']],
  },
  'the same path twice': {
    edits: [replace(coreosConfig, '/etc/node.env\n', '/etc/hostname\n')],
    finds: [
      [
        'butane-error',
        coreosConfig,
        '    - ¦path: /etc/hostname\n      mode: 0644\n      contents:\n        inline: |\n          REGION',
      ],
    ],
  },
  'key twice in Butane': {
    edits: [replace(installConfig, 'mode: 0755', 'mode: 0755\n      mode: 0644')],
    finds: [['butane-error', installConfig, '¦mode: 0644']],
  },
  'unit without its suffix': {
    edits: [replace(installConfig, 'installer.service\n', 'installer\n')],
    finds: [['butane-error', installConfig, 'name: ¦installer\n']],
  },
  'unit that is no unit': {
    edits: [replace(installConfig, 'Type=oneshot', 'Type oneshot')],
    finds: [['butane-error', installConfig, 'contents: ¦|\n        [Unit]']],
  },
  'unit without [Install]': {
    edits: [replace(installConfig, '\n        [Install]\n        WantedBy=multi-user.target', '')],
    finds: [['butane-warning', installConfig, 'contents: ¦|\n        [Unit]']],
  },
  'Ignition that is no JSON': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {"version": "3.4.0"},\n}\n'),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '\n}¦']],
  },
  'Ignition too new': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {"version": "3.9.0"}}\n'),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '¦"version"']],
  },
  'Ignition without a version': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {}}\n'),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '¦{"ign']],
  },
  'Ignition with mode as a text': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write(
        'ignition/flatcar.ign',
        '{"ignition": {"version": "3.4.0"},\n "storage": {"files": [{"path": "/a", "mode": "0644"}]}}\n',
      ),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '"mode": "0644"¦']],
  },
  'Ignition with an unknown key': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {"version": "3.4.0"},\n "storag": {}}\n'),
    ],
    finds: [['ignition-warning', 'ignition/flatcar.ign', '¦"storag"']],
  },
  'Ignition with a relative path': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {"version": "3.4.0"},\n "storage": {"files": [{"path": "a"}]}}\n'),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '"path": ¦"a"']],
  },
};
