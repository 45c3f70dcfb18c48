import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DhcpMessage, macOf, messageTypeOf, readAddress, readNumber, readText } from './message.ts';
import { option } from './option.ts';
import { decodePacket, encodePacket, packetBytes } from './packet.ts';
import { bytesOf, clientOptions, sampleMessage } from './sample.contract.ts';

const ownCodes = [0, option.overload, 255];
const text = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength });
const address = fc.ipV4();
const anyMessage: fc.Arbitrary<DhcpMessage> = fc.record({
  operation: fc.nat(255),
  hardwareType: fc.nat(255),
  hardwareLength: fc.nat(16),
  hops: fc.nat(255),
  transactionId: fc.nat(0xffffffff),
  seconds: fc.nat(0xffff),
  flags: fc.nat(0xffff),
  clientAddress: address,
  yourAddress: address,
  nextServer: address,
  relayAddress: address,
  hardwareField: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  serverName: text(64),
  file: text(128),
  options: fc
    .array(
      fc.tuple(
        fc.nat(255).filter((code) => !ownCodes.includes(code)),
        fc.uint8Array({ maxLength: 600 }),
      ),
      {
        maxLength: 12,
      },
    )
    .map((pairs) => new Map(pairs)),
});

test('decodePacket reads back whatever encodePacket writes', () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const { message: decoded } = decodePacket(encodePacket(message));
      expect(decoded).toEqual(message);
      expect([...decoded!.options.keys()]).toEqual([...message.options.keys()]);
    }),
  );
});

test('encodePacket pads to 300 bytes, and packetBytes tells the size before', () => {
  expect(encodePacket(sampleMessage('DISCOVER')).length).toBe(300);
  expect(packetBytes(sampleMessage('DISCOVER').options)).toBe(244);
  fc.assert(
    fc.property(anyMessage, (message) => {
      expect(encodePacket(message).length).toBe(Math.max(300, packetBytes(message.options)));
    }),
  );
});

test.each(Object.entries(clientOptions))('decodePacket answers a fault for every truncation of %s', (_, options) => {
  const message = sampleMessage('DISCOVER', options);
  const whole = encodePacket(message);
  for (let length = 0; length < packetBytes(message.options); length++) {
    const { fault } = decodePacket(whole.subarray(0, length));
    expect(['too_short', 'option_truncated', 'no_end_option']).toContain(fault);
  }
  expect(decodePacket(whole.subarray(0, packetBytes(message.options))).message).toEqual(message);
});

test('decodePacket never throws, whatever the bytes', () => {
  const start = fc.constant(encodePacket(sampleMessage('DISCOVER', clientOptions.ovmf)).subarray(0, 240));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 700 }),
    fc.tuple(start, fc.uint8Array({ maxLength: 600 })).map(([head, tail]) => Uint8Array.from([...head, ...tail])),
  );
  fc.assert(
    fc.property(bytes, (any) => {
      const { message, fault } = decodePacket(any);
      expect(message === undefined).toBe(fault !== undefined);
    }),
  );
});

/** A packet whose option area is exactly these bytes. */
function withArea(...area: number[]): Uint8Array {
  return Uint8Array.from([...encodePacket(sampleMessage('DISCOVER')).subarray(0, 240), ...area]);
}

test('decodePacket joins the parts of an option in their order (RFC 3396)', () => {
  const { message } = decodePacket(withArea(53, 1, 1, 67, 2, 0x61, 0x62, 12, 1, 0x68, 67, 0, 67, 1, 0x63, 255));
  expect(readText(message!, option.bootFileName)).toBe('abc');
  expect([...message!.options.keys()]).toEqual([53, 67, 12]);
});

test('decodePacket finds options in the file and sname fields, file first, and leaves option 52 out', () => {
  const bytes = withArea(53, 1, 1, 52, 1, 3, 67, 1, 0x61, 255);
  bytes.set([67, 2, 0x62, 0x63, 255, 9, 9], 108);
  bytes.set([12, 2, 0x68, 0x69, 67, 1, 0x64, 0, 0], 44);
  const { message } = decodePacket(bytes);
  expect([message!.file, message!.serverName]).toEqual(['', '']);
  expect(readText(message!, option.bootFileName)).toBe('abcd');
  expect(readText(message!, option.hostName)).toBe('hi');
  expect(message!.options.has(option.overload)).toBe(false);
});

test.each([
  [1, { file: '', serverName: 'server' }],
  [2, { file: 'loader', serverName: '' }],
])('decodePacket reads the other field as text with overload %i', (overload, fields) => {
  const bytes = withArea(53, 1, 1, 52, 1, overload, 255);
  if (overload === 2) bytes.set(bytesOf('loader', 0, 'x'), 108);
  else bytes.set(bytesOf('server', 0, 'x'), 44);
  expect(decodePacket(bytes).message).toMatchObject(fields);
});

test.each([
  ['bad_overload', [52, 1, 0, 255]],
  ['bad_overload', [52, 1, 4, 255]],
  ['bad_overload', [52, 2, 1, 1, 255]],
  ['bad_overload', [52, 1, 1, 52, 1, 1, 255]],
  ['option_truncated', [53, 1]],
  ['option_truncated', [53]],
  ['option_truncated', [53, 200, 1, 2, 3, 255]],
  ['no_end_option', [53, 1, 1]],
  ['no_end_option', []],
])('decodePacket says %s of the options %j', (fault, area) => {
  expect(decodePacket(withArea(...area))).toEqual({ fault });
});

test('decodePacket says option_truncated of an option that leaves an overloaded field', () => {
  const bytes = withArea(53, 1, 1, 52, 1, 1, 255);
  bytes.set([67, 127], 108);
  expect(decodePacket(bytes)).toEqual({ fault: 'option_truncated' });
});

test('decodePacket wants the cookie, and a hardware address that fits its field', () => {
  const bytes = encodePacket(sampleMessage('DISCOVER'));
  expect(decodePacket(bytes.with(236, 0))).toEqual({ fault: 'bad_cookie' });
  expect(decodePacket(bytes.with(2, 17))).toEqual({ fault: 'bad_hardware_length' });
});

test('decodePacket ignores what follows the end option', () => {
  expect([...decodePacket(withArea(53, 1, 1, 255, 60, 200)).message!.options.keys()]).toEqual([53]);
});

test('encodePacket puts a NUL behind the boot file name, outside its length', () => {
  const bytes = encodePacket(sampleMessage('DISCOVER', { [option.bootFileName]: bytesOf('ab') }));
  expect([...bytes.subarray(240, 250)]).toEqual([53, 1, 1, 67, 2, 0x61, 0x62, 0, 255, 0]);
});

test('encodePacket leaves a text out that does not fit, rather than half of it', () => {
  const message = { ...sampleMessage('DISCOVER'), file: 'f'.repeat(129), serverName: 's'.repeat(65) };
  expect(decodePacket(encodePacket(message)).message).toMatchObject({ file: '', serverName: '' });
});

test('the readers answer undefined for an option of another length', () => {
  const message = sampleMessage('DISCOVER', {
    [option.maximumSize]: bytesOf(5, 0xc0),
    [option.serverIdentifier]: bytesOf(10, 77, 0),
    [option.requestedAddress]: bytesOf(10, 77, 0, 9),
    [option.vendorClass]: bytesOf('PXEClient', 0, 0),
  });
  expect(macOf(message)).toBe('52:54:00:a1:9c:ae');
  expect(readNumber(message, option.maximumSize, 2)).toBe(1472);
  expect(readNumber(message, option.maximumSize, 4)).toBeUndefined();
  expect(readAddress(message, option.serverIdentifier)).toBeUndefined();
  expect(readAddress(message, option.requestedAddress)).toBe('10.77.0.9');
  expect(readText(message, option.vendorClass)).toBe('PXEClient');
  expect(readText(message, option.hostName)).toBeUndefined();
});

test.each([
  [[53, 1, 8], 'INFORM'],
  [[53, 1, 0], undefined],
  [[53, 1, 9], undefined],
  [[53, 2, 1, 1], undefined],
  [[], undefined],
])('messageTypeOf %j is %s', (area, type) => {
  expect(messageTypeOf(decodePacket(withArea(...area, 255)).message!)).toBe(type);
});
