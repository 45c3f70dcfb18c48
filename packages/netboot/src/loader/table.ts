/** The loaders that were found: which architecture gets which file, and what is missing. */
import { type Architecture, architectures } from '../architecture.ts';

export interface LoaderFile {
  /** As it is asked for: `ipxe.efi`, `arm64-efi/ipxe.efi`. */
  readonly name: string;
  /** Where it was found. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Hexadecimal. */
  readonly sha256: string;
  /** iPXE's, when the file says one; a compressed file does not. */
  readonly version: string | undefined;
}

export interface LoaderTable {
  /** By name. */
  readonly files: ReadonlyMap<string, LoaderFile>;
  readonly byArchitecture: ReadonlyMap<number, LoaderFile>;
  /** Architectures that have a loader somewhere, and none here. */
  readonly missing: readonly Architecture[];
}

/** One file for each architecture: the best name of those that are there. */
export function makeLoaderTable(files: ReadonlyMap<string, LoaderFile>): LoaderTable {
  const byArchitecture = new Map<number, LoaderFile>();
  const missing: Architecture[] = [];
  for (const architecture of architectures) {
    const file = architecture.loaders.map((name) => files.get(name)).find((found) => found !== undefined);
    if (file !== undefined) byArchitecture.set(architecture.code, file);
    else if (architecture.loaders.length > 0) missing.push(architecture);
  }
  return { files, byArchitecture, missing };
}

/** Every name that some architecture could use, each once. */
export const loaderNames: readonly string[] = [...new Set(architectures.flatMap(({ loaders }) => loaders))];

/** A line for each architecture that has a loader, and one that says which machines get none. */
export function describeLoaders({ byArchitecture, missing }: LoaderTable): readonly string[] {
  const lines = Array.from(byArchitecture, ([code, { name, bytes, sha256, version, path }]) => {
    const architecture = architectures.find((each) => each.code === code)!;
    const said = version === undefined ? 'version unknown' : `iPXE ${version}`;
    return `${architecture.name} (${code}): ${name}, ${bytes.length} bytes, sha256 ${sha256}, ${said}, from ${path}`;
  });
  if (missing.length === 0) return lines;
  const names = missing.map(({ name, code }) => `${name} (${code})`).join(', ');
  return [...lines, `no loader for ${names}: such machines get no boot file`];
}

/** When iPXE learned to boot a local disk under UEFI (b1c13cc). */
const firstDiskBoot = '20240305';

/**
 * The day of the source that a loader was made of, `20190125`; undefined for a release, whose version has none.
 *
 * @param version as `findVersion` answers it
 */
export function dateOfVersion(version: string | undefined): string | undefined {
  return /\+git-?(20\d{6})\b/.exec(version ?? '')?.[1];
}

/** @param version as `findVersion` answers it; one without a date may be of any time, and is believed to be newer */
export function handsToDisk(version: string | undefined): boolean {
  const date = dateOfVersion(version);
  return date === undefined || date >= firstDiskBoot;
}

/** What a loader of 2019, Debian 12's, was seen to lack on the wire; and one of 2025, Debian 13's, was not. */
const lastOld = '20191231';

/** What machines will miss with this loader, for its age; empty for one of today, or one that does not say. */
export function lacksOf(file: Pick<LoaderFile, 'bytes' | 'version'>): readonly string[] {
  const date = dateOfVersion(file.version);
  return [
    ...(isLostLoader(file) ? ['it cannot start an installed machine from its disk'] : []),
    ...(date !== undefined && date <= lastOld ? ['a label with a % in it cuts off the labels behind it'] : []),
    ...(date !== undefined && date <= lastOld && isEfiFile(file) ? ['it needs initrd=NAME in the arguments'] : []),
  ];
}

function isEfiFile({ bytes }: Pick<LoaderFile, 'bytes'>): boolean {
  return bytes[0] === 0x4d && bytes[1] === 0x5a;
}

/** Whether a machine that this loader is to send to its disk never arrives there: firmware of a PC's BIOS it always has. */
export function isLostLoader(file: Pick<LoaderFile, 'bytes' | 'version'> | undefined): boolean {
  return file !== undefined && isEfiFile(file) && !handsToDisk(file.version);
}

/** iPXE keeps its version as text, with its name before it or alone (Debian). */
export function findVersion(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder('latin1').decode(bytes);
  if (!text.includes('iPXE')) return undefined;
  return (/iPXE (\d+\.\d+\.\d+[\w.+()~-]*)/.exec(text) ?? /(?<![\w.])(\d+\.\d+\.\d+\+[\w.+()~-]+)/.exec(text))?.[1];
}
