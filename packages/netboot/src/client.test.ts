import { expect, test } from 'vitest';
import { describeClient, describeEvidence, printable } from './client.ts';
import { option } from './dhcp/option.ts';
import { bytesOf, clientOptions, type Options, sampleMessage } from './dhcp/sample.contract.ts';

const describe = (options: Options, mac?: string) =>
  describeClient(sampleMessage('DISCOVER', options, mac === undefined ? {} : { mac }));

test.each([
  ['biosRom', 'pxe', [0]],
  ['ipxeBios', 'ipxe', [0]],
  ['ipxeEfi', 'ipxe', [7]],
  ['ovmf', 'pxe', [7]],
  ['ovmfHttp', 'http', [16]],
  ['linux', 'none', []],
  ['debianInstaller', 'none', []],
] as const)('describeClient knows %s', (name, boots, architectures) => {
  expect(describe(clientOptions[name])).toMatchObject({ mac: '52:54:00:a1:9c:ae', boots, architectures });
});

test('describeClient reads the UUID, and does without one that is missing or malformed', () => {
  expect(describe(clientOptions.ovmf).uuid).toBe('16e7d8a7-bfa9-428b-9117-363341bb330a');
  expect('uuid' in describe({ [option.machineIdentifier]: bytesOf(0, 1, 2) })).toBe(false);
  expect('uuid' in describe({})).toBe(false);
});

const version = [235, 3, 1, 0, 0] as const;
test.each([
  ['77 raw', { 77: bytesOf('iPXE') }, 'ipxe', true],
  ['77 as a list', { 77: bytesOf(4, 'iPXE') }, 'ipxe', true],
  ['175 with a version and HTTP', { 175: bytesOf(...version, 19, 1, 1) }, 'ipxe', true],
  [
    '175 with a version, and a user class of its own',
    { 77: bytesOf('rack7'), 175: bytesOf(...version, 19, 1, 1) },
    'ipxe',
    true,
  ],
  ['175 without HTTP', { 77: bytesOf('iPXE'), 175: bytesOf(...version, 17, 1, 1) }, 'ipxe', false],
  ['175 without a version', { 60: bytesOf('PXEClient'), 175: bytesOf(19, 1, 1) }, 'pxe', true],
  ['175 that breaks off behind its version', { 175: bytesOf(...version, 19, 9) }, 'ipxe', false],
  ['another user class', { 60: bytesOf('PXEClient'), 77: bytesOf('gPXE') }, 'pxe', true],
  ['iPXE in other letters', { 60: bytesOf('PXEClient'), 77: bytesOf('IPXE') }, 'pxe', true],
])('describeClient tells iPXE by %s', (_, options, boots, ipxeHasHttp) => {
  expect(describe(options)).toMatchObject({ boots, ipxeHasHttp });
});

test.each([
  ['PXEClient', 'pxe', []],
  ['PXEClient:Arch:00011:UNDI:003000', 'pxe', [11]],
  ['HTTPClient:Arch:00016', 'http', [16]],
  ['PXEClient:Arch:7:UNDI:003000', 'pxe', []],
  ['pxeclient:Arch:00007', 'none', []],
  ['xPXEClient', 'none', []],
  ['U-Boot.armv8', 'none', []],
  ['', 'none', []],
])(
  'describeClient goes by the prefix of the class %j, and by its digits without 93',
  (vendorClass, boots, architectures) => {
    expect(describe({ [option.vendorClass]: bytesOf(vendorClass) })).toMatchObject({ boots, architectures });
  },
);

test('describeClient takes 93 before the digits of the class, and the digits when 93 is malformed', () => {
  const vendorClass = bytesOf('PXEClient:Arch:00000:UNDI:002001');
  expect(describe({ 60: vendorClass, 93: bytesOf(0, 7, 0, 9) }).architectures).toEqual([7, 9]);
  expect(describe({ 60: vendorClass, 93: bytesOf(7) }).architectures).toEqual([0]);
});

test.each([
  ['dc:a6:32:00:00:01', 0, true],
  ['d8:3a:dd:00:00:01', 0, true],
  ['dc:a6:32:00:00:01', 11, false],
  ['52:54:00:00:00:01', 0, false],
])('describeClient of %s with architecture %i: Raspberry Pi %s', (mac, code, raspberryPi) => {
  expect(describe({ 60: bytesOf('PXEClient'), 93: bytesOf(0, code) }, mac).raspberryPi).toBe(raspberryPi);
});

test('printable shows bytes that a terminal would obey as escapes, and cuts what is long', () => {
  expect(printable('a\x1b[2J"\\é\n')).toBe('a\\x1b[2J\\x22\\x5c\\xe9\\x0a');
  expect(printable('x'.repeat(65))).toBe(`${'x'.repeat(64)}…`);
});

test('describeEvidence shows what a machine said of itself', () => {
  const message = sampleMessage('DISCOVER', {
    60: bytesOf('PXEClient'),
    77: bytesOf('gPXE'),
    93: bytesOf(0, 7),
    175: bytesOf(1, 0),
  });
  expect(describeEvidence(describeClient(message), message)).toBe('60="PXEClient" 77="gPXE" 93=7 175="\\x01\\x00"');
});
