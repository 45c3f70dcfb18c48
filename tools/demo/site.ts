/** What the demonstration serves: a fleet that installs itself, and the mistakes that people make. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedMachine } from '../fleet/behaviour.ts';
import { writeFleetSite } from '../fleet/site.ts';

export function writeDemoSite(folder: string, fleet: readonly SimulatedMachine[]): void {
  writeFleetSite(folder, fleet);
  const racks = [...new Set(fleet.map(({ rack }) => rack))];
  const files = { 'generic/node.sh': nodeScript(racks), 'ignition/edge.yaml': edgeConfig, ...objects(racks) };
  for (const [path, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
    writeFileSync(join(folder, path), text);
  }
}

function nodeScript(racks: readonly string[]): string {
  const times = racks.map(
    (rack, index) => `{{${index === 0 ? '' : 'else '}if eq .rack "${rack}"}}NTP=ntp.${rack}.example.com`,
  );
  return [
    '# {{.name}} in {{.rack}}',
    ...times,
    '{{else}}NTP=ntp.example.com{{end}}',
    'REPORT={{.matchbox_report_url}}',
    '',
  ].join('\n');
}

const edgeConfig = `variant: flatcar
version: 1.1.0
storage:
  files:
    - path: /etc/hostname
      mode: 0644
      contents:
        inline: {{.name}}
    - path: /etc/systemd/timesyncd.conf.d/site.conf
      contents:
        inline: |
          [Time]
          NTP={{.ntp}}
passwd:
  users:
    - name: core
      password_hash: {{.admin_password_hash}}
`;

function objects(racks: readonly string[]) {
  return {
    'profiles/rescue.json': {
      id: 'rescue',
      name: 'A system in memory, for repairs',
      boot: { kernel: '/assets/vmlinuz', initrd: ['/assets/initrd.img'], args: ['rescue'] },
      provision: { ephemeral: true },
    },
    'profiles/edge.json': {
      id: 'edge',
      name: 'Flatcar at the edge',
      boot: {
        kernel: '/assets/vmlinuz',
        initrd: ['/assets/initrd.img'],
        args: ['flatcar.first_boot=1', 'ignition.config.url=http://127.0.0.1/ignition?mac=${mac:hexhyp}'],
      },
      ignition_id: 'edge.yaml',
    },
    // Its machine falls silent: `strangers.ts`.
    'groups/db1.json': {
      id: 'db1',
      name: 'db1',
      profile: 'worker',
      selector: { mac: '52:54:00:db:00:01' },
      metadata: { name: 'db1', rack: racks[0], ntp: 'ntp.example.com' },
    },
    'groups/edge1.json': {
      id: 'edge1',
      name: 'edge1',
      profile: 'edge',
      // One digit is another than the machine's: its page says so.
      selector: { mac: '52:54:00:ed:9e:02' },
      metadata: {
        name: 'edge1',
        ntp: 'ntp.edge.example.com',
        admin_password_hash: '$6$salt$notARealHashButOneInItsForm',
      },
    },
  };
}
