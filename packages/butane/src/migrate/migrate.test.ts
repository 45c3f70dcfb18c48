import { expect, test } from 'vitest';
import { translate } from '../translate.ts';
import { type MigrateOptions, type Migration, migrate } from './migrate.ts';

function migrated(source: string, options?: MigrateOptions): Extract<Migration, { butane: string }> {
  const made = migrate(source, options);
  if (!('butane' in made)) throw new Error(`${made.code}: ${made.error}`);
  return made;
}

/** The Ignition config that the new Butane becomes. */
function becomes(source: string, options?: MigrateOptions): unknown {
  const { butane } = migrated(source, options);
  const { output, error, report } = translate(butane);
  expect({ error, report }).toEqual({ error: undefined, report: [] });
  return JSON.parse(output!);
}

const noted = (source: string, options?: MigrateOptions) =>
  migrated(source, options).notes.map(
    ({ kind, code, path, line, column }) => `${kind} ${code} ${path.join('.')} ${line}:${column}`,
  );

test('migrate enables units by the key that Butane has', () => {
  const text = `systemd:
  units:
    - name: a.service
      enable: true
      contents: |
        [Install]
        WantedBy=multi-user.target
    - name: b.service
      enabled: false
      dropins:
        - name: 10-x.conf
          contents: |
            [Service]
            Restart=always
    - name: c.service
      enable: false
      mask: true
`;
  expect(migrated(text)).toEqual({
    language: 'container-linux-config',
    notes: [],
    butane: `variant: flatcar
version: 1.1.0
${text.replace('enable: true', 'enabled: true').replace('      enable: false\n', '')}`,
  });
});

test('migrate writes networkd’s units as files', () => {
  const text =
    'networkd:\n  units:\n    - name: 00-eth.network\n      contents: |\n        [Match]\n        Name=eth0\n      dropins: [{name: x.conf, contents: "[DHCP]"}]\n';
  expect(becomes(text)).toEqual({
    ignition: { version: '3.4.0' },
    storage: {
      files: [
        {
          path: '/etc/systemd/network/00-eth.network',
          mode: 0o644,
          overwrite: true,
          contents: { compression: '', source: 'data:,%5BMatch%5D%0AName%3Deth0%0A' },
        },
        {
          path: '/etc/systemd/network/00-eth.network.d/x.conf',
          mode: 0o644,
          overwrite: true,
          contents: { compression: '', source: 'data:,%5BDHCP%5D' },
        },
      ],
    },
  });
});

test('migrate names files by their path in the running system', () => {
  const text = `systemd:
  units:
    - name: var-lib-data.mount
      contents: |
        [Mount]
        What=/dev/disk/by-label/data
        Where=/var/lib/data
storage:
  filesystems:
    - {name: data, mount: {device: /dev/disk/by-label/data, format: ext4, wipe_filesystem: true}}
    - {name: boot, path: /sysroot/boot}
  files:
    - {filesystem: root, path: /a, contents: {inline: a}}
    - {filesystem: data, path: /b, mode: 0600}
    - {filesystem: boot, path: /c, append: true, contents: {remote: {url: "http://x/c"}}}
    - {filesystem: lost, path: /d}
    - {filesystem: mine, path: /e}
    - {filesystem: root, path: /a}
`;
  const { storage } = becomes(text, { mounts: { mine: '/srv' } }) as { storage: unknown };
  expect(storage).toEqual({
    filesystems: [{ device: '/dev/disk/by-label/data', format: 'ext4', path: '/var/lib/data', wipeFilesystem: true }],
    files: [
      { path: '/a', overwrite: true, contents: { compression: '', source: 'data:,a' } },
      { path: '/var/lib/data/b', mode: 0o600, overwrite: true, contents: { compression: '', source: 'data:,' } },
      { path: '/boot/c', append: [{ source: 'http://x/c' }] },
      { path: '/srv/e', overwrite: true, contents: { compression: '', source: 'data:,' } },
    ],
  });
  expect(noted(text, { mounts: { mine: '/srv' } })).toEqual([
    'lost filesystem-without-path storage.files.3.filesystem 16:20',
    'lost duplicate-path storage.files.5.path 18:32',
  ]);
});

test('migrate counts sizes in MiB', () => {
  const text = `storage:
  disks:
    - device: /dev/sda
      wipe_table: true
      partitions:
        - {label: a, number: 1, start: 1MiB, size: 10GiB}
        - {label: b, number: 2, start: 12GiB, size: 1.5KiB}
`;
  expect(migrated(text).butane).toContain(`        - label: a
          number: 1
          start_mib: 1
          size_mib: 10240
        - label: b
          number: 2
          start_mib: 12288
`);
  expect(noted(text)).toEqual(['lost size-no-mebibytes storage.disks.0.partitions.1.size 7:53']);
});

test('migrate writes the services’ sections as the units and files that they always became', () => {
  const text = `update: {group: Beta, server: "https://u.example.com/"}
locksmith: {reboot_strategy: "off", etcd_endpoints: "http://a,http://b"}
docker: {flags: [--debug, --x]}
etcd: {version: 3.3.12, name: n1, initial_cluster: "n1=http://10.0.0.1:2380", debug: true}
`;
  expect(migrated(text).butane).toContain(`    - path: /etc/flatcar/update.conf
      mode: 0644
      overwrite: true
      contents:
        inline: |
          GROUP=beta
          SERVER=https://u.example.com/
          REBOOT_STRATEGY="off"
          LOCKSMITHD_ENDPOINTS="http://a,http://b"
`);
  expect((becomes(text) as { systemd: { units: unknown } }).systemd.units).toEqual([
    {
      name: 'etcd-member.service',
      enabled: true,
      dropins: [
        {
          name: '20-clct-etcd-member.conf',
          contents: `[Service]
Environment="ETCD_IMAGE_TAG=v3.3.12"
ExecStart=
ExecStart=/usr/lib/flatcar/etcd-wrapper $ETCD_OPTS \\
  --name="n1" \\
  --initial-cluster="n1=http://10.0.0.1:2380" \\
  --debug=true
`,
        },
      ],
    },
    {
      name: 'docker.service',
      enabled: true,
      dropins: [{ name: '20-clct-docker.conf', contents: '[Service]\nEnvironment="DOCKER_OPTS=--debug --x"\n' }],
    },
  ]);
  expect(noted(text, { variant: 'fcos' })).toEqual([
    'lost service-not-available update 1:9',
    'lost service-not-available locksmith 2:12',
    'lost service-not-available docker 3:9',
    'lost service-not-available etcd 4:7',
  ]);
});

test('migrate reads Ignition spec 2', () => {
  const hash = `sha512-${'0'.repeat(128)}`;
  const text = JSON.stringify({
    ignition: {
      version: '2.2.0',
      config: { append: [{ source: 'http://x/y.ign', verification: { hash } }] },
      timeouts: { httpTotal: 30 },
      security: { tls: { certificateAuthorities: [{ source: 'http://x/ca' }] } },
    },
    passwd: { users: [{ name: 'core', sshAuthorizedKeys: ['k'], create: { uid: 7, homeDir: '/h' } }] },
    storage: {
      disks: [{ device: '/dev/sda', wipeTable: true, partitions: [{ label: 'a', size: 4194304, start: 2048 }] }],
      raid: [{ name: 'r', level: 'raid1', devices: ['/dev/a', '/dev/b'] }],
      files: [{ filesystem: 'root', path: '/a', mode: 420, contents: { source: 'data:,x%20y' } }],
      links: [{ filesystem: 'root', path: '/l', target: '/a', hard: true }],
    },
    systemd: { units: [{ name: 'a.service', enable: true }] },
  });
  expect(becomes(text, { variant: 'fcos' })).toEqual({
    ignition: {
      version: '3.4.0',
      config: { merge: [{ source: 'http://x/y.ign', verification: { hash } }] },
      timeouts: { httpTotal: 30 },
      security: { tls: { certificateAuthorities: [{ source: 'http://x/ca' }] } },
    },
    passwd: { users: [{ name: 'core', sshAuthorizedKeys: ['k'], uid: 7, homeDir: '/h' }] },
    storage: {
      disks: [{ device: '/dev/sda', wipeTable: true, partitions: [{ label: 'a', sizeMiB: 2048, startMiB: 1 }] }],
      raid: [{ name: 'r', level: 'raid1', devices: ['/dev/a', '/dev/b'] }],
      files: [{ path: '/a', mode: 420, overwrite: true, contents: { compression: '', source: 'data:,x%20y' } }],
      links: [{ path: '/l', target: '/a', hard: true }],
    },
    systemd: { units: [{ name: 'a.service', enabled: true }] },
  });
  expect(noted(text)).toEqual(['check referenced-config ignition.config.append.0 1:52']);
});

test('migrate keeps template actions where they stand', () => {
  const text = `{{/* a node */}}
{{ if index . "ssh_authorized_keys" }}
passwd:
  users:
    - name: "{{.user}}"
      ssh_authorized_keys:
        {{- range $key := .ssh_authorized_keys }}
        - {{$key}}
        {{- end}}
{{ end }}
storage:
  files:
    {{range .files}}
    - path: {{.path}}
      filesystem: root
      {{if .mode}}
      mode: {{.mode}}
      {{end}}
      contents:
        inline: |
          {{if eq .kind "}}"}}
          x={{.x}}
          {{end}}
    {{end}}
`;
  const kept = text.replace('      filesystem: root\n', '').replace(/^ {4}\{\{end\}\}$/m, '      overwrite: true\n$&');
  expect(migrated(text).butane).toBe(`variant: flatcar\nversion: 1.1.0\n${kept}`);
});

test('migrate says where a section left the action behind that stood around it', () => {
  const text = '{{if .x}}\nnetworkd: {units: [{name: a.network, contents: x}]}\n{{end}}\nsystemd: {units: []}\n';
  expect(noted(text)).toEqual(['check template-action  1:1']);
});

test('migrate reports every key that it does not know', () => {
  const text =
    'storage:\n  files:\n    - {filesystem: root, path: /a, colour: red}\n  trees: []\nfoo: 1\nsystemd: text\n';
  expect(noted(text)).toEqual([
    'lost unknown-key storage.files.0.colour 3:36',
    'lost unknown-key storage.trees 4:3',
    'lost unknown-key foo 5:1',
    'lost wrong-type systemd 6:10',
  ]);
});

test.each([
  ['variant: fcos\nversion: 1.5.0\n', 'up-to-date', { line: 1, column: 1 }],
  ['{"ignition":{"version":"3.2.0"}}', 'up-to-date', { line: 1, column: 24 }],
  ['{"ignitionVersion":1}', 'too-old', { line: 1, column: 2 }],
  ['#cloud-config\nhostname: a\n', 'unknown-language', undefined],
  ['', 'unknown-language', undefined],
  ['a: [', 'yaml', { line: 2, column: 1 }],
  ['a: {{.x}}\nb: ]\n', 'yaml', { line: 2, column: 4 }],
])('migrate of %j is refused: %s', (text, code, place) => {
  expect(migrate(text)).toMatchObject({ code, ...(place && { place }) });
  expect(migrate(text)).not.toHaveProperty('butane');
});
