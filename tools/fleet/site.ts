/** A data directory and assets for a simulated fleet. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedMachine } from './behaviour.ts';

/** Bytes of the kernel; the initrd has twice as many. */
const kernelBytes = 64 * 1024;

/** Writes `groups/`, `profiles/`, `generic/` and `assets/` into a folder. */
export function writeFleetSite(folder: string, fleet: readonly SimulatedMachine[]): void {
  for (const kind of ['groups', 'profiles', 'ignition', 'cloud', 'generic', 'assets'])
    mkdirSync(join(folder, kind), { recursive: true });
  const write = (path: string, content: string | Uint8Array) => writeFileSync(join(folder, path), content);
  write('assets/vmlinuz', Buffer.alloc(kernelBytes, 1));
  write('assets/initrd.img', Buffer.alloc(2 * kernelBytes, 2));
  write('generic/node.sh', '# {{.name}} in {{.rack}}, time from {{.ntp}}\nREPORT={{.matchbox_report_url}}\n');
  write(
    'profiles/worker.json',
    JSON.stringify({
      id: 'worker',
      name: 'Installs to the disk once',
      boot: {
        kernel: '/assets/vmlinuz',
        initrd: ['/assets/initrd.img'],
        args: ['url=http://127.0.0.1/generic?mac=${mac}'],
      },
      generic_id: 'node.sh',
      provision: { install: 'once' },
    }),
  );
  for (const { behaviour, name, mac, rack } of fleet) {
    if (behaviour === 'unknown') continue;
    const metadata = { name, rack, ntp: `ntp.${rack}.example.com` };
    write(`groups/${name}.json`, JSON.stringify({ id: name, name, profile: 'worker', selector: { mac }, metadata }));
  }
}
