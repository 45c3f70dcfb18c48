import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePacket, encodePacket, option, readText } from '@matchbox/netboot';
import { addressBytes, clientOptions, sampleMac, sampleMessage } from '@matchbox/netboot/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchbox as program } from '../../tools/programs.ts';
import { namespaceObstacle, Remote, udpScript, Wire } from './wire.ts';

describe.skipIf(namespaceObstacle !== undefined)('matchbox -netboot', () => {
  let folder: string;
  let wire: Wire;
  let client: Remote;
  let log = '';
  let stop: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'product-'));
    for (const each of ['data/groups', 'data/profiles', 'assets/ipxe', 'state'])
      await mkdir(join(folder, each), { recursive: true });
    await writeFile(join(folder, 'assets/ipxe/ipxe.efi'), 'the loader');
    await writeFile(join(folder, 'data/profiles/p.json'), '{"id": "p", "boot": {"kernel": "/k"}}');
    const metadata = { netboot_address: '10.77.0.7', netboot_hostname: 'node1' };
    await writeFile(
      join(folder, 'data/groups/node1.json'),
      JSON.stringify({ id: 'node1', profile: 'p', selector: { mac: sampleMac }, metadata }),
    );
    await writeFile(join(folder, 'data/groups/default.json'), '{"id": "default", "profile": "p"}');
    wire = await Wire.open();
    await wire.run('client', 'ip', ['addr', 'add', '10.77.0.50/24', 'dev', 'eth0']);
    client = new Remote(wire, 'client', udpScript);
    client.tell({ open: '68', address: '0.0.0.0', port: 68 });
    await client.next((event) => event.opened === '68', 'port 68');
  });

  afterAll(async () => {
    await stop();
    await wire.close();
    await rm(folder, { recursive: true });
  });

  /** Starts the server, or hears why it does not start. */
  async function matchbox(...flags: string[]): Promise<number | undefined> {
    await stop();
    log = '';
    const paths = [
      `-data-path=${join(folder, 'data')}`,
      `-assets-path=${join(folder, 'assets')}`,
      `-state-path=${join(folder, 'state')}`,
    ];
    const child = wire.start('server', program, [
      ...paths,
      '-address=0.0.0.0:8080',
      '-admin-address=127.0.0.1:9090',
      ...flags,
    ]);
    const closed = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
    const serving = new Promise<undefined>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk) => {
          log += chunk;
          if (/netboot: serving network/.test(log)) resolve(undefined);
        });
      }
    });
    stop = async () => {
      child.kill('SIGTERM');
      await closed;
    };
    return Promise.race([closed, serving]);
  }

  async function ask(type: 'DISCOVER' | 'REQUEST', transactionId: number, options: object, mac = sampleMac) {
    const bytes = encodePacket(sampleMessage(type, { ...options }, { transactionId, mac }));
    client.tell({ send: '68', hex: Buffer.from(bytes).toString('hex'), address: '255.255.255.255', port: 67 });
  }

  async function answer(transactionId: number) {
    const decode = (event: Record<string, unknown>) => decodePacket(Buffer.from(String(event.hex), 'hex')).message;
    return decode(
      await client.next((event) => decode(event)?.transactionId === transactionId, `an answer to ${transactionId}`),
    )!;
  }

  /** Lines are written a while after what they tell. */
  async function logged(line: RegExp): Promise<void> {
    while (!line.test(log)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  const fetch = (path: string) =>
    wire.run('client', 'curl', ['-s', '-w', ' %{http_code}', `http://10.77.0.1:8080${path}`]);

  test('=proxy names the script to a machine of a group, and is silent to one of the default group', async () => {
    expect(await matchbox('-netboot=proxy', '-netboot-interface=eth0')).toBeUndefined();
    await ask('DISCOVER', 1, clientOptions.ipxeEfi, '52:54:00:00:00:99');
    await ask('DISCOVER', 2, clientOptions.ipxeEfi);
    expect((await answer(2)).file).toBe('http://10.77.0.1:8080/netboot.ipxe');
    expect(client.rest).toEqual([]);
    await logged(/rule=proxy_offer/);
    await logged(/ignored: no group but a default matches the machine.* mac="52:54:00:00:00:99"/);
    expect(log).toContain('x86-64 UEFI (7): ipxe.efi, 10 bytes');
  });

  test('tells whoever follows it what was decided, of one machine alone', async () => {
    const command = ['netboot', 'log', '-once', '-o', 'json', sampleMac];
    const { output } = await wire.run('server', program, command, 60_000);
    const [decision] = output
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect(decision).toMatchObject({
      ...{ mac: sampleMac, type: 'DISCOVER', rule: 'proxy_offer', reply: 'OFFER', network: 'default', mode: 'proxy' },
      file: 'http://10.77.0.1:8080/netboot.ipxe',
    });
    expect(output).not.toContain('52:54:00:00:00:99');
  });

  test('serves the loader where UEFI HTTP boot is sent to, and by TFTP', async () => {
    await ask('DISCOVER', 3, clientOptions.ovmfHttp);
    const { file } = await answer(3);
    expect(file).toBe('http://10.77.0.1:8080/netboot/ipxe.efi');
    expect((await fetch('/netboot/ipxe.efi')).output).toBe('the loader 200');
    expect((await fetch('/netboot/none.efi')).output).toBe('404 page not found\n 404');
    expect((await wire.run('client', 'curl', ['-s', 'tftp://10.77.0.1/ipxe.efi'])).output).toBe('the loader');
    expect((await fetch('/netboot.ipxe')).output).toMatch(/^#!ipxe/);
  });

  test('tells the stories of machines what was decided and fetched', async () => {
    await ask('REQUEST', 30, { ...clientOptions.ovmfHttp, 50: addressBytes('10.77.0.50') });
    await ask('DISCOVER', 31, clientOptions.ovmfHttp);
    await answer(31);
    await fetch('/netboot/ipxe.efi');
    await stop();
    const files = (await readdir(join(folder, 'state'))).map((name) =>
      readFile(join(folder, 'state', name), 'utf8').catch(() => ''),
    );
    const kept = (await Promise.all(files)).join('');
    expect(kept).toMatch(/"kind":"dhcp"[^}]*"what":"DISCOVER","reason":"proxy_offer:http_loader"/);
    expect(kept).toMatch(/"kind":"loader"[^}]*"what":"ipxe.efi"[^}]*"reason":"http","bytes":10,/);
  });

  test('=dhcp gives a machine the address and the name of its group, and keeps the lease over a restart', async () => {
    const flags = [
      '-netboot=dhcp',
      '-netboot-interface=eth0',
      '-dhcp-range=10.77.0.100-10.77.0.110',
      '-dhcp-router=10.77.0.254',
      '-dhcp-lease=30m',
    ];
    expect(await matchbox(...flags)).toBeUndefined();
    await ask('DISCOVER', 4, clientOptions.linux);
    const offer = await answer(4);
    expect([offer.yourAddress, readText(offer, option.hostName), [...offer.options.get(51)!]]).toEqual([
      '10.77.0.7',
      'node1',
      [0, 0, 7, 8],
    ]);
    const wanted = { [option.requestedAddress]: addressBytes('10.77.0.7') };
    await ask('REQUEST', 5, { ...clientOptions.linux, ...wanted, 54: addressBytes('10.77.0.1') });
    expect((await answer(5)).yourAddress).toBe('10.77.0.7');
    expect(await matchbox(...flags)).toBeUndefined();
    await ask('REQUEST', 6, { ...clientOptions.linux, ...wanted });
    expect((await answer(6)).yourAddress).toBe('10.77.0.7');
    await logged(/rule=rebooted/);
  });

  test.each([
    ['a range that is none', ['-netboot=dhcp', '-dhcp-range=10.77.0.9'], 'invalid -dhcp-range: found \\"10.77.0.9\\"'],
    [
      'no range',
      ['-netboot=dhcp'],
      'netboot: mode dhcp needs a range of addresses to give, for example 10.77.0.100-10.77.0.200',
    ],
    [
      'an interface that is not there',
      ['-netboot=proxy', '-netboot-interface=eth9'],
      '-netboot-interface: there is no interface eth9 with an IPv4 address',
    ],
    [
      'HTTP on loopback alone',
      ['-netboot=proxy', '-netboot-interface=eth0', '-address=127.0.0.1:8080'],
      'HTTP is served on 127.0.0.1 alone: give -address=0.0.0.0:8080',
    ],
    [
      'no folder for the leases',
      ['-netboot=dhcp', '-netboot-interface=eth0', '-state-path=', '-dhcp-range=10.77.0.100-10.77.0.110'],
      '-state-path or -state is needed where addresses are given',
    ],
  ])('does not start with %s, and says what to do', async (_, flags, message) => {
    expect(await matchbox(...flags)).toBe(1);
    expect(log).toContain(message);
    stop = () => Promise.resolve();
  });

  test('netboot doctor looks at a host before the server runs', async () => {
    await stop();
    const { output } = await wire.run('server', program, [
      ...['netboot', 'doctor', '-o', 'json', '-netboot-interface=eth0', '-address=0.0.0.0:8080'],
      ...[`-data-path=${join(folder, 'data')}`, `-assets-path=${join(folder, 'assets')}`],
    ]);
    const { worst, findings } = JSON.parse(output) as { worst: string; findings: { about: string; text: string }[] };
    expect(worst).toBe('problem');
    expect(findings.filter(({ about }) => about === 'port' || about === 'servers').map(({ text }) => text)).toEqual([
      'UDP 67 (DHCP) is free, and may be opened',
      'UDP 69 (TFTP) is free, and may be opened',
      'UDP 4011 (PXE boot server) is free, and may be opened',
      'no DHCP server answers on this network',
    ]);
  });
});
