/** What firmware says it is (option 93, RFC 4578 and IANA's list), and which loader it can run. */

export interface Architecture {
  readonly code: number;
  readonly name: string;
  /** How the firmware fetches its loader. */
  readonly transport: 'tftp' | 'http';
  /** Names of its loader, best first. None: served only what an operator configures. */
  readonly loaders: readonly string[];
}

const x64 = ['ipxe.efi', 'ipxe-x86_64.efi', 'snponly.efi', 'ipxe-snponly-x86_64.efi'];
const ia32 = ['ipxe-i386.efi', 'ipxe-ia32.efi', 'snponly-i386.efi'];
const arm32 = ['ipxe-arm32.efi', 'snponly-arm32.efi'];
const arm64 = ['ipxe-arm64.efi', 'ipxe-aarch64.efi', 'snponly-arm64.efi', 'arm64-efi/ipxe.efi'];
const riscv64 = ['ipxe-riscv64.efi', 'snponly-riscv64.efi'];
const loong64 = ['ipxe-loong64.efi', 'snponly-loong64.efi'];

/** Quirk: RFC 4578 (section 2.1) was printed with 7 and 9 the other way round; firmware for x86-64 says 7, some says 9. Both run one file. */
export const architectures: readonly Architecture[] = [
  { code: 0, name: 'BIOS', transport: 'tftp', loaders: ['undionly.kpxe', 'undionly.kkpxe'] },
  { code: 6, name: 'ia32 UEFI', transport: 'tftp', loaders: ia32 },
  { code: 7, name: 'x86-64 UEFI', transport: 'tftp', loaders: x64 },
  { code: 9, name: 'x86-64 UEFI (EBC)', transport: 'tftp', loaders: x64 },
  { code: 10, name: 'arm32 UEFI', transport: 'tftp', loaders: arm32 },
  { code: 11, name: 'arm64 UEFI', transport: 'tftp', loaders: arm64 },
  { code: 15, name: 'ia32 UEFI HTTP', transport: 'http', loaders: [] },
  { code: 16, name: 'x86-64 UEFI HTTP', transport: 'http', loaders: x64 },
  { code: 18, name: 'arm32 UEFI HTTP', transport: 'http', loaders: arm32 },
  { code: 19, name: 'arm64 UEFI HTTP', transport: 'http', loaders: arm64 },
  { code: 20, name: 'BIOS HTTP', transport: 'http', loaders: [] },
  { code: 27, name: 'riscv64 UEFI', transport: 'tftp', loaders: riscv64 },
  { code: 28, name: 'riscv64 UEFI HTTP', transport: 'http', loaders: riscv64 },
  { code: 39, name: 'loongarch64 UEFI', transport: 'tftp', loaders: loong64 },
  { code: 40, name: 'loongarch64 UEFI HTTP', transport: 'http', loaders: loong64 },
];

/** What people call the firmware that a loader is configured for, and the codes that it says, by whichever way it fetches. */
export const firmwareNames: Readonly<Record<string, readonly number[]>> = {
  bios: [0, 20],
  'ia32-uefi': [6, 15],
  'x86_64-uefi': [7, 9, 16],
  'arm32-uefi': [10, 18],
  'arm64-uefi': [11, 19],
  'riscv64-uefi': [27, 28],
  'loongarch64-uefi': [39, 40],
};

/** The codes of a name of `firmwareNames`, or of a code alone as text; undefined for what is neither. */
export function architectureCodes(name: string): readonly number[] | undefined {
  if (/^\d{1,5}$/.test(name) && Number(name) < 65_536) return [Number(name)];
  return Object.hasOwn(firmwareNames, name) ? firmwareNames[name] : undefined;
}

const byCode = new Map(architectures.map((architecture) => [architecture.code, architecture]));

/** undefined for what no loader exists for, as far as we know. */
export function selectArchitecture(code: number): Architecture | undefined {
  return byCode.get(code);
}

/** Its name, or `architecture 99`. */
export function describeArchitecture(code: number): string {
  return byCode.get(code)?.name ?? `architecture ${code}`;
}

/** Option 93: the codes, 16 bits each; empty when it is none. */
export function decodeArchitectures(bytes: Uint8Array): readonly number[] {
  if (bytes.length % 2 !== 0) return [];
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes[2 * index]! * 256 + bytes[2 * index + 1]!);
}
