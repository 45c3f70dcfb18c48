/**
 * Situations on a wire, against the command line in each of its modes: what firmware sends with its quirks, and what becomes of it by
 * the models of firmware. That nothing is answered is proved by the answer to a later message.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DhcpMessage, decodePacket, encodePacket, messageTypeOf, option } from '@matchbox/netboot';
import {
  addressBytes,
  biosRom,
  bytesOf,
  clientOptions,
  edk2,
  type Firmware,
  httpBoot,
  ipxe,
  type Options,
  plainOffer,
  sampleMac,
  sampleMessage,
} from '@matchbox/netboot/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchbox } from '../../tools/programs.ts';
import { namespaceObstacle, Remote, udpScript, Wire } from './wire.ts';

const range = '-dhcp-range=10.77.0.100-10.77.0.249';
const modes = {
  off: ['-netboot=off'],
  'dry-run': ['-netboot=dry-run', range],
  proxy: ['-netboot=proxy'],
  dhcp: ['-netboot=dhcp', range, '-dhcp-router=10.77.0.254'],
  auto: ['-netboot=auto'],
} as const;
type Mode = keyof typeof modes;

interface Sent {
  readonly options: Options;
  readonly type?: Parameters<typeof sampleMessage>[0];
  readonly fields?: Partial<Omit<DhcpMessage, 'options'>> & { readonly mac?: string };
  /** The client's socket, by its port. */
  readonly from?: 67 | 68 | 1068 | 4011;
  readonly to?: { readonly address: string; readonly port: number };
  /** Changes the bytes. */
  readonly mangle?: (bytes: Buffer) => Buffer;
}

interface Got {
  readonly message: DhcpMessage;
  /** The client's socket that it came to, and the server's that it came from. */
  readonly at: string;
  readonly from: string;
}

const { biosRom: rom, ovmf, ovmfHttp, ipxeBios, ipxeEfi, linux, debianInstaller } = clientOptions;
const us = { [option.serverIdentifier]: addressBytes('10.77.0.1') };
const wants = (address: string): Options => ({ [option.requestedAddress]: addressBytes(address) });
const without = (options: Options, ...codes: number[]): Options =>
  Object.fromEntries(Object.entries(options).filter(([code]) => !codes.includes(Number(code))));
const arch = (code: number, vendor = 'PXEClient'): Options => ({
  ...ovmf,
  [option.vendorClass]: bytesOf(`${vendor}:Arch:${String(code).padStart(5, '0')}:UNDI:003016`),
  [option.architecture]: bytesOf(code >> 8, code & 255),
});
/** A machine of its own for each situation: what one has got says nothing of the next. */
const mac = (last: number) => `52:54:00:00:01:${last.toString(16).padStart(2, '0')}`;
const bootPort = { address: '10.77.0.1', port: 4011 };
const unicast = { address: '10.77.0.1', port: 67 };
const script = 'chains http://10.77.0.1:8080/netboot.ipxe';
const ask = 'asks 10.77.0.1:4011';
const tftp = (file: string) => `boots ${file} from 10.77.0.1`;

describe.skipIf(namespaceObstacle !== undefined)('on a wire, the command line', () => {
  let folder: string;
  let wire: Wire;
  let client: Remote;
  let transactionId = 1000;
  let stop: () => Promise<void> = () => Promise.resolve();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'situations-'));
    for (const each of ['data/groups', 'data/profiles', 'assets', 'loaders'])
      await mkdir(join(folder, each), { recursive: true });
    for (const name of ['undionly.kpxe', 'ipxe.efi', 'ipxe-arm64.efi'])
      await writeFile(join(folder, 'loaders', name), `the loader ${name}`);
    await writeFile(join(folder, 'data/profiles/p.json'), '{"id": "p", "boot": {"kernel": "/k"}}');
    await writeFile(join(folder, 'data/groups/default.json'), '{"id": "default", "profile": "p"}');
    const metadata = { netboot_address: '10.77.0.7' };
    const reserved = { id: 'reserved', profile: 'p', selector: { mac: mac(0xf0) }, metadata };
    await writeFile(join(folder, 'data/groups/reserved.json'), JSON.stringify(reserved));
    const optedOut = { id: 'out', profile: 'p', selector: { mac: mac(0xf1) }, metadata: { netboot: 'false' } };
    await writeFile(join(folder, 'data/groups/out.json'), JSON.stringify(optedOut));
    wire = await Wire.open();
    await wire.run('client', 'ip', ['addr', 'add', '10.77.0.50/24', 'dev', 'eth0']);
    client = new Remote(wire, 'client', udpScript);
    for (const [port, address] of [
      [68, '0.0.0.0'],
      [67, '10.77.0.50'],
      [1068, '10.77.0.50'],
      [4011, '10.77.0.50'],
    ] as const) {
      client.tell({ open: String(port), address, port });
      await client.next((event) => event.opened === String(port), `port ${port}`);
    }
  });

  afterAll(async () => {
    await stop();
    await wire.close();
    await rm(folder, { recursive: true });
  });

  async function serve(mode: Mode): Promise<void> {
    await stop();
    const flags = [
      '-address=10.77.0.1:8080',
      '-netboot-interface=eth0',
      '-netboot-unknown',
      '-admin-address=10.77.0.1:9090',
    ];
    const paths = ['data', 'assets'].map((name) => `-${name}-path=${join(folder, name)}`);
    const leases = `-state-path=${join(folder, `state-${mode}`)}`;
    const all = [...flags, ...modes[mode], ...paths, leases, `-loaders=${join(folder, 'loaders')}`];
    const child = wire.start('server', matchbox, all);
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    stop = async () => {
      child.kill('SIGTERM');
      await closed;
    };
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr!.on('data', (chunk) => {
        log += chunk;
        if (/netboot: serving network/.test(log) || (mode === 'off' && log.includes('in force'))) resolve();
      });
      void closed.then(() => reject(new Error(log)));
    });
  }

  function send({ options, type = 'DISCOVER', fields = {}, from = 68, to, mangle = (bytes) => bytes }: Sent): number {
    const id = transactionId++;
    const bytes = mangle(Buffer.from(encodePacket(sampleMessage(type, options, { ...fields, transactionId: id }))));
    const { address, port } = to ?? { address: '255.255.255.255', port: 67 };
    client.tell({ send: String(from), hex: bytes.toString('hex'), address, port });
    return id;
  }

  const messageOf = (event: Record<string, unknown>) =>
    event.hex === undefined ? undefined : decodePacket(Buffer.from(String(event.hex), 'hex')).message;

  async function answerTo(id: number): Promise<Got> {
    const event = await client.next((each) => messageOf(each)?.transactionId === id, `an answer to ${id}`);
    return { message: messageOf(event)!, at: String(event.got), from: `${event.address}:${event.port}` };
  }

  const exchange = (sent: Sent) => answerTo(send(sent));

  /** A message that is answered: of eight machines in turn, since one is answered so often and no more. */
  async function sentinel(): Promise<void> {
    await exchange({ options: ipxeEfi, fields: { mac: `52:54:00:00:02:0${transactionId % 8}` } });
  }

  /** Nothing has come for this one when an answer to a later one has. */
  async function isSilent(sent: Sent): Promise<boolean> {
    const id = send(sent);
    await sentinel();
    return !client.rest.some((event) => messageOf(event)?.transactionId === id);
  }

  describe.each([
    ['proxy', true],
    ['dhcp', false],
    ['auto', true],
  ] as const)('in mode %s', (mode, beside) => {
    beforeAll(() => serve(mode), 60_000);

    test.each<[string, Firmware, Sent, string, string]>([
      ['a ROM that wants no broadcasts', biosRom, { options: rom }, tftp('undionly.kpxe'), tftp('undionly.kpxe')],
      ['UEFI', edk2, { options: ovmf, fields: { flags: 0x8000 } }, ask, tftp('ipxe.efi')],
      ['UEFI that says 9', edk2, { options: arch(9) }, ask, tftp('ipxe.efi')],
      ['arm64 UEFI, or U-Boot that says so', edk2, { options: arch(11) }, ask, tftp('ipxe-arm64.efi')],
      ['UEFI HTTP', httpBoot, { options: ovmfHttp }, 'boots http://10.77.0.1:8080/netboot/ipxe.efi', ''],
      [
        'arm64 UEFI HTTP',
        httpBoot,
        { options: arch(19, 'HTTPClient') },
        'boots http://10.77.0.1:8080/netboot/ipxe-arm64.efi',
        '',
      ],
      ['iPXE of a ROM', ipxe, { options: ipxeBios }, script, script],
      [
        'iPXE that took over a proxy’s class',
        ipxe,
        { options: { ...ipxeEfi, 60: bytesOf('PXEClient') } },
        script,
        script,
      ],
      ['iPXE by RFC 3004', ipxe, { options: { ...without(ipxeEfi, 175), 77: bytesOf(4, 'iPXE') } }, script, script],
      ['iPXE whose class is another’s', ipxe, { options: { ...ipxeEfi, 77: bytesOf('rack7') } }, script, script],
      [
        'an Intel card without UUID',
        biosRom,
        { options: without(rom, 97, 94) },
        tftp('undionly.kpxe'),
        tftp('undionly.kpxe'),
      ],
      [
        'a UUID of 16 bytes',
        biosRom,
        { options: { ...rom, 97: new Uint8Array(16) } },
        tftp('undionly.kpxe'),
        tftp('undionly.kpxe'),
      ],
      ['a class without option 93', edk2, { options: without(ovmf, 93) }, ask, tftp('ipxe.efi')],
      [
        'a machine that has tried for long',
        edk2,
        { options: ovmf, fields: { seconds: 65_535, hops: 16 } },
        ask,
        tftp('ipxe.efi'),
      ],
      ['riscv64, for which there is no file', edk2, { options: arch(27) }, 'no boot file', 'no boot file'],
      ['ia32 UEFI', edk2, { options: arch(6) }, 'no boot file', 'no boot file'],
      [
        'a wish for every option',
        edk2,
        { options: { ...ovmf, 55: Uint8Array.from({ length: 200 }, (_, at) => at + 1) } },
        ask,
        tftp('ipxe.efi'),
      ],
      ['the smallest size there is', edk2, { options: { ...ovmf, 57: bytesOf(2, 0x40) } }, ask, tftp('ipxe.efi')],
    ])('%s boots', async (name, firmware, sent, byProxy, byDhcp) => {
      const own = mac(name.length + (mode === 'dhcp' ? 0 : 0x80));
      const { message, from, at } = await exchangeOrNone({ ...sent, fields: { ...sent.fields, mac: own } });
      const asked = sampleMessage('DISCOVER', sent.options, {
        ...sent.fields,
        mac: own,
        transactionId: message?.transactionId ?? 0,
      });
      const offers = [...(beside ? [plainOffer(asked)] : []), ...(message === undefined ? [] : [message])];
      expect(firmware(asked, offers)).toBe(beside ? byProxy : byDhcp || byProxy);
      if (message === undefined) return;
      expect([from, at]).toEqual(['10.77.0.1:67', '68']);
      expect(encodePacket(message).length).toBeGreaterThanOrEqual(300);
      if (beside) expect([1, 3, 6, 51, 58, 59].filter((code) => message.options.has(code))).toEqual([]);
    });

    /** A proxy is silent to firmware that it has no file for. */
    async function exchangeOrNone(sent: Sent): Promise<Partial<Got>> {
      const id = send(sent);
      await sentinel();
      return client.rest.some((event) => messageOf(event)?.transactionId === id) ? answerTo(id) : {};
    }

    test.each<[string, Sent]>([
      ['a server’s own message', { options: ovmf, fields: { operation: 2 } }],
      [
        'BOOTP',
        { options: ovmf, mangle: (bytes) => Buffer.from(bytes.toString('hex').replace('350101', '000000'), 'hex') },
      ],
      ['another cookie', { options: ovmf, mangle: (bytes) => bytes.fill(1, 236, 240) }],
      ['options without an end', { options: ovmf, mangle: (bytes) => bytes.subarray(0, 250) }],
      ['token ring', { options: ovmf, fields: { hardwareType: 6 } }],
      ['a relay that is ourselves', { options: ovmf, fields: { relayAddress: '10.77.0.1' } }],
      ['a relay by multicast', { options: ovmf, fields: { relayAddress: '224.0.0.1' } }],
      ['Apple’s boot protocol', { type: 'INFORM', options: { ...linux, 60: bytesOf('AAPLBSDPC/i386') } }],
      [
        'a REQUEST on port 67 that takes another server’s offer',
        { type: 'REQUEST', options: { ...ovmf, 54: addressBytes('10.77.0.2'), ...wants('10.77.0.60') } },
      ],
      ['a RELEASE', { type: 'RELEASE', options: us, fields: { clientAddress: '10.77.0.60' } }],
      ['a DISCOVER on port 4011', { options: ovmf, to: bootPort, from: 4011 }],
      [
        'a REQUEST on port 4011 for another server',
        { type: 'REQUEST', options: { ...ovmf, 54: addressBytes('10.77.0.2') }, to: bootPort, from: 4011 },
      ],
    ])('%s is not answered', async (_name, sent) => {
      expect(await isSilent({ ...sent, fields: { mac: mac(0x70), ...sent.fields } })).toBe(true);
    });

    test.each([68, 4011, 1068] as const)('port 4011 answers port %i, from which it was asked', async (from) => {
      const fields = { clientAddress: '10.77.0.50', mac: mac(0x71) };
      const { message, ...got } = await exchange({ type: 'REQUEST', options: ovmf, fields, from, to: bootPort });
      expect([messageTypeOf(message), message.file, message.nextServer, got.at, got.from]).toEqual([
        'ACK',
        'ipxe.efi',
        '10.77.0.1',
        String(from),
        '10.77.0.1:4011',
      ]);
    });

    test('a relay gets its answer at port 67, its option 82 last and as it was', async () => {
      const fields = { relayAddress: '10.77.0.50', hops: 1, mac: mac(0x72) };
      const options = { ...ovmf, 82: bytesOf(1, 4, 'port', 2, 2, 0, 7) };
      const { message, at } = await exchange({ options, fields, from: 67, to: unicast });
      expect([at, message.relayAddress, [...message.options].at(-1)]).toEqual(['67', '10.77.0.50', [82, options[82]]]);
    });

    test('a Raspberry Pi and a machine whose group says no get no boot file', async () => {
      for (const own of ['dc:a6:32:00:00:01', mac(0xf1)]) {
        const got = await exchangeOrNone({ options: rom, fields: { mac: own } });
        expect([own, got.message?.file ?? '', got.message?.options.has(67) ?? false]).toEqual([own, '', false]);
      }
    });

    test.each([
      ['Linux', linux],
      ['the Debian installer', debianInstaller],
      ['Windows', { ...linux, 60: bytesOf('MSFT 5.0') }],
      ['a class in other letters', { ...ovmf, 60: bytesOf('pxeclient:Arch:00007') }],
    ] as [string, Options][])('%s gets no boot file, and of a proxy nothing', async (name, options) => {
      const { message } = await exchangeOrNone({ options, fields: { mac: mac(0xa0 + name.length) } });
      expect(message === undefined).toBe(beside);
      expect([message?.file ?? '', [43, 60, 66, 67].filter((code) => message?.options.has(code))]).toEqual(['', []]);
    });
  });

  describe('as the DHCP server', () => {
    beforeAll(() => serve('dhcp'), 60_000);

    test('gives ROM, iPXE and system one address, whatever they call themselves', async () => {
      const addresses: string[] = [];
      for (const options of [rom, { ...ipxeBios, 61: bytesOf('x') }, linux, without(linux, 61)]) {
        const fields = { mac: mac(0xb0) };
        const { yourAddress } = (await exchange({ options, fields })).message;
        const taken = await exchange({
          type: 'REQUEST',
          options: { ...options, ...us, ...wants(yourAddress) },
          fields,
        });
        addresses.push(yourAddress, taken.message.yourAddress);
      }
      expect(new Set(addresses).size).toBe(1);
    });

    test('offers the same again to a machine that asks again, and another’s reservation to nobody', async () => {
      const fields = { mac: mac(0xb1) };
      const first = (await exchange({ options: ovmf, fields })).message.yourAddress;
      expect((await exchange({ options: ovmf, fields })).message.yourAddress).toBe(first);
      const greedy = await exchange({ options: { ...ovmf, ...wants('10.77.0.7') }, fields: { mac: mac(0xb2) } });
      expect(greedy.message.yourAddress).not.toBe('10.77.0.7');
      expect((await exchange({ options: ovmf, fields: { mac: mac(0xf0) } })).message.yourAddress).toBe('10.77.0.7');
    });

    test('refuses an address of another network, to everybody’s ears, and says nothing of one that it does not know', async () => {
      const wrong = await exchange({
        type: 'REQUEST',
        options: { ...linux, ...wants('10.99.0.1') },
        fields: { mac: mac(0xb3) },
      });
      expect([messageTypeOf(wrong.message), wrong.message.yourAddress, [...wrong.message.options.keys()]]).toEqual([
        'NAK',
        '0.0.0.0',
        [53, 54, 61, 56].filter((code) => wrong.message.options.has(code)),
      ]);
      expect(
        await isSilent({ type: 'REQUEST', options: { ...linux, ...wants('10.77.0.60') }, fields: { mac: mac(0xb4) } }),
      ).toBe(true);
    });

    test('puts an address aside that its machine found in use', async () => {
      const fields = { mac: mac(0xb5) };
      const { yourAddress } = (await exchange({ options: ovmf, fields })).message;
      await exchange({ type: 'REQUEST', options: { ...ovmf, ...us, ...wants(yourAddress) }, fields });
      send({ type: 'DECLINE', options: { ...us, ...wants(yourAddress) }, fields });
      expect((await exchange({ options: ovmf, fields })).message.yourAddress).not.toBe(yourAddress);
    });

    test('tells whoever has an address the rest, and gives it none', async () => {
      const fields = { clientAddress: '10.77.0.50', mac: mac(0xb6) };
      const { message, at } = await exchange({ type: 'INFORM', options: linux, fields, to: unicast });
      expect([messageTypeOf(message), message.yourAddress, message.clientAddress, message.options.has(51), at]).toEqual(
        ['ACK', '0.0.0.0', '10.77.0.50', false, '68'],
      );
      expect([...message.options.get(option.router)!]).toEqual([10, 77, 0, 254]);
    });

    test('gives firmware its address for ten minutes, and a system for an hour', async () => {
      const secondsOf = async (options: Options, last: number) =>
        Buffer.from((await exchange({ options, fields: { mac: mac(last) } })).message.options.get(51)!).readUInt32BE();
      expect([await secondsOf(ovmf, 0xb7), await secondsOf(ipxeEfi, 0xb8), await secondsOf(linux, 0xb9)]).toEqual([
        600, 600, 3600,
      ]);
    });
  });

  test.each(['dry-run', 'off'] as const)(
    'in mode %s it answers nobody',
    async (mode) => {
      await serve(mode);
      const ids = [rom, ovmf, ovmfHttp, ipxeEfi, linux].map((options, index) =>
        send({ options, fields: { mac: mac(0xc0 + index) } }),
      );
      ids.push(
        send({ type: 'REQUEST', options: ovmf, fields: { clientAddress: '10.77.0.50' }, from: 4011, to: bootPort }),
      );
      await serve('proxy');
      await exchange({ options: ipxeEfi, fields: { mac: sampleMac } });
      expect(client.rest.filter((event) => ids.includes(messageOf(event)?.transactionId ?? -1))).toEqual([]);
    },
    60_000,
  );
});
