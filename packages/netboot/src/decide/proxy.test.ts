import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readText } from '../dhcp/message.ts';
import { option } from '../dhcp/option.ts';
import { bytesOf, clientOptions, type Options } from '../dhcp/sample.contract.ts';
import {
  decideSample,
  dhcpNetwork,
  type Given,
  optionsOf,
  packetOf,
  proxyNetwork,
  type Sent,
} from './sample.contract.ts';

const text = (value: string) => [...bytesOf(value)];
const uuid = [0, 0xa7, 0xd8, 0xe7, 0x16, 0xa9, 0xbf, 0x8b, 0x42, 0x91, 0x17, 0x36, 0x33, 0x41, 0xbb, 0x33, 0x0a];
const server = [10, 77, 0, 1];
const clientId = [1, 0x52, 0x54, 0, 0xa1, 0x9c, 0xae];
const script = 'http://10.77.0.1:8080/boot.ipxe';
const broadcast = { address: '255.255.255.255', port: 68 };

const discover = (options: Options, given?: Given, sent?: Sent) =>
  decideSample(packetOf('DISCOVER', options, sent), given);
const atBootPort = {
  port: 'boot',
  clientAddress: '10.77.0.50',
  source: { address: '10.77.0.50', port: 4011 },
} as const;
const request = (options: Options, given?: Given, sent: Sent = atBootPort) =>
  decideSample(packetOf('REQUEST', options, sent), given);

describe('decide in proxy mode offers', () => {
  test('a BIOS its loader, with the word to take it from this offer', () => {
    const { rule, reply, answer } = discover(clientOptions.biosRom);
    expect([rule, reply!.to, reply!.from]).toEqual(['proxy_offer', broadcast, 'dhcp']);
    expect(answer).toMatchObject({
      operation: 2,
      transactionId: 0x3903f326,
      flags: 0x8000,
      hops: 0,
      seconds: 0,
      clientAddress: '0.0.0.0',
      yourAddress: '0.0.0.0',
      nextServer: '10.77.0.1',
      file: 'undionly.kpxe',
      serverName: '',
    });
    expect(optionsOf(answer)).toEqual([
      [53, [2]],
      [54, server],
      [43, [6, 1, 8, 255]],
      [60, text('PXEClient')],
      [66, text('10.77.0.1')],
      [67, text('undionly.kpxe')],
      [97, uuid],
      [61, clientId],
    ]);
  });

  test('UEFI its loader without option 43, so that it asks port 4011', () => {
    const { answer } = discover(clientOptions.ovmf, {}, { flags: 0x8000 });
    expect(answer).toMatchObject({ file: 'ipxe.efi', nextServer: '10.77.0.1', flags: 0x8000 });
    expect(optionsOf(answer)).toEqual([
      [53, [2]],
      [54, server],
      [60, text('PXEClient')],
      [66, text('10.77.0.1')],
      [67, text('ipxe.efi')],
      [97, uuid],
    ]);
  });

  test.each(['ipxeBios', 'ipxeEfi'] as const)('%s the script, complete for iPXE to take at once', (name) => {
    const { boot, answer } = discover(clientOptions[name]);
    expect(boot).toEqual({ rule: 'script', file: script });
    expect(answer).toMatchObject({ file: script, nextServer: '10.77.0.1', yourAddress: '0.0.0.0' });
    expect(answer!.options.has(option.vendorSpecific)).toBe(false);
    expect(answer!.options.has(option.ipxe)).toBe(false);
    expect(readText(answer!, option.vendorClass)).toBe('PXEClient');
  });

  test('UEFI HTTP boot a URL', () => {
    const { answer } = discover(clientOptions.ovmfHttp);
    expect(answer).toMatchObject({ file: 'http://10.77.0.1:8080/netboot/ipxe.efi', yourAddress: '0.0.0.0' });
    expect(optionsOf(answer)).toEqual([
      [53, [2]],
      [54, server],
      [60, text('HTTPClient')],
      [67, text('http://10.77.0.1:8080/netboot/ipxe.efi')],
      [97, uuid],
    ]);
  });

  test('UEFI HTTP boot a URL in option 67, though it does not ask for it', () => {
    const { answer } = discover({ 60: bytesOf('HTTPClient'), 93: bytesOf(0, 16), 55: Uint8Array.of(1) });
    expect(readText(answer!, option.bootFileName)).toBe('http://10.77.0.1:8080/netboot/ipxe.efi');
  });

  test('an iPXE without HTTP one that has it', () => {
    const options = { ...clientOptions.ipxeEfi, [option.ipxe]: bytesOf(235, 3, 1, 0, 0, 17, 1, 1) };
    const { boot, answer } = discover(options);
    expect(boot).toEqual({ rule: 'better_ipxe', file: 'ipxe.efi', architecture: 7 });
    expect(answer).toMatchObject({ file: 'ipxe.efi', nextServer: '10.77.0.1' });
    expect(answer!.options.has(option.vendorSpecific)).toBe(false);
  });

  test('a relayed machine through its relay, with the relay’s option as it was, last', () => {
    const options: [number, Uint8Array][] = [
      [82, bytesOf(1, 2, 'p', 7, 0, 0)],
      ...Object.entries(clientOptions.biosRom).map(([code, value]) => [Number(code), value] as [number, Uint8Array]),
    ];
    const { reply, answer } = decideSample(packetOf('DISCOVER', options, { relayAddress: '10.9.0.1', hops: 3 }));
    expect(reply!.to).toEqual({ address: '10.9.0.1', port: 67 });
    expect(answer).toMatchObject({ relayAddress: '10.9.0.1', hops: 0 });
    expect(optionsOf(answer).at(-1)).toEqual([82, [1, 2, 0x70, 7, 0, 0]]);
  });

  test('without a list of wishes no more than what is needed', () => {
    const { answer } = discover({ 60: bytesOf('PXEClient:Arch:00007:UNDI:003016') });
    expect(answer!.file).toBe('ipxe.efi');
    expect(optionsOf(answer)).toEqual([
      [53, [2]],
      [54, server],
      [60, text('PXEClient')],
    ]);
  });

  test('a URL that the file field cannot hold in option 67 alone', () => {
    const scriptUrl = `http://10.77.0.1:8080/${'x'.repeat(105)}`;
    const asks = (more: string) =>
      discover(clientOptions.ipxeEfi, { network: { ...proxyNetwork, scriptUrl: scriptUrl + more } }).answer!;
    expect([asks('').file.length, readText(asks(''), 67)!.length]).toEqual([127, 127]);
    expect([asks('y').file, readText(asks('y'), 67)!.length]).toEqual(['', 128]);
    expect(asks('y').nextServer).toBe('10.77.0.1');
  });

  test('the loader of the machine’s group before the network’s, and that before the one found', () => {
    const network = { ...proxyNetwork, loaders: new Map([[7, 'ipxe-arm64.efi']]) };
    expect(discover(clientOptions.ovmf, { network }).answer!.file).toBe('ipxe-arm64.efi');
    const machine = { loaders: new Map([[7, 'shim.efi']]) };
    expect(discover(clientOptions.ovmf, { network, machine }).answer!.file).toBe('shim.efi');
  });

  test('the first of several architectures that there is a loader for', () => {
    expect(discover({ 60: bytesOf('PXEClient'), 93: bytesOf(0, 6, 0, 7) }).boot).toEqual({
      rule: 'loader',
      file: 'ipxe.efi',
      architecture: 7,
    });
  });

  test('a loader’s URL without characters that iPXE would expand', () => {
    const network = { ...proxyNetwork, loaders: new Map([[16, 'a b#$.efi']]) };
    expect(discover(clientOptions.ovmfHttp, { network }).answer!.file).toBe(
      'http://10.77.0.1:8080/netboot/a%20b%23%24.efi',
    );
  });
});

describe('decide in proxy mode is silent towards', () => {
  const pxe = bytesOf('PXEClient');
  test.each([
    ['an operating system', clientOptions.linux, 'not_network_boot'],
    ['the Debian installer, though it asks for a boot file', clientOptions.debianInstaller, 'not_network_boot'],
    ['Windows', { 60: bytesOf('MSFT 5.0') }, 'not_network_boot'],
    ['U-Boot with a class of its own', { 60: bytesOf('U-Boot.armv8'), 93: bytesOf(0, 22) }, 'not_network_boot'],
    ['Apple', { 60: bytesOf('AAPLBSDPC/i386') }, 'apple'],
    ['an architecture that nobody knows', { 60: pxe, 93: bytesOf(0, 99) }, 'unknown_architecture'],
    ['a 64-bit CPU with 32-bit firmware', { 60: pxe, 93: bytesOf(0, 6) }, 'loader_missing'],
    ['a 32-bit ARM', { 60: pxe, 93: bytesOf(0, 10) }, 'loader_missing'],
    ['a BIOS that boots by HTTP', { 60: bytesOf('HTTPClient'), 93: bytesOf(0, 20) }, 'unknown_architecture'],
    ['firmware that does not say what it is', { 60: pxe }, 'no_architecture'],
  ] as const)('%s', (_, options, rule) => {
    expect(discover(options)).toMatchObject({ rule, outcome: 'ignored' });
    expect(discover(options).reply).toBeUndefined();
  });

  test('a Raspberry Pi’s own ROM', () => {
    expect(discover(clientOptions.biosRom, {}, { mac: 'dc:a6:32:00:00:01' }).rule).toBe('raspberry_pi');
  });

  test('machines that are unknown, denied, or do not boot from the network', () => {
    expect(discover(clientOptions.ovmf, { machine: { known: false } }).rule).toBe('unknown_machine');
    expect(discover(clientOptions.ovmf, { machine: { denied: true } }).rule).toBe('denied');
    expect(discover(clientOptions.ovmf, { machine: { optedOut: true } }).rule).toBe('opted_out');
    const network = { ...proxyNetwork, answerTo: 'all' } as const;
    expect(discover(clientOptions.ovmf, { network, machine: { known: false } }).rule).toBe('proxy_offer');
    expect(discover(clientOptions.ovmf, { network, machine: { known: false, denied: true } }).rule).toBe('denied');
  });

  test('UEFI firmware of a machine that is to boot from its disk, where its loader would not come back from that', () => {
    const lookups = { bootsFromDisk: () => true };
    const given = { network: { ...proxyNetwork, loaders: new Map([[7, 'shim.efi']]) }, lookups };
    expect(discover(clientOptions.ovmf, { lookups })).toMatchObject({ rule: 'boots_from_disk', outcome: 'ignored' });
    expect(discover(clientOptions.ovmfHttp, { lookups }).rule).toBe('boots_from_disk');
    const boot = { port: 'boot', source: { address: '10.77.0.50', port: 4011 }, clientAddress: '10.77.0.50' } as const;
    expect(decideSample(packetOf('REQUEST', clientOptions.ovmf, boot), { lookups }).rule).toBe('boots_from_disk');
    // A loader that comes back, a BIOS, an iPXE that runs already, and a machine that is not to boot from its disk.
    expect(discover(clientOptions.ovmf, given).rule).toBe('proxy_offer');
    expect(discover(clientOptions.biosRom, { lookups }).rule).toBe('proxy_offer');
    expect(discover(clientOptions.ipxeEfi, { lookups }).rule).toBe('proxy_offer');
    expect(discover(clientOptions.ovmf, { lookups: { bootsFromDisk: () => false } }).rule).toBe('proxy_offer');
  });

  test.each(['REQUEST', 'INFORM', 'RELEASE', 'DECLINE'] as const)('%s on port 67, even to our own address', (type) => {
    const options = { ...clientOptions.ovmf, 54: bytesOf(10, 77, 0, 1), 50: bytesOf(10, 77, 0, 50) };
    expect(decideSample(packetOf(type, options))).toMatchObject({ rule: 'proxy_not_asked', outcome: 'ignored' });
  });

  test('whom it answered too often', () => {
    expect(discover(clientOptions.ovmf, { lookups: { allowance: () => 'machine' } }).rule).toBe('rate_limited');
    expect(discover(clientOptions.ovmf, { lookups: { allowance: () => 'all' } }).rule).toBe('all_rate_limited');
    expect(discover(clientOptions.linux, { lookups: { allowance: () => 'machine' } }).rule).toBe('not_network_boot');
  });

  test('its own search for other servers, and a configured loader that is not there', () => {
    expect(discover(clientOptions.ovmf, { lookups: { isOwnProbe: () => true } }).rule).toBe('own_probe');
    const network = { ...proxyNetwork, loaders: new Map([[7, 'gone.efi']]) };
    expect(discover(clientOptions.ovmf, { network })).toMatchObject({
      rule: 'loader_missing',
      boot: { architecture: 7 },
    });
  });
});

describe('decide on port 4011', () => {
  test('confirms the boot file to the port that the request came from', () => {
    const { rule, reply, answer } = request(clientOptions.ovmf);
    expect([rule, reply!.type, reply!.to, reply!.from]).toEqual([
      'boot_file',
      'ACK',
      { address: '10.77.0.50', port: 4011 },
      'boot',
    ]);
    expect(answer).toMatchObject({
      flags: 0,
      clientAddress: '10.77.0.50',
      yourAddress: '0.0.0.0',
      nextServer: '10.77.0.1',
      file: 'ipxe.efi',
    });
    expect(optionsOf(answer).slice(0, 3)).toEqual([
      [53, [5]],
      [54, server],
      [60, text('PXEClient')],
    ]);
    const codes = [...answer!.options.keys()];
    expect([1, 3, 6, 50, 51, 58, 59, 43].filter((code) => codes.includes(code))).toEqual([]);
  });

  test('answers a ROM at port 68 and repeats the menu item that it chose', () => {
    const options = { ...clientOptions.biosRom, 43: bytesOf(71, 4, 0x80, 1, 0, 0, 255) };
    const { reply, answer } = request(options, {}, { ...atBootPort, source: { address: '10.77.0.50', port: 68 } });
    expect(reply!.to).toEqual({ address: '10.77.0.50', port: 68 });
    expect(answer!.file).toBe('undionly.kpxe');
    expect([...answer!.options.get(43)!]).toEqual([71, 4, 0x80, 1, 0, 0, 255]);
  });

  test('answers iPXE that was told to come here', () => {
    const options = { ...clientOptions.ipxeEfi, 54: bytesOf(10, 77, 0, 1) };
    expect(request(options).answer!.file).toBe(script);
  });

  test('is the same in dhcp mode', () => {
    const { answer } = request(clientOptions.ovmf, { network: dhcpNetwork });
    expect(readText(answer!, 60)).toBe('PXEClient');
    expect(answer!.options.has(51)).toBe(false);
  });

  test.each([
    ['a request to another server', 'REQUEST', { ...clientOptions.ovmf, 54: bytesOf(10, 77, 0, 9) }, 'other_server'],
    ['a DISCOVER', 'DISCOVER', clientOptions.ovmf, 'not_for_boot_port'],
    ['an INFORM', 'INFORM', clientOptions.ovmf, 'not_for_boot_port'],
    ['an operating system', 'REQUEST', clientOptions.linux, 'not_network_boot'],
  ] as const)('ignores %s', (_, type, options, rule) => {
    expect(decideSample(packetOf(type, options, atBootPort)).rule).toBe(rule);
  });

  test.each([
    ['0.0.0.0', 68],
    ['255.255.255.255', 4011],
    ['224.0.0.1', 4011],
    ['10.77.0.50', 0],
  ])('drops what came from %s:%i, where no answer can go', (address, port) => {
    expect(request(clientOptions.ovmf, {}, { port: 'boot', source: { address, port } }).rule).toBe('bad_source');
  });
});

test('decide in mode off does nothing, and in a dry run says what it would send', () => {
  expect(discover(clientOptions.ovmf, { network: { ...proxyNetwork, mode: 'off' } }).rule).toBe('mode_off');
  const dry = discover(clientOptions.ovmf, { network: { ...proxyNetwork, dryRun: true } });
  expect(dry).toMatchObject({ rule: 'proxy_offer', dryRun: true, mode: 'proxy', network: 'rack' });
  expect(dry.answer!.file).toBe('ipxe.efi');
});

test('decide records who it was and what was seen', () => {
  const { bytes: _, ...packet } = packetOf('DISCOVER', clientOptions.ipxeBios, { seconds: 10 });
  expect(discover(clientOptions.ipxeBios, {}, { seconds: 10 })).toMatchObject({
    ...packet,
    type: 'DISCOVER',
    transactionId: 0x3903f326,
    secondsElapsed: 10,
    client: { mac: '52:54:00:a1:9c:ae', uuid: '16e7d8a7-bfa9-428b-9117-363341bb330a', boots: 'ipxe' },
    evidence:
      '60="PXEClient:Arch:00000:UNDI:002001" 77="iPXE" 93=0 175="\\xb1\\x05\\x01\\x1a\\xf4\\x10\\x00\\xeb\\x03\\x01\\x00\\x00\\x13\\x01\\x01\\x11\\x01\\x01"',
  });
});

describe('decide drops', () => {
  test.each([
    ['an answer', { operation: 2 }, 'not_a_request'],
    ['another kind of network', { hardwareType: 6 }, 'not_ethernet'],
    ['an address of another length', { hardwareLength: 16 }, 'not_ethernet'],
    ['a group’s address', { mac: '01:00:5e:00:00:01' }, 'bad_hardware_address'],
    ['no address', { mac: '00:00:00:00:00:00' }, 'bad_hardware_address'],
    ['a relay on the loopback', { relayAddress: '127.0.0.1' }, 'bad_relay'],
    ['a multicast relay', { relayAddress: '224.0.0.9' }, 'bad_relay'],
    ['a broadcast relay', { relayAddress: '255.255.255.255' }, 'bad_relay'],
    ['a relay that is us', { relayAddress: '10.77.0.1' }, 'bad_relay'],
  ] as const)('%s', (_, sent, rule) => {
    expect(discover(clientOptions.ovmf, {}, sent)).toMatchObject({ rule, outcome: 'dropped', network: '' });
  });

  test.each(['OFFER', 'ACK', 'NAK'] as const)('%s from a client', (type) => {
    expect(decideSample(packetOf(type, clientOptions.ovmf)).rule).toBe('server_message');
  });

  test('a message without a type, and bytes that are no message', () => {
    expect(decideSample(packetOf('DISCOVER', { 53: bytesOf(1, 1) })).rule).toBe('no_message_type');
    const { bytes, ...rest } = packetOf('DISCOVER', clientOptions.ovmf);
    expect(decideSample({ bytes: bytes.subarray(0, 239), ...rest })).toMatchObject({
      rule: 'too_short',
      outcome: 'dropped',
    });
  });
});

const anyOptions = fc
  .array(
    fc.tuple(
      fc.constantFrom(12, 43, 50, 54, 55, 57, 60, 61, 77, 82, 93, 97, 175, 200),
      fc.uint8Array({ maxLength: 300 }),
    ),
  )
  .map((pairs) => Object.fromEntries(pairs));
const anyType = fc.constantFrom('DISCOVER', 'REQUEST', 'INFORM', 'RELEASE', 'DECLINE');
const anyClient = fc.constantFrom(...Object.values(clientOptions), {});

test('decide in proxy mode never gives a lease or refuses one, and never exceeds what a client takes', () => {
  const port = fc.constantFrom('dhcp', 'boot');
  fc.assert(
    fc.property(anyType, anyClient, anyOptions, port, (type, options, more, at) => {
      const sent = { port: at, source: { address: '10.77.0.50', port: 68 }, clientAddress: '10.77.0.50' };
      const { reply, answer } = decideSample(packetOf(type, { ...options, ...more }, sent));
      if (answer === undefined) return;
      expect(reply!.type).toBe(at === 'dhcp' ? 'OFFER' : 'ACK');
      expect(answer.yourAddress).toBe('0.0.0.0');
      expect([1, 3, 6, 51, 52, 58, 59, 108, 116].filter((code) => answer.options.has(code))).toEqual([]);
      expect([...answer.options.keys()].slice(0, 2)).toEqual([53, 54]);
    }),
  );
});
