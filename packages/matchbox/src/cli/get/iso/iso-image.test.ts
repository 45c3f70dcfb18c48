import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IsoError } from './iso-error.ts';
import { type IsoSource, openIso } from './iso-image.ts';

const sector = 2048;

interface Part {
  readonly name: Buffer;
  readonly folder?: boolean;
  readonly at: number;
  readonly length: number;
  readonly use?: Buffer;
  readonly continued?: boolean;
}

/** One directory record. */
function record({ name, folder = false, at, length, use = Buffer.alloc(0), continued = false }: Part): Buffer {
  const padding = (name.length + 1) % 2;
  const bytes = Buffer.alloc(33 + name.length + padding + use.length + (use.length % 2));
  bytes[0] = bytes.length;
  bytes.writeUInt32LE(at, 2);
  bytes.writeUInt32LE(length, 10);
  bytes[25] = (folder ? 2 : 0) | (continued ? 0x80 : 0);
  bytes[32] = name.length;
  name.copy(bytes, 33);
  use.copy(bytes, 33 + name.length + padding);
  return bytes;
}

const field = (signature: string, ...rest: readonly number[]) =>
  Buffer.from(
    [...Buffer.from(signature), 4 + rest.length, 1, ...rest].map((byte, i) => (i === 2 ? 4 + rest.length : byte)),
  );
const sharing = field('SP', 0xbe, 0xef, 0);
const alternate = (name: string, flags = 0) => field('NM', flags, ...Buffer.from(name));
const both = (n: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(n, 0);
  bytes.writeUInt32BE(n, 4);
  return [...bytes];
};
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

function descriptor(type: number, root: Buffer, label: Buffer, escapes = ''): Buffer {
  const bytes = Buffer.alloc(sector);
  bytes[0] = type;
  bytes.write('CD001\x01', 1, 'latin1');
  label.copy(bytes, 40);
  bytes.write(escapes, 88, 'latin1');
  bytes.writeUInt16LE(sector, 128);
  root.copy(bytes, 156);
  return bytes;
}

const dots = (at: number, use?: Buffer) => [
  { name: Buffer.from([0]), folder: true, at, length: sector, ...(use && { use }) },
  { name: Buffer.from([1]), folder: true, at, length: sector },
];

/** Sector 16: primary, 17: joliet, 18: end; 20: folder, 21: its folder, 22: Joliet's, 24 and 25: contents, 26: a continued name. */
function image(parts: {
  root?: readonly Part[];
  below?: readonly Part[];
  joliet?: readonly Part[];
  rockRidge?: boolean;
}): Buffer {
  const bytes = Buffer.alloc(27 * sector);
  const folder = (records: readonly Part[], at: number) => Buffer.concat(records.map(record)).copy(bytes, at * sector);
  const rootRecord = (at: number) => record({ name: Buffer.from([0]), folder: true, at, length: sector });
  descriptor(1, rootRecord(20), Buffer.from('TEST'.padEnd(32))).copy(bytes, 16 * sector);
  if (parts.joliet !== undefined) {
    descriptor(2, rootRecord(22), utf16be('Test'.padEnd(16)), '%/E').copy(bytes, 17 * sector);
    folder([...dots(22), ...parts.joliet], 22);
  } else descriptor(3, rootRecord(22), Buffer.alloc(32)).copy(bytes, 17 * sector);
  bytes.write('\xffCD001', 18 * sector, 'latin1');
  folder([...dots(20, parts.rockRidge ? sharing : undefined), ...(parts.root ?? [])], 20);
  folder([...dots(21), ...(parts.below ?? [])], 21);
  bytes.write('one', 24 * sector);
  bytes.write('two', 25 * sector);
  return bytes;
}

const sourceOf = (bytes: Uint8Array): IsoSource => ({
  sizeBytes: bytes.length,
  read: async (offset, length) => {
    if (offset < 0 || offset + length > bytes.length) throw new RangeError(`read at ${offset}, ${length} bytes`);
    return bytes.subarray(offset, offset + length);
  },
});

const open = (bytes: Uint8Array) => openIso(sourceOf(bytes));
const file = (name: string, use?: Buffer): Part => ({
  name: Buffer.from(name),
  at: 24,
  length: 3,
  ...(use && { use }),
});
const folder = (name: string, use?: Buffer): Part => ({
  name: Buffer.from(name),
  folder: true,
  at: 21,
  length: sector,
  ...(use && { use }),
});

test('openIso finds plain names in any case and without their version', async () => {
  const iso = await open(image({ root: [folder('BOOT')], below: [file('VMLINUZ.;1')] }));
  expect([iso.volume, iso.names]).toEqual(['TEST', 'plain']);
  expect(await iso.find('boot/vmlinuz')).toEqual({
    name: 'VMLINUZ',
    isFolder: false,
    extents: [{ offset: 24 * sector, length: 3 }],
    sizeBytes: 3,
  });
  expect(await iso.list('')).toMatchObject([{ name: 'BOOT', isFolder: true }]);
  expect([await iso.find('boot'), await iso.find('boot/no'), await iso.find('boot/vmlinuz/x')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('openIso takes Rock Ridge names, in several pieces and places', async () => {
  const ce = field('CE', ...both(26), ...both(8), ...both(alternate('-6.1').length));
  const bytes = image({
    rockRidge: true,
    root: [folder('BOOT', alternate('boot'))],
    below: [file('VMLINUZ.;1', Buffer.concat([alternate('vmlinuz', 1), ce])), file('DOT.;1', alternate('', 2))],
  });
  alternate('-6.1').copy(bytes, 26 * sector + 8);
  const iso = await open(bytes);
  expect(iso.names).toBe('rock-ridge');
  expect((await iso.list('boot'))!.map(({ name }) => name)).toEqual(['vmlinuz-6.1', 'DOT']);
  expect(await iso.find('BOOT/vmlinuz-6.1'), 'names are what they are').toBeUndefined();
});

test('openIso takes Joliet names where there are no others', async () => {
  const joliet = [{ name: utf16be('Größe.bin;1'), at: 25, length: 3 }];
  const iso = await open(image({ root: [file('X.;1')], joliet }));
  expect([iso.volume, iso.names]).toEqual(['Test', 'joliet']);
  expect(await iso.find('Größe.bin')).toMatchObject({ extents: [{ offset: 25 * sector, length: 3 }] });
});

test('openIso puts the parts of a large file together', async () => {
  const parts = [{ ...file('BIG'), continued: true }, { ...file('BIG'), at: 25 }, file('NEXT')];
  const iso = await open(image({ root: parts }));
  expect(await iso.list('')).toMatchObject([
    { name: 'BIG', sizeBytes: 6, extents: [{ offset: 24 * sector }, { offset: 25 * sector }] },
    { name: 'NEXT', sizeBytes: 3 },
  ]);
});

test.each([
  ['no image', Buffer.alloc(40 * sector), 'no_iso', 'this is no ISO 9660 image'],
  ['an empty file', Buffer.alloc(0), 'no_iso', 'this is no ISO 9660 image'],
  ['a file outside', image({ root: [{ ...file('X'), at: 26, length: sector + 1 }] }), 'damaged', 'it is cut off'],
  ['a folder of gigabytes', image({ root: [{ ...folder('BOOT'), length: 0xffffffff }] }), 'damaged', 'it is cut off'],
  [
    'a name outside',
    image({ rockRidge: true, root: [file('X', field('CE', ...both(99), ...both(0), ...both(9)))] }),
    'damaged',
    'a name continues outside',
  ],
  [
    'an entry of one byte',
    image({ root: [{ ...file(''), use: Buffer.alloc(0) }] }).fill(9, 20 * sector, 20 * sector + 1),
    'damaged',
    'cut off',
  ],
])('openIso refuses %s', async (_, bytes, code, message) => {
  const work = open(bytes).then((iso) => iso.list(''));
  await expect(work).rejects.toThrow(message);
  await expect(work).rejects.toMatchObject({ name: 'IsoError', code });
});

test('openIso ends with a name that continues in itself, a folder inside itself, and a path without an end', async () => {
  const ce = field('CE', ...both(26), ...both(0), ...both(28));
  const bytes = image({ rockRidge: true, root: [file('X.;1', ce), { ...folder('SELF'), at: 20 }] });
  ce.copy(bytes, 26 * sector);
  const iso = await open(bytes);
  expect((await iso.list('SELF/SELF/SELF'))!.map(({ name }) => name)).toEqual(['X', 'SELF']);
  expect(await iso.list('SELF/'.repeat(5000))).toBeUndefined();
});

test('openIso: whatever is changed in an image, it is read or refused, and nothing outside of it is asked for', async () => {
  const whole = image({
    rockRidge: true,
    root: [folder('BOOT', alternate('boot'))],
    below: [file('VMLINUZ.;1', alternate('vmlinuz'))],
    joliet: [{ name: utf16be('x'), at: 25, length: 3 }],
  });
  const places = fc.oneof(
    fc.integer({ min: 16 * sector, max: 16 * sector + 190 }),
    fc.integer({ min: 17 * sector, max: 17 * sector + 190 }),
    fc.integer({ min: 20 * sector, max: 20 * sector + 300 }),
    fc.integer({ min: 21 * sector, max: 21 * sector + 300 }),
  );
  const change = fc.record({ at: places, byte: fc.constantFrom(0, 1, 2, 4, 34, 127, 128, 255) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(27 * sector), async (changes, cut) => {
      const bytes = Buffer.from(whole);
      for (const { at, byte } of changes) bytes[at] = byte;
      try {
        const iso = await open(cut % 3 === 0 ? bytes.subarray(0, cut) : bytes);
        const found = await iso.find('boot/vmlinuz');
        for (const { offset, length } of found?.extents ?? [])
          expect(offset + length).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        if (!(error instanceof IsoError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
