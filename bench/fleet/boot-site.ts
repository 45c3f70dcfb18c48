/** What a fleet boots from: a group for each machine, one profile that installs once, and images that are small enough to ask for thousands of times. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Real ones are a hundred to a thousand times as long, and would leave nothing of what recording costs. */
const imageBytes = { 'ipxe.efi': 64 * 1024, vmlinuz: 64 * 1024, 'initrd.img': 128 * 1024 };

/** As machines ask for it. */
export interface BootingMachine {
  readonly mac: string;
  readonly uuid: string;
  /** The loopback address that it asks from. */
  readonly address: string;
}

export function bootingMachine(index: number): BootingMachine {
  const hex = index.toString(16).padStart(6, '0');
  return {
    mac: `52:54:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`,
    uuid: `4c4c4544-0000-4000-8000-000000${hex}`,
    address: `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
  };
}

export function writeBootSite(folder: string, machines: number): void {
  for (const kind of ['groups', 'profiles', 'ignition', 'assets', 'loaders'])
    mkdirSync(join(folder, kind), { recursive: true });
  const write = (path: string, content: string | Uint8Array) => writeFileSync(join(folder, path), content);
  write('loaders/ipxe.efi', Buffer.alloc(imageBytes['ipxe.efi'], 'MZ'));
  for (const name of ['vmlinuz', 'initrd.img'] as const) write(`assets/${name}`, Buffer.alloc(imageBytes[name], name));
  write('profiles/worker.json', JSON.stringify(profile));
  write('ignition/worker.yaml', butane);
  for (let index = 0; index < machines; index++) {
    const { mac } = bootingMachine(index);
    const name = `node-${index}`;
    const metadata = { name, rack: `rack${index % 50}`, ntp: `ntp${index % 50}.example.com` };
    write(`groups/${name}.json`, JSON.stringify({ id: name, name, profile: 'worker', selector: { mac }, metadata }));
  }
}

const profile = {
  id: 'worker',
  name: 'Installs to the disk once',
  boot: {
    kernel: '/assets/vmlinuz',
    initrd: ['--name main /assets/initrd.img'],
    args: ['initrd=main', 'ignition.config.url=http://boot.example.test/ignition?uuid=${uuid}&mac=${mac:hexhyp}'],
  },
  ignition_id: 'worker.yaml',
  provision: { install: 'once' },
};

const butane = `variant: fcos
version: 1.5.0
storage:
  files:
    - path: /etc/hostname
      mode: 0644
      contents: { inline: "{{.name}}" }
    - path: /etc/chrony.conf
      mode: 0644
      contents: { inline: "server {{.ntp}} iburst" }
systemd:
  units:
    - name: report.service
      enabled: true
      contents: |
        [Unit]
        After=network-online.target
        [Service]
        Type=oneshot
        ExecStart=/usr/bin/curl -fsS {{.matchbox_report_url}} -d state=running
        [Install]
        WantedBy=multi-user.target
`;
