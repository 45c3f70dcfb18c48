import { expect, test } from 'vitest';
import type { DhcpMessage } from '../dhcp/message.ts';
import { option } from '../dhcp/option.ts';
import { decodePacket } from '../dhcp/packet.ts';
import { addressBytes, bytesOf, clientOptions, type Options } from '../dhcp/sample.contract.ts';
import { parseSubnet } from '../ipv4.ts';
import { LeaseTable } from '../lease/table.ts';
import { type NetworkConfig, resolveNetwork } from '../netboot/config.ts';
import { effectiveMode, type ModeSetting } from '../netboot/mode.ts';
import { biosRom, edk2, type Firmware, httpBoot, ipxe, plainOffer } from './firmware.contract.ts';
import { decideSample, nowMs, packetOf, type Sent } from './sample.contract.ts';

const served = { address: '10.77.0.1', subnet: parseSubnet('10.77.0.0/24')!, httpPort: 8080 };
const ranges = [{ first: '10.77.0.100', last: '10.77.0.110' }];
const other = {
  serverIdentifier: '10.77.0.2',
  offeredAddress: '10.77.0.60',
  leaseSeconds: 600,
  hasVendorSpecific: false,
};

interface Situation {
  readonly mode: ModeSetting;
  readonly options: Options;
  readonly sent?: Sent;
  readonly config?: Partial<NetworkConfig>;
  readonly known?: boolean;
  /** Whether a server of the site gives addresses. */
  readonly beside?: boolean;
}

/** What becomes of a machine: the offers that reach it, taken by the model of its firmware. */
function fateOf(
  firmware: Firmware,
  { mode, options, sent = {}, config, known = true, beside = false }: Situation,
): string {
  const resolved = resolveNetwork({ name: 'rack', mode, answerTo: 'known', ranges, alone: 'dhcp', ...config }, served);
  const others = { servers: beside ? [other] : [] };
  const network = resolved.inMode(effectiveMode(resolved.modeRequest, others, nowMs));
  const leases = new LeaseTable({ pool: resolved.pool!, unknownShare: 1 });
  const packet = packetOf('DISCOVER', options, sent);
  const asked = decodePacket(packet.bytes).message!;
  const { answer, dryRun } = decideSample(packet, { network, machine: { known }, leases });
  const offers: DhcpMessage[] = beside ? [plainOffer(asked)] : [];
  if (answer !== undefined && !dryRun) offers.push(answer);
  return firmware(asked, offers);
}

const { biosRom: rom, ovmf, ovmfHttp, ipxeBios, ipxeEfi } = clientOptions;
const script = 'chains http://10.77.0.1:8080/boot.ipxe';
const httpLoader = 'boots http://10.77.0.1:8080/netboot/ipxe.efi';
const byTftp = (file: string) => `boots ${file} from 10.77.0.1`;
const without = (options: Options, ...codes: number[]): Options =>
  Object.fromEntries(Object.entries(options).filter(([code]) => !codes.includes(Number(code))));
const arch = (code: number, options: Options = ovmf): Options => ({
  ...options,
  [option.vendorClass]: bytesOf(`PXEClient:Arch:${String(code).padStart(5, '0')}:UNDI:003016`),
  [option.architecture]: Uint8Array.of(code >> 8, code & 255),
});
const ask = 'asks 10.77.0.1:4011';
const [alone, beside] = [false, true];
/** Some options fill whatever room there is. */
const longList = Uint8Array.from({ length: 200 }, (_, index) => index + 1);

test.each<[string, Firmware, Omit<Situation, 'beside'>, boolean, string]>([
  // Every client in every mode, beside a server and alone.
  ['a ROM by proxy', biosRom, { mode: 'proxy', options: rom }, beside, byTftp('undionly.kpxe')],
  ['a ROM by DHCP', biosRom, { mode: 'dhcp', options: rom }, alone, byTftp('undionly.kpxe')],
  ['a ROM by auto beside a server', biosRom, { mode: 'auto', options: rom }, beside, byTftp('undionly.kpxe')],
  ['a ROM by auto alone', biosRom, { mode: 'auto', options: rom }, alone, byTftp('undionly.kpxe')],
  ['a ROM in a dry run', biosRom, { mode: 'dry-run', options: rom }, beside, 'PXE-E53: no boot filename'],
  ['a ROM with network boot off', biosRom, { mode: 'off', options: rom }, beside, 'PXE-E53: no boot filename'],
  ['UEFI by proxy', edk2, { mode: 'proxy', options: ovmf }, beside, ask],
  ['UEFI by DHCP', edk2, { mode: 'dhcp', options: ovmf }, alone, byTftp('ipxe.efi')],
  ['UEFI by auto alone', edk2, { mode: 'auto', options: ovmf }, alone, byTftp('ipxe.efi')],
  [
    'UEFI by auto that may give no addresses',
    edk2,
    { mode: 'auto', options: ovmf, config: { alone: 'refuse' } },
    alone,
    'no address',
  ],
  ['UEFI in a dry run', edk2, { mode: 'dry-run', options: ovmf }, beside, 'no boot file'],
  [
    'UEFI by DHCP that an operator forces',
    edk2,
    { mode: 'dhcp', options: ovmf, config: { force: true } },
    beside,
    byTftp('ipxe.efi'),
  ],
  ['UEFI HTTP by proxy', httpBoot, { mode: 'proxy', options: ovmfHttp }, beside, httpLoader],
  ['UEFI HTTP by DHCP', httpBoot, { mode: 'dhcp', options: ovmfHttp }, alone, httpLoader],
  ['UEFI HTTP by auto beside a server', httpBoot, { mode: 'auto', options: ovmfHttp }, beside, httpLoader],
  ['UEFI HTTP in a dry run', httpBoot, { mode: 'dry-run', options: ovmfHttp }, beside, 'no boot file'],
  ['iPXE for BIOS by proxy', ipxe, { mode: 'proxy', options: ipxeBios }, beside, script],
  ['iPXE for UEFI by proxy', ipxe, { mode: 'proxy', options: ipxeEfi }, beside, script],
  ['iPXE by DHCP', ipxe, { mode: 'dhcp', options: ipxeEfi }, alone, script],
  ['iPXE by auto beside a server', ipxe, { mode: 'auto', options: ipxeBios }, beside, script],
  ['iPXE with network boot off', ipxe, { mode: 'off', options: ipxeBios }, beside, 'no boot file'],
  // What firmware says otherwise than it should.
  ['UEFI that says 9', edk2, { mode: 'dhcp', options: arch(9) }, alone, byTftp('ipxe.efi')],
  ['arm64', edk2, { mode: 'dhcp', options: arch(11) }, alone, byTftp('ipxe-arm64.efi')],
  [
    'ia32 on a 64-bit machine gets nothing for another',
    edk2,
    { mode: 'dhcp', options: arch(6) },
    alone,
    'no boot file',
  ],
  ['arm32 gets nothing for another', edk2, { mode: 'proxy', options: arch(10) }, beside, 'no boot file'],
  ['an architecture of the future', edk2, { mode: 'dhcp', options: arch(4711) }, alone, 'no boot file'],
  [
    'no option 93, and the class that says it',
    edk2,
    { mode: 'dhcp', options: without(ovmf, 93) },
    alone,
    byTftp('ipxe.efi'),
  ],
  [
    'option 93 of three bytes',
    edk2,
    { mode: 'dhcp', options: { ...ovmf, 93: bytesOf(0, 7, 0) } },
    alone,
    byTftp('ipxe.efi'),
  ],
  [
    'neither 93 nor digits',
    biosRom,
    { mode: 'proxy', options: { ...without(rom, 93), 60: bytesOf('PXEClient') } },
    beside,
    'PXE-E53: no boot filename',
  ],
  [
    'no option 97 (old Intel cards)',
    biosRom,
    { mode: 'proxy', options: without(rom, 97) },
    beside,
    byTftp('undionly.kpxe'),
  ],
  [
    'option 97 of 16 bytes',
    biosRom,
    { mode: 'proxy', options: { ...rom, 97: new Uint8Array(16) } },
    beside,
    byTftp('undionly.kpxe'),
  ],
  ['no option 94', biosRom, { mode: 'proxy', options: without(rom, 94) }, beside, byTftp('undionly.kpxe')],
  ['no option 55', edk2, { mode: 'dhcp', options: without(ovmf, 55) }, alone, byTftp('ipxe.efi')],
  ['a wish for everything', edk2, { mode: 'dhcp', options: { ...ovmf, 55: longList } }, alone, byTftp('ipxe.efi')],
  [
    'a wish for everything, HTTP',
    httpBoot,
    { mode: 'proxy', options: { ...ovmfHttp, 55: longList } },
    beside,
    httpLoader,
  ],
  ['a size of 0', edk2, { mode: 'dhcp', options: { ...ovmf, 57: bytesOf(0, 0) } }, alone, byTftp('ipxe.efi')],
  ['a size of 65,535', edk2, { mode: 'dhcp', options: { ...ovmf, 57: bytesOf(255, 255) } }, alone, byTftp('ipxe.efi')],
  [
    'an identifier of 255 bytes',
    edk2,
    { mode: 'dhcp', options: { ...ovmf, 61: new Uint8Array(255).fill(7) } },
    alone,
    byTftp('ipxe.efi'),
  ],
  [
    'another server’s identifier in DISCOVER',
    edk2,
    { mode: 'dhcp', options: { ...ovmf, 54: addressBytes('10.77.0.2') } },
    alone,
    byTftp('ipxe.efi'),
  ],
  [
    'a wish for an address of another network',
    edk2,
    { mode: 'dhcp', options: { ...ovmf, 50: addressBytes('192.168.1.5') } },
    alone,
    byTftp('ipxe.efi'),
  ],
  [
    'a class in capitals is none',
    biosRom,
    { mode: 'proxy', options: { ...rom, 60: bytesOf('PXECLIENT:Arch:00000') } },
    beside,
    'PXE-E53: no boot filename',
  ],
  [
    'a class with a NUL behind it',
    biosRom,
    { mode: 'proxy', options: { ...rom, 60: bytesOf('PXEClient:Arch:00000:UNDI:002001', 0) } },
    beside,
    byTftp('undionly.kpxe'),
  ],
  // iPXE in its many ways.
  [
    'iPXE whose user class follows RFC 3004',
    ipxe,
    { mode: 'proxy', options: { ...ipxeBios, 77: bytesOf(4, 'iPXE') } },
    beside,
    script,
  ],
  [
    'iPXE whose user class somebody set',
    ipxe,
    { mode: 'proxy', options: { ...ipxeEfi, 77: bytesOf('lab') } },
    beside,
    script,
  ],
  [
    'iPXE that says nothing of itself but option 175',
    ipxe,
    { mode: 'dhcp', options: without(ipxeEfi, 77) },
    alone,
    script,
  ],
  [
    'iPXE with the class that a proxy gave it',
    ipxe,
    { mode: 'proxy', options: { ...ipxeEfi, 60: bytesOf('PXEClient') } },
    beside,
    script,
  ],
  [
    'iPXE with the class of HTTP boot',
    ipxe,
    { mode: 'proxy', options: { ...ipxeEfi, 60: bytesOf('HTTPClient:Arch:00016') } },
    beside,
    script,
  ],
  [
    'iPXE without HTTP',
    ipxe,
    { mode: 'proxy', options: { ...ipxeBios, 175: bytesOf(235, 3, 1, 0, 0, 17, 1, 1) } },
    beside,
    byTftp('undionly.kpxe'),
  ],
  ['iPXE without an architecture', ipxe, { mode: 'proxy', options: without(ipxeBios, 93) }, beside, script],
  // Who is not to boot.
  [
    'a machine that nobody knows',
    biosRom,
    { mode: 'proxy', options: rom, known: false },
    beside,
    'PXE-E53: no boot filename',
  ],
  [
    'a machine that nobody knows, where all are answered',
    biosRom,
    { mode: 'proxy', options: rom, known: false, config: { answerTo: 'all' } },
    beside,
    byTftp('undionly.kpxe'),
  ],
  ['a denied maker', edk2, { mode: 'dhcp', options: ovmf, config: { denied: ['52:54:00'] } }, alone, 'no address'],
  [
    'a Raspberry Pi',
    biosRom,
    { mode: 'proxy', options: rom, sent: { mac: 'dc:a6:32:01:02:03' } },
    beside,
    'PXE-E53: no boot filename',
  ],
  [
    'an address whose group bit is set',
    biosRom,
    { mode: 'proxy', options: rom, sent: { mac: '53:54:00:01:02:03' } },
    beside,
    'PXE-E53: no boot filename',
  ],
  [
    'a token ring card',
    biosRom,
    { mode: 'proxy', options: rom, sent: { hardwareType: 6 } },
    beside,
    'PXE-E53: no boot filename',
  ],
  [
    'a relay on loopback',
    edk2,
    { mode: 'proxy', options: ovmf, sent: { relayAddress: '127.0.0.1' } },
    beside,
    'no boot file',
  ],
  // A script that the file field does not hold, and one with an odd loader.
  [
    'iPXE and a long URL',
    ipxe,
    { mode: 'proxy', options: ipxeEfi, config: { scriptUrl: `http://10.77.0.1/${'x'.repeat(200)}` } },
    beside,
    `chains http://10.77.0.1/${'x'.repeat(200)}`,
  ],
  [
    'UEFI with the shim of its network',
    edk2,
    { mode: 'dhcp', options: ovmf, config: { loaders: new Map([[7, 'shim.efi']]) } },
    alone,
    byTftp('shim.efi'),
  ],
  [
    'UEFI with a loader that is not there',
    edk2,
    { mode: 'dhcp', options: ovmf, config: { loaders: new Map([[7, 'gone.efi']]) } },
    alone,
    'no boot file',
  ],
])('%s', (_, firmware, situation, isBeside, fate) => {
  expect(fateOf(firmware, { ...situation, beside: isBeside })).toBe(fate);
});
