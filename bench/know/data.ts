/**
 * A data directory as large sites have it: thousands of machines by MAC address, some twenty profiles, Butane templates in which
 * every machine's own metadata stand, so that no two renderings are equal.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const profileCount = 20;

/** @param folder where `groups/`, `profiles/`, `ignition/`, `cloud/` and `generic/` are made */
export function writeSite(folder: string, groupCount: number): void {
  for (const kind of ['groups', 'profiles', 'ignition', 'cloud', 'generic']) {
    mkdirSync(join(folder, kind), { recursive: true });
  }
  for (let i = 0; i < profileCount; i++) writeProfile(folder, i);
  for (let i = 0; i < groupCount; i++) writeFileSync(join(folder, groupFile(i)), groupText(i));
  writeJson(folder, 'groups/default.json', { id: 'default', profile: 'discover' });
  writeJson(folder, 'profiles/discover.json', { id: 'discover', boot: bootOf('quiet'), ignition_id: 'discover.ign' });
  writeJson(folder, 'ignition/discover.ign', {
    ignition: { version: '3.4.0' },
    systemd: {
      units: [
        {
          name: 'report.service',
          enabled: true,
          contents: '[Service]\nExecStart=/usr/bin/report\n[Install]\nWantedBy=multi-user.target\n',
        },
      ],
    },
  });
}

export function groupFile(i: number): string {
  return `groups/node-${i}.json`;
}

/** @param note any text; another one is a change of the file that changes the machine's answers */
export function groupText(i: number, note = 'first'): string {
  const rack = Math.floor(i / 40);
  return `${JSON.stringify(
    {
      id: `node-${i}`,
      name: `Node ${i} in rack ${rack}`,
      profile: `role-${i % profileCount}`,
      selector: { mac: macOf(i), ...(i % 4 === 0 && { os: 'installed' }) },
      metadata: {
        hostname: `node-${i}`,
        domain: `rack-${rack}.example.com`,
        note,
        network: { address: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`, prefix: '16', gateway: '10.0.0.1' },
        dns: ['10.0.0.2', '10.0.0.3'],
        ssh_keys: [key(i % 7), key(7)],
        labels: { rack: `${rack}`, zone: 'abc'[rack % 3] },
      },
    },
    null,
    2,
  )}\n`;
}

/** The query that the machine of a group sends. */
export function queryOf(i: number): string {
  return `uuid=00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}&mac=${macOf(i).replaceAll(':', '-')}&domain=&hostname=&serial=S${i}${i % 4 === 0 ? '&os=installed' : ''}`;
}

export function macOf(i: number): string {
  const hex = i.toString(16).padStart(6, '0');
  return `52:54:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
}

function key(i: number): string {
  return `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1atMb1zq0mW5gqVt1yD1cQmG0xEo9Y6L7gC1xS1wE${i} ops-${i}@example.com`;
}

function writeJson(folder: string, file: string, value: unknown): void {
  writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
}

function bootOf(argument: string) {
  const release = 'https://builds.example.com/fedora-coreos-41.20250302.3.2-live';
  return {
    kernel: `${release}-kernel-x86_64`,
    initrd: [`--name main ${release}-initramfs.x86_64.img`],
    args: [
      'initrd=main',
      `coreos.live.rootfs_url=${release}-rootfs.x86_64.img`,
      'ignition.firstboot',
      'ignition.platform.id=metal',
      'ignition.config.url=http://boot.example.com:8080/ignition?uuid=${uuid}&mac=${mac:hexhyp}',
      argument,
    ],
  };
}

/** Every fourth profile has a cloud-config or a plain file besides its Butane template. */
function writeProfile(folder: string, i: number): void {
  const cloud = i % 4 === 1;
  const generic = i % 4 === 2;
  writeJson(folder, `profiles/role-${i}.json`, {
    id: `role-${i}`,
    name: `Role ${i}`,
    boot: bootOf(`role=${i}`),
    ignition_id: `role-${i}.yaml`,
    ...(cloud && { cloud_id: `role-${i}.yaml` }),
    ...(generic && { generic_id: `role-${i}.env` }),
  });
  writeFileSync(join(folder, `ignition/role-${i}.yaml`), butaneTemplate(i));
  if (cloud) writeFileSync(join(folder, `cloud/role-${i}.yaml`), cloudTemplate);
  if (generic) writeFileSync(join(folder, `generic/role-${i}.env`), genericTemplate);
}

const cloudTemplate = `#cloud-config
hostname: {{.hostname}}.{{.domain}}
ssh_authorized_keys:
{{- range .ssh_keys}}
  - {{.}}
{{- end}}
`;

const genericTemplate = `HOSTNAME={{.hostname}}
RACK={{.labels.rack}}
{{with index .request.query "os"}}OS={{.}}
{{end}}ADDRESS={{.network.address}}
`;

/** 36 to 60 lines: users, host name, network, and a few units. */
function butaneTemplate(i: number): string {
  const units = Array.from({ length: 1 + (i % 3) }, (_, n) => unit(`role-${i}-${n}`)).join('');
  return `variant: fcos
version: 1.${4 + (i % 2)}.0
passwd:
  users:
    - name: core
      ssh_authorized_keys:
{{- range .ssh_keys}}
        - {{.}}
{{- end}}
storage:
  files:
    - path: /etc/hostname
      mode: 0644
      contents:
        inline: {{.hostname}}.{{.domain}}
    - path: /etc/NetworkManager/system-connections/lan.nmconnection
      mode: 0600
      contents:
        inline: |
          [connection]
          id=lan
          type=ethernet
          [ipv4]
          method=manual
          address1={{.network.address}}/{{.network.prefix}},{{.network.gateway}}
          dns={{range .dns}}{{.}};{{end}}
${i % 2 === 0 ? node : ''}systemd:
  units:
${units}`;
}

const node = `    - path: /etc/node.env
      mode: 0644
      contents:
        inline: |
          RACK={{.labels.rack}}
          ZONE={{.labels.zone}}
          NOTE={{.note}}
`;

function unit(name: string): string {
  return `    - name: ${name}.service
      enabled: true
      contents: |
        [Unit]
        After=network-online.target
        [Service]
        ExecStart=/usr/bin/${name} --zone {{.labels.zone}}
        [Install]
        WantedBy=multi-user.target
`;
}
