/**
 * ISO 9660, as much of it as finding files takes: names of the Rock Ridge and Joliet extensions, files of several extents. An image may
 * come from anywhere: every size is checked against the image's before it is read, and what is read is bounded.
 *
 * Spec: ECMA-119; the System Use Sharing Protocol 1.12 and Rock Ridge 1.12 (IEEE P1281, P1282); the Joliet Specification of Microsoft.
 */
import { IsoError } from './iso-error.ts';

/** An image, wherever its bytes are. */
export interface IsoSource {
  readonly sizeBytes: number;
  /** Exactly these bytes; only asked for what lies within the image. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Where a file's bytes are, in their order. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

export interface IsoEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly extents: readonly Extent[];
  readonly sizeBytes: number;
}

export interface IsoImage {
  /** The volume's name, such as `Debian 12.9.0 amd64 n`. */
  readonly volume: string;
  /** What its names are taken from. */
  readonly names: 'rock-ridge' | 'joliet' | 'plain';
  /** What a folder has. @param path `boot/x86_64`; '' for the topmost. @returns undefined where there is no such folder */
  list(path: string): Promise<readonly IsoEntry[] | undefined>;
  /** A file by its path, in any case where the image has plain names alone. */
  find(path: string): Promise<IsoEntry | undefined>;
}

const sectorBytes = 2048;
/** The first sixteen sectors are the system's. */
const firstDescriptor = 16;
/** Descriptors that are looked at: images have three or four. */
const maxDescriptors = 64;
/** Of one folder; a folder with ten thousand files has one megabyte. */
const maxFolderBytes = 8 * 1024 * 1024;
/** Of one path. */
const maxDepth = 32;
/** Areas that one record's system use continues in; each has one sector at most. */
const maxContinuations = 8;
/** Extents of one file: each but the last has nearly four gigabytes. */
const maxExtents = 1024;

/** @throws IsoError for what is no such image, or a damaged one */
export async function openIso(source: IsoSource): Promise<IsoImage> {
  const volumes = await readVolumes(source);
  const primary = volumes.find(({ type }) => type === 'primary');
  if (primary === undefined) {
    throw new IsoError('no_iso', 'this is no ISO 9660 image: there is no volume descriptor at byte 32768');
  }
  const joliet = volumes.find(({ type }) => type === 'joliet');
  const skip = await rockRidgeSkip(source, primary);
  const volume = skip !== undefined || joliet === undefined ? primary : joliet;
  const names = skip !== undefined ? 'rock-ridge' : joliet === undefined ? 'plain' : 'joliet';
  const reader: FolderReader = { source, blockBytes: volume.blockBytes, names, skip: skip ?? 0 };
  const walk = async (path: string): Promise<IsoEntry | undefined> => {
    const parts = path.split('/').filter((part) => part !== '');
    if (parts.length > maxDepth) return undefined;
    let entry: IsoEntry = volume.root;
    for (const part of parts) {
      if (!entry.isFolder) return undefined;
      const inside = await readFolder(reader, entry);
      const found = inside.find(({ name }) => name === part) ?? inside.find(({ name }) => isSame(name, part, names));
      if (found === undefined) return undefined;
      entry = found;
    }
    return entry;
  };
  return {
    volume: volume.name,
    names,
    list: async (path) => {
      const folder = await walk(path);
      return folder?.isFolder ? readFolder(reader, folder) : undefined;
    },
    find: async (path) => {
      const entry = await walk(path);
      return entry?.isFolder === false ? entry : undefined;
    },
  };
}

/** Plain names are in capitals, and cut to eight letters and three by many writers. */
function isSame(name: string, wanted: string, names: IsoImage['names']): boolean {
  return names === 'plain' && name.toLowerCase() === wanted.toLowerCase();
}

interface Volume {
  readonly type: 'primary' | 'joliet';
  readonly name: string;
  readonly blockBytes: number;
  readonly root: IsoEntry;
}

async function readVolumes(source: IsoSource): Promise<Volume[]> {
  const volumes: Volume[] = [];
  for (let index = 0; index < maxDescriptors; index++) {
    const offset = (firstDescriptor + index) * sectorBytes;
    if (offset + sectorBytes > source.sizeBytes) break;
    const sector = await source.read(offset, sectorBytes);
    if (latin1(sector, 1, 6) !== 'CD001' || sector[0] === 255) break;
    const type = typeOf(sector);
    if (type === undefined) continue;
    const view = viewOf(sector);
    const blockBytes = view.getUint16(128, true);
    if (![512, 1024, 2048].includes(blockBytes)) {
      throw new IsoError('damaged', `its blocks have ${blockBytes} bytes, wanted 2048, 1024 or 512`);
    }
    const root = decodeRecord(sector.subarray(156, 190), blockBytes, source.sizeBytes);
    if (root === undefined || !root.isFolder) throw new IsoError('damaged', 'its topmost folder is none');
    const label = sector.subarray(40, 72);
    volumes.push({
      type,
      name: (type === 'joliet' ? utf16(label) : latin1(label, 0, 32)).trim(),
      blockBytes,
      root: { name: '', isFolder: true, extents: [root.extent], sizeBytes: root.extent.length },
    });
  }
  return volumes;
}

/** A supplementary volume is Joliet's if its names are in UCS-2, which its escape sequence says. */
function typeOf(sector: Uint8Array): Volume['type'] | undefined {
  if (sector[0] === 1) return 'primary';
  return sector[0] === 2 && /^%\/[@CE]/.test(latin1(sector, 88, 91)) ? 'joliet' : undefined;
}

/** @returns how many bytes of each system use field are another's; undefined where the image has no Rock Ridge names */
async function rockRidgeSkip(source: IsoSource, { root, blockBytes }: Volume): Promise<number | undefined> {
  const [extent] = root.extents;
  const sector = await source.read(extent!.offset, Math.min(sectorBytes, extent!.length));
  const record = decodeRecord(sector, blockBytes, source.sizeBytes);
  const use = record?.systemUse ?? new Uint8Array();
  // CD-ROM XA puts fourteen bytes of its own first.
  for (const at of [0, 14]) {
    if (latin1(use, at, at + 2) === 'SP' && use[at + 4] === 0xbe && use[at + 5] === 0xef) return use[at + 6] ?? 0;
  }
  return undefined;
}

interface FolderReader {
  readonly source: IsoSource;
  readonly blockBytes: number;
  readonly names: IsoImage['names'];
  readonly skip: number;
}

async function readFolder(reader: FolderReader, folder: IsoEntry): Promise<IsoEntry[]> {
  if (folder.sizeBytes > maxFolderBytes) {
    throw new IsoError(
      'damaged',
      `the folder ${JSON.stringify(folder.name)} has ${folder.sizeBytes} bytes, which none has`,
    );
  }
  const entries: IsoEntry[] = [];
  let parts: Extent[] = [];
  for (const { offset, length } of folder.extents) {
    const bytes = await reader.source.read(offset, length);
    for (const record of records(bytes, reader)) {
      parts.push(record.extent);
      if (parts.length > maxExtents) throw new IsoError('damaged', 'a file has too many parts');
      if (record.isContinued) continue;
      if (!record.isDot) entries.push(await entryOf(record, parts, reader));
      parts = [];
    }
  }
  return entries;
}

/** @param record the last one of the file; @param extents of all of them */
async function entryOf(record: DirectoryRecord, extents: readonly Extent[], reader: FolderReader): Promise<IsoEntry> {
  const sizeBytes = extents.reduce((sum, part) => sum + part.length, 0);
  if (sizeBytes > reader.source.sizeBytes) throw new IsoError('damaged', 'a file is larger than the image');
  return { name: await nameOf(record, reader), isFolder: record.isFolder, extents, sizeBytes };
}

/** Records do not cross sectors: what is left of one is zeros. */
function* records(bytes: Uint8Array, { blockBytes, source }: FolderReader): Generator<DirectoryRecord> {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at]!;
    if (length === 0) {
      at = (Math.floor(at / sectorBytes) + 1) * sectorBytes;
      continue;
    }
    const record = decodeRecord(bytes.subarray(at), blockBytes, source.sizeBytes);
    if (record === undefined) throw new IsoError('damaged', 'a folder is cut off in the middle of an entry');
    yield record;
    at += length;
  }
}

interface DirectoryRecord {
  readonly identifier: Uint8Array;
  readonly systemUse: Uint8Array;
  readonly isFolder: boolean;
  /** The folder itself, or the one above. */
  readonly isDot: boolean;
  /** The file goes on in the next record. */
  readonly isContinued: boolean;
  readonly extent: Extent;
}

const folderFlag = 0x02;
const continuedFlag = 0x80;

/** @returns undefined where the bytes end too early. @throws IsoError where what it names is not within the image */
function decodeRecord(bytes: Uint8Array, blockBytes: number, imageBytes: number): DirectoryRecord | undefined {
  const length = bytes[0] ?? 0;
  if (length < 34 || length > bytes.length) return undefined;
  const view = viewOf(bytes);
  const nameLength = bytes[32]!;
  const nameEnd = 33 + nameLength;
  if (nameEnd > length) return undefined;
  const extent = {
    // An extended attribute record comes before the data.
    offset: (view.getUint32(2, true) + bytes[1]!) * blockBytes,
    length: view.getUint32(10, true),
  };
  if (extent.length > 0 && extent.offset + extent.length > imageBytes) {
    throw new IsoError(
      'damaged',
      `a file ends at byte ${extent.offset + extent.length} of an image that has ${imageBytes}: it is cut off, or no such image`,
    );
  }
  const identifier = bytes.subarray(33, nameEnd);
  return {
    identifier,
    // Names of even length have a byte of padding behind them.
    systemUse: bytes.subarray(Math.min(nameEnd + ((nameLength + 1) % 2), length), length),
    isFolder: (bytes[25]! & folderFlag) !== 0,
    isDot: nameLength === 1 && identifier[0]! <= 1,
    isContinued: (bytes[25]! & continuedFlag) !== 0,
    extent,
  };
}

async function nameOf({ identifier, systemUse }: DirectoryRecord, reader: FolderReader): Promise<string> {
  if (reader.names === 'joliet') return withoutVersion(utf16(identifier));
  const plain = withoutVersion(latin1(identifier, 0, identifier.length));
  if (reader.names === 'plain') return plain;
  return (await alternateName(systemUse.subarray(reader.skip), reader)) ?? plain;
}

/** `VMLINUZ.;1` is `VMLINUZ`. */
function withoutVersion(name: string): string {
  return name.replace(/;\d+$/, '').replace(/\.$/, '');
}

/** The `NM` fields of Rock Ridge, which may be several, and in another place. @returns undefined without any */
async function alternateName(systemUse: Uint8Array, { source, blockBytes }: FolderReader): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let area = systemUse;
  for (let hop = 0; hop <= maxContinuations; hop++) {
    const fields = [...systemUseFields(area)];
    pieces.push(...fields.filter(isOwnName).map((field) => field.subarray(5)));
    const further = fields.findLast((field) => latin1(field, 0, 2) === 'CE' && field.length >= 28);
    if (further === undefined) break;
    const next = continuation(further, blockBytes);
    if (next.length > sectorBytes || next.offset + next.length > source.sizeBytes) {
      throw new IsoError('damaged', 'a name continues outside of the image');
    }
    area = await source.read(next.offset, next.length);
  }
  return pieces.length === 0 ? undefined : Buffer.concat(pieces).toString('utf8');
}

/** Flags 2 and 4 are for the folder itself and the one above. */
function isOwnName(field: Uint8Array): boolean {
  return latin1(field, 0, 2) === 'NM' && (field[4]! & 6) === 0;
}

function continuation(field: Uint8Array, blockBytes: number): Extent {
  const view = viewOf(field);
  return { offset: view.getUint32(4, true) * blockBytes + view.getUint32(12, true), length: view.getUint32(20, true) };
}

function* systemUseFields(area: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + 4 <= area.length; ) {
    const length = area[at + 2]!;
    const field = area.subarray(at, at + length);
    // `ST` ends the area; what is no field does, too.
    if (length < 5 || field.length < length || latin1(field, 0, 2) === 'ST') return;
    yield field;
    at += length;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('latin1');
}

/** Big-endian, as Joliet has it. */
function utf16(bytes: Uint8Array): string {
  const even = Buffer.from(bytes.subarray(0, bytes.length & ~1));
  return even.swap16().toString('utf16le');
}
