// Starts virtual machines in software emulation and collects what they say on the serial console.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { consoleExcerpt, parseBlocks } from './serial.js';

const pxeRomScript = fileURLToPath(new URL('pxe-rom.ipxe', import.meta.url));
const BOOT_TIMEOUT_MS = 170_000;
const MEMORY_MIB = 640;

/**
 * Boots a machine and waits until its guest has reported and powered off.
 *
 * @param machine as {@link startMachine} takes it
 * @returns `{ blocks, text }`, the blocks by name (the last of a name wins) and the whole console.
 * @throws Error with the end of the console, if the guest does not report in time or reports a failure.
 */
export async function bootMachine(lifetime, machine) {
  const qemu = startMachine(lifetime, machine);
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(
      () => resolve({ code: null, reason: `no report within ${BOOT_TIMEOUT_MS / 1000} s` }),
      BOOT_TIMEOUT_MS,
    );
  });
  const { code, reason } = await Promise.race([qemu.exited, timeout]);
  clearTimeout(timer);
  const text = qemu.output();
  const blocks = new Map(parseBlocks(text).map(({ name, content }) => [name, content]));
  const failures = [...blocks].filter(([name]) => name.startsWith('failed:'));
  if (code !== 0 || failures.length > 0 || !text.includes('@@done@@')) {
    const told = failures.map(([name, content]) => `${name.slice('failed:'.length)}: ${content}`).join('\n');
    throw new Error(`${told || `the machine did not finish: ${reason}`}\n${consoleExcerpt(text)}`);
  }
  return { blocks, text };
}

/**
 * Powers a machine on.
 *
 * @param machine `firmware` 'bios' or 'uefi'; `network` `{ user: 'slirp options' }` or `{ tap, inside }` (see
 * namespace.js of the tests); `mac`; `uuid`; `serial` (SMBIOS); `disk` path of a raw image, tried before the network;
 * `pxeRom` true for a BIOS machine whose network ROM does not say that it is iPXE; `scratch` a folder of its own.
 * Optional: `pxe` false for UEFI firmware that boots by HTTP alone; `accelerators`, tried in order; `memoryMib`; `onOutput(chunk)` for the console as it comes.
 * @returns what {@link Lifetime} answers: `{ child, exited, output() }`.
 */
export function startMachine(lifetime, machine) {
  const [command, ...args] = [...(machine.network.inside ?? []), 'qemu-system-x86_64', ...machineArguments(machine)];
  return lifetime.start(command, args, machine.onOutput);
}

function machineArguments(machine) {
  // Quirk: /dev/kvm may open and ordinary kernels still hang in it, so acceleration is for those who ask for it.
  const { firmware, network, disk, accelerators = ['tcg'], memoryMib = MEMORY_MIB } = machine;
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-m', String(memoryMib)],
    ...accelerators.flatMap((name) => ['-accel', name]),
    ...['-serial', 'stdio', '-uuid', machine.uuid, '-smbios', `type=1,serial=${machine.serial}`],
    ...(firmware === 'uefi' ? uefiArguments(machine) : biosArguments(machine)),
    ...[
      '-netdev',
      network.user ? `user,id=net,${network.user}` : `tap,id=net,ifname=${network.tap},script=no,downscript=no`,
    ],
    ...(disk
      ? ['-drive', `if=none,id=disk,format=raw,file=${disk}`, '-device', 'virtio-blk-pci,drive=disk,bootindex=1']
      : ['-no-reboot']),
  ];
}

function biosArguments({ mac, pxeRom }) {
  const network = ['-machine', 'pc,graphics=off', '-device', `virtio-net-pci,netdev=net,mac=${mac},bootindex=2`];
  if (!pxeRom) return network;
  // QEMU's own ROM is iPXE and says so; the script makes an iPXE behave like another maker's.
  return [...network, '-kernel', '/usr/lib/ipxe/ipxe.lkrn', '-initrd', pxeRomScript];
}

function uefiArguments({ mac, scratch, pxe = true }) {
  const variables = join(scratch, 'uefi-variables.fd');
  copyFileSync('/usr/share/OVMF/OVMF_VARS_4M.fd', variables);
  return [
    ...['-machine', 'q35', '-drive', 'if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd'],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
    // Without a ROM the firmware's own driver and PXE client are used, which are not iPXE.
    ...['-device', `virtio-net-pci,netdev=net,mac=${mac},bootindex=2,romfile=`],
    ...(pxe ? [] : ['IPv4', 'IPv6']).flatMap((family) => [
      '-fw_cfg',
      `name=opt/org.tianocore/${family}PXESupport,string=n`,
    ]),
  ];
}
