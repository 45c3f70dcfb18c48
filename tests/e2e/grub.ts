/** Builds GRUB's images: one that boots from the network through /grub, and the disk image that the installer writes. */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SECTOR_BYTES = 512;
const PARTITION_SECTOR = 2048;
const DISK_MODULES = [
  'search',
  'search_fs_file',
  'part_msdos',
  'fat',
  'linux',
  'normal',
  'configfile',
  'echo',
  'serial',
];
const NETWORK_MODULES = [
  ...['efinet', 'tftp', 'http', 'net', 'linux', 'linuxefi', 'configfile', 'normal', 'echo', 'halt'],
  // What the script needs that sends a machine to its disk; distributions' images have them.
  ...['search', 'search_fs_file', 'part_msdos', 'part_gpt', 'fat', 'chain', 'test'],
];

/** A UEFI network boot program that asks `server` (`host:port`) for its menu, as the network guide describes. */
export function makeNetworkGrub(path: string, server: string, work: string): void {
  const config = [`configfile (http,${server})/grub?mac=\${net_default_mac}`, 'echo "no menu from the server"', 'halt'];
  makeImage({ format: 'x86_64-efi', path, work }, config, NETWORK_MODULES);
}

/** What the disk image is made of. */
interface InstallImage {
  readonly path: string;
  readonly kernelImage: string;
  readonly initramfs: string;
  readonly sizeBytes: number;
  /** A folder for what is made on the way. */
  readonly work: string;
}

/**
 * The image that the installer writes to a disk, bootable by BIOS and by UEFI: one FAT partition that holds the kernel,
 * the initramfs and GRUB for UEFI; GRUB for BIOS is in front of it. The command that loads the kernel with the machine's
 * arguments comes from /machine.cfg, which the installer adds.
 */
export function makeInstallImage({ path, kernelImage, initramfs, sizeBytes, work }: InstallImage): void {
  const config = [
    'search --no-floppy --file --set=root /machine.cfg',
    'source ($root)/machine.cfg',
    'initrd ($root)/initramfs.gz',
    'boot',
  ];
  const biosCore = join(work, 'core.img');
  const efi = join(work, 'bootx64.efi');
  makeImage({ format: 'i386-pc', path: biosCore, work }, config, ['biosdisk', ...DISK_MODULES]);
  makeImage({ format: 'x86_64-efi', path: efi, work }, config, DISK_MODULES);

  const partitioned = openSync(path, 'w');
  ftruncateSync(partitioned, sizeBytes);
  writeSync(partitioned, masterBootRecord(sizeBytes / SECTOR_BYTES - PARTITION_SECTOR), 0, SECTOR_BYTES, 0);
  // GRUB's BIOS images expect to lie in one piece from the disk's second sector on, so they need no patching.
  const core = readFileSync(biosCore);
  if (core.length > (PARTITION_SECTOR - 1) * SECTOR_BYTES)
    throw new Error(`${biosCore} does not fit in front of the partition`);
  writeSync(partitioned, core, 0, core.length, SECTOR_BYTES);
  closeSync(partitioned);

  const partition = `${path}@@${PARTITION_SECTOR * SECTOR_BYTES}`;
  mtools(
    'mformat',
    '-i',
    partition,
    '-T',
    String(sizeBytes / SECTOR_BYTES - PARTITION_SECTOR),
    '-h',
    '16',
    '-s',
    '63',
    '::',
  );
  mtools('mmd', '-i', partition, '::/EFI', '::/EFI/BOOT');
  mtools('mcopy', '-i', partition, efi, '::/EFI/BOOT/BOOTX64.EFI');
  mtools('mcopy', '-i', partition, kernelImage, '::/vmlinuz');
  mtools('mcopy', '-i', partition, initramfs, '::/initramfs.gz');
}

function makeImage(
  { format, path, work }: { readonly format: string; readonly path: string; readonly work: string },
  config: readonly string[],
  modules: readonly string[],
): void {
  const configPath = join(work, `${format}.cfg`);
  writeFileSync(configPath, `${config.join('\n')}\n`);
  execFileSync('grub-mkimage', ['-O', format, '-o', path, '-p', '/grub', '-c', configPath, ...modules]);
}

/** GRUB's boot sector with one active partition of type 0xEF, which BIOS boots past and UEFI takes as its system partition. */
function masterBootRecord(partitionSectors: number): Buffer {
  const sector = Buffer.from(readFileSync('/usr/lib/grub/i386-pc/boot.img').subarray(0, SECTOR_BYTES));
  const entry = Buffer.alloc(16);
  entry.set([0x80, 0xfe, 0xff, 0xff, 0xef, 0xfe, 0xff, 0xff]);
  entry.writeUInt32LE(PARTITION_SECTOR, 8);
  entry.writeUInt32LE(partitionSectors, 12);
  sector.fill(0, 446, 510);
  entry.copy(sector, 446);
  sector.writeUInt16BE(0x55aa, 510);
  return sector;
}

function mtools(command: string, ...args: string[]): void {
  // The geometry check is for real floppies and refuses sizes that are not a multiple of a track.
  execFileSync(command, args, { env: { ...process.env, MTOOLS_SKIP_CHECK: '1' } });
}
