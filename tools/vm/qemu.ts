/** Starts virtual machines in software emulation and collects what they say on the serial console. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Ended, Lifetime, Started } from './lifetime.ts';
import { consoleExcerpt, parseBlocks } from './serial.ts';
import { whenOverdue } from './slowness.ts';

const pxeRomScript = fileURLToPath(new URL('pxe-rom.ipxe', import.meta.url));
/** On a computer that is fast and idle. */
const BOOT_TIMEOUT_MS = 170_000;
const MEMORY_MIB = 640;

export interface Machine {
  readonly firmware: 'bios' | 'uefi' | 'uefi-arm64';
  readonly network: MachineNetwork;
  readonly mac: string;
  readonly uuid: string;
  /** Of SMBIOS. */
  readonly serial: string;
  /** Path of a raw image, tried before the network. */
  readonly disk?: string | undefined;
  /** The network is tried before the disk. */
  readonly networkFirst?: boolean | undefined;
  /**
   * What boots it from the network; without it iPXE for BIOS, its own PXE and HTTP clients for UEFI.
   * `plain-pxe`: of BIOS, a ROM that does not say that it is iPXE. `ipxe`: of UEFI, the network card's own ROM. `http`: of UEFI,
   * its HTTP client alone.
   */
  readonly rom?: 'plain-pxe' | 'ipxe' | 'http' | undefined;
  /** A folder of its own. */
  readonly scratch: string;
  /** QEMU's, tried in order. */
  readonly accelerators?: readonly string[] | undefined;
  readonly memoryMib?: number | undefined;
  /** The model, as QEMU names it, with what is added to it. */
  readonly processor?: string | undefined;
  /** The console as it comes. */
  readonly onOutput?: ((chunk: Buffer) => void) | undefined;
  /** Somebody types at the console: into the standard input of the program that runs. */
  readonly typed?: boolean | undefined;
  /** Writes are done when this computer has them in memory: quick, and lost with a crash of this computer. */
  readonly fastDisk?: boolean | undefined;
}

/**
 * QEMU's user network with these options, or a tap device of the network namespace that the words `inside` lead to, where an IPv6
 * router says that it is there, if wanted.
 */
export type MachineNetwork =
  | { readonly user: string }
  | { readonly tap: string; readonly inside: readonly string[]; readonly hasRouter?: true };

/** What the guest reported: its blocks by name (the last of a name wins), and the whole console. */
export interface Report {
  readonly blocks: ReadonlyMap<string, Buffer>;
  readonly text: string;
}

/**
 * Boots a machine and waits until its guest has reported and powered off.
 *
 * @throws Error with the end of the console, if the guest does not report in time or reports a failure.
 */
export async function bootMachine(lifetime: Lifetime, machine: Machine): Promise<Report> {
  const qemu = startMachine(lifetime, machine);
  const over = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: over.signal });
  const timeout = whenOverdue(BOOT_TIMEOUT_MS, pause).then(
    (ms): Ended => ({ code: null, reason: `no report within ${Math.round(ms / 1000)} s` }),
  );
  const { code, reason } = await Promise.race([qemu.exited, timeout]);
  over.abort();
  const text = qemu.output();
  const blocks = new Map(parseBlocks(text).map(({ name, content }) => [name, content]));
  const failures = [...blocks].filter(([name]) => name.startsWith('failed:'));
  if (code !== 0 || failures.length > 0 || !text.includes('@@done@@')) {
    const told = failures.map(([name, content]) => `${name.slice('failed:'.length)}: ${content}`).join('\n');
    throw new Error(`${told || `the machine did not finish: ${reason}`}\n${consoleExcerpt(text)}`);
  }
  return { blocks, text };
}

/** Powers a machine on. */
export function startMachine(lifetime: Lifetime, machine: Machine): Started {
  const inside = 'inside' in machine.network ? machine.network.inside : [];
  const program = machine.firmware === 'uefi-arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64';
  const [command = '', ...args] = [...inside, program, ...machineArguments(machine)];
  return lifetime.start(command, args, machine.onOutput, machine.typed ? 'pipe' : 'ignore');
}

function machineArguments(machine: Machine): string[] {
  // Quirk: /dev/kvm may open and ordinary kernels still hang in it, so acceleration is for those who ask for it.
  const { firmware, network, disk, networkFirst = false, accelerators = ['tcg'], memoryMib = MEMORY_MIB } = machine;
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-m', String(memoryMib)],
    ...accelerators.flatMap((name) => ['-accel', name]),
    ...(machine.processor === undefined ? [] : ['-cpu', machine.processor]),
    ...['-serial', 'stdio', '-uuid', machine.uuid, '-smbios', `type=1,serial=${machine.serial}`],
    ...(firmware === 'bios' ? biosArguments(machine) : uefiArguments(machine)),
    ...networkArguments(network),
    ...(disk
      ? [
          '-drive',
          `if=none,id=disk,format=raw,file=${disk}${machine.fastDisk ? ',cache=unsafe,discard=unmap' : ''}`,
          '-device',
          `virtio-blk-pci,drive=disk,bootindex=${networkFirst ? 3 : 1}`,
        ]
      : ['-no-reboot']),
  ];
}

function networkArguments(network: MachineNetwork): string[] {
  if ('user' in network) return ['-netdev', `user,id=net,${network.user}`];
  const tap = (id: string) => `tap,id=${id},ifname=${network.tap},script=no,downscript=no`;
  if (!network.hasRouter) return ['-netdev', tap('net')];
  // Quirk: iPXE 2019 uses no network before an IPv6 router has answered, or 15 s are over. QEMU's own says nothing else with these
  // options.
  const hub = [
    'hubport,id=net,hubid=0',
    'hubport,id=port1,hubid=0,netdev=cable',
    'hubport,id=port2,hubid=0,netdev=router',
  ];
  return [tap('cable'), 'user,id=router,ipv4=off,restrict=on', ...hub].flatMap((words) => ['-netdev', words]);
}

function biosArguments({ mac, rom }: Machine): string[] {
  const network = ['-machine', 'pc,graphics=off', '-device', `virtio-net-pci,netdev=net,mac=${mac},bootindex=2`];
  if (rom !== 'plain-pxe') return network;
  // QEMU's own ROM is iPXE and says so; the script makes an iPXE behave like another maker's.
  return [...network, '-kernel', '/usr/lib/ipxe/ipxe.lkrn', '-initrd', pxeRomScript];
}

/** Each with its code, its variables, and the machine that it is made for. */
const uefi = {
  uefi: { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd', machine: ['q35'] },
  'uefi-arm64': {
    code: '/usr/share/AAVMF/AAVMF_CODE.fd',
    variables: '/usr/share/AAVMF/AAVMF_VARS.fd',
    machine: ['virt', '-cpu', 'cortex-a57'],
  },
} as const;

function uefiArguments({ firmware, mac, scratch, rom }: Machine): string[] {
  const { code, variables: empty, machine } = uefi[firmware === 'bios' ? 'uefi' : firmware];
  const variables = join(scratch, 'uefi-variables.fd');
  copyFileSync(empty, variables);
  return [
    ...['-machine', ...machine, '-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
    // Without a ROM the firmware's own driver and PXE client are used, which are not iPXE.
    ...['-device', `virtio-net-pci,netdev=net,mac=${mac},bootindex=2${rom === 'ipxe' ? '' : ',romfile='}`],
    ...(rom === 'http' ? ['IPv4', 'IPv6'] : []).flatMap((family) => [
      '-fw_cfg',
      `name=opt/org.tianocore/${family}PXESupport,string=n`,
    ]),
  ];
}
