import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePacket, encodePacket } from '@matchbox/netboot';
import { clientOptions, sampleMac, sampleMessage } from '@matchbox/netboot/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchbox } from '../../tools/programs.ts';
import { namespaceObstacle, Remote, udpScript, Wire } from './wire.ts';

const lacks = (program: string) => !process.env.PATH!.split(':').some((folder) => isExecutable(join(folder, program)));

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(namespaceObstacle !== undefined)('networks as files', () => {
  let folder: string;
  let wire: Wire;
  let client: Remote;
  let log = '';
  let transactionId = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'networks-'));
    for (const each of ['data/groups', 'data/profiles', 'data/networks', 'state'])
      await mkdir(join(folder, each), { recursive: true });
    await writeFile(join(folder, 'data/profiles/p.json'), '{"id": "p"}');
    await writeFile(
      join(folder, 'data/groups/node1.json'),
      JSON.stringify({ id: 'node1', profile: 'p', selector: { mac: sampleMac } }),
    );
    await describeNetwork('lab', { subnet: '10.77.0.0/24', mode: 'proxy' });
    wire = await Wire.open();
    await wire.addFar();
    client = new Remote(wire, 'client', udpScript);
    client.tell({ open: 'all', address: '0.0.0.0', port: 68 });
    await client.next((event) => event.opened === 'all', 'port 68');
    const child = wire.start('server', matchbox, [
      ...['-address=0.0.0.0:8080', '-netboot=networks', '-netboot-interface=eth0'],
      ...[`-data-path=${join(folder, 'data')}`, '-assets-path=', `-state-path=${join(folder, 'state')}`],
    ]);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (log += chunk));
    await logged(/serving network lab in mode proxy/);
  });

  afterAll(async () => {
    await wire.close();
    await rm(folder, { recursive: true });
  });

  const describeNetwork = (id: string, network: object | string) =>
    writeFile(
      join(folder, `data/networks/${id}.json`),
      typeof network === 'string' ? network : JSON.stringify({ id, ...network }),
    );

  async function logged(line: RegExp): Promise<void> {
    while (!line.test(log)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  const send = (id: number, mac: string) =>
    client.tell({
      ...{ send: 'all', address: '255.255.255.255', port: 67 },
      hex: Buffer.from(
        encodePacket(sampleMessage('DISCOVER', clientOptions.ipxeEfi, { transactionId: id, mac })),
      ).toString('hex'),
    });

  /** Asks until there is an answer: what a file says is in force a moment after it was written. */
  async function fileUntil(wanted: (file: string) => boolean, mac = sampleMac): Promise<string> {
    for (;;) {
      const id = ++transactionId;
      send(id, mac);
      const answer = client
        .next((event) => decode(event)?.transactionId === id, `an answer to ${id}`)
        .then(decode, () => undefined);
      const file = await Promise.race([answer, pause(1500)]).then((message) => message?.file ?? '');
      if (wanted(file)) return file;
      await pause(1500);
    }
  }

  const pause = (ms: number) => new Promise<undefined>((resolve) => setTimeout(resolve, ms, undefined));
  const decode = (event: Record<string, unknown>) => decodePacket(Buffer.from(String(event.hex), 'hex')).message;

  test('a network is served as its file says, and anew as soon as the file is another', async () => {
    expect(await fileUntil((file) => file !== '')).toBe('http://10.77.0.1:8080/netboot.ipxe');
    await describeNetwork('lab', { subnet: '10.77.0.0/24', mode: 'proxy', script_url: 'http://10.77.0.1:8080/other' });
    await fileUntil((file) => file === 'http://10.77.0.1:8080/other');
    await describeNetwork('lab', { subnet: '10.77.0.0/24', mode: 'proxy', deny: [sampleMac.slice(0, 8)] });
    while (!/rule=denied/.test(log)) {
      send(++transactionId, sampleMac);
      await pause(1500);
    }
    expect(log).toContain('ignored: the machine is on the deny list');
  });

  test('a broken file is named with its place, and what it said before stays in force', async () => {
    await describeNetwork('lab', { subnet: '10.77.0.0/24', mode: 'proxy', script_url: 'http://10.77.0.1:8080/good' });
    await fileUntil((file) => file === 'http://10.77.0.1:8080/good');
    await describeNetwork('lab', '{"id": "lab", "mode": "proxy",\n "subnet": "10.77.0.0/99"}');
    await logged(/Network \\?"lab\\?": subnet .*10\.77\.0\.0\/99.* is none.*networks\/lab\.json:2:12/);
    expect(await fileUntil((file) => file !== '')).toBe('http://10.77.0.1:8080/good');
  });

  test.skipIf(lacks('dnsmasq') || lacks('udhcpc'))(
    'a machine behind a relay gets an address of the network that the relay is in',
    async () => {
      await describeNetwork('rack1', {
        subnet: '10.78.0.0/24',
        mode: 'dhcp',
        answer: 'all',
        ranges: ['10.78.0.100-10.78.0.101'],
        routers: ['10.78.0.254'],
        domain_name: 'rack1.example.com',
      });
      await logged(/serving network rack1 in mode dhcp/);
      const relay = wire.start('client', 'dnsmasq', [
        ...['--conf-file=/dev/null', '-k', '--port=0', '--user=root', '--pid-file=', '--log-facility=-'],
        ...['--interface=eth1', '--interface=eth0', '--dhcp-relay=10.78.0.254,10.77.0.1'],
      ]);
      await new Promise<void>((resolve) =>
        relay.stderr!.on('data', (chunk) => /DHCP relay from/.test(String(chunk)) && resolve()),
      );
      const script = join(folder, 'script');
      await writeFile(
        script,
        `#!/bin/sh\n[ "$1" = bound ] && echo "$ip $router $domain $serverid" > ${join(folder, 'bound')}\nexit 0\n`,
      );
      await chmod(script, 0o755);
      await wire.run('far', 'udhcpc', ['-f', '-q', '-n', '-i', 'eth0', '-s', script]);
      expect(await readFile(join(folder, 'bound'), 'utf8')).toBe(
        '10.78.0.100 10.78.0.254 rack1.example.com 10.77.0.1\n',
      );
      expect(await readFile(join(folder, 'state/leases-rack1.journal'), 'utf8')).toContain('10.78.0.100');
    },
    60_000,
  );

  test('a network whose file is gone is not served any more', async () => {
    await rm(join(folder, 'data/networks/lab.json'));
    await logged(/network lab is not served any more/);
  });
});
