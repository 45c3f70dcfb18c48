import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { explainMissing, installCommand, missingRequirements, systemFamily } from './requirements.ts';

const all = missingRequirements(true, () => undefined);

it('systemFamily reads os-release, also of a system that is only like another', () => {
  expect(systemFamily('linux', 'PRETTY_NAME="Debian"\nID=debian\n')).toBe('debian');
  expect(systemFamily('linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n')).toBe('debian');
  expect(systemFamily('linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n')).toBe('fedora');
  expect(systemFamily('linux', 'ID=manjaro\nID_LIKE=arch\n')).toBe('arch');
  expect(systemFamily('linux', 'ID=gentoo\n')).toBeUndefined();
  expect(systemFamily('darwin', '')).toBe('macos');
});

it('missingRequirements wants BusyBox for the small Linux only', () => {
  const withoutBusybox = (program: string) => (program === 'busybox' ? undefined : `/usr/bin/${program}`);
  expect(missingRequirements(true, withoutBusybox)).toHaveLength(1);
  expect(missingRequirements(false, withoutBusybox)).toEqual([]);
});

it('missingRequirements does not take a BusyBox that needs shared libraries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-busybox-'));
  try {
    const busybox = join(folder, 'busybox');
    writeFileSync(busybox, '\x7fELF … /lib64/ld-linux-x86-64.so.2');
    expect(missingRequirements(true, () => busybox)).toHaveLength(1);
    writeFileSync(busybox, '\x7fELF …');
    expect(missingRequirements(true, () => busybox)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('installCommand names the packages of the system', () => {
  expect(installCommand(all, 'debian')?.join(' ')).toBe(
    'apt-get install -y --no-install-recommends qemu-system-x86 ipxe-qemu busybox-static',
  );
  expect(installCommand(all, 'macos')).toEqual(['brew', 'install', 'qemu']);
  expect(installCommand(all, undefined)).toBeUndefined();
});

it('explainMissing says what is missing, and on an unknown system what it is called elsewhere', () => {
  expect(explainMissing(all.slice(0, 1), 'fedora')).toBe(`This computer lacks
  qemu-system-x86_64: QEMU, which is the virtual machine
Install it with
  Fedora: sudo dnf install -y qemu-system-x86-core ipxe-roms-qemu`);
  expect(explainMissing(all.slice(0, 1), undefined)).toContain('  Arch: sudo pacman -S --noconfirm qemu-system-x86\n');
});
