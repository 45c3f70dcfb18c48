import { expect, test } from 'vitest';
import { grubDiskScript, ipxeDiskScript } from './disk-boot.ts';

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

test('ipxeDiskScript never leaves UEFI with a plain exit unless it was asked to', () => {
  expect(text(ipxeDiskScript('auto', 'it is installed'))).toBe(
    '#!ipxe\necho Booting from disk: it is installed\niseq ${platform} efi && goto efi ||\n' +
      'sanboot --no-describe --drive 0x80 || exit\n:efi\nsanboot --no-describe --drive 0 || exit 1\n',
  );
  expect(text(ipxeDiskScript('exit-1', 'x'))).toBe('#!ipxe\necho Booting from disk: x\nexit 1\n');
  expect(ipxeDiskScript('not-found', 'x')).toBeUndefined();
});

test('grubDiskScript looks for loaders on the disks, and has the firmware go on when there is none', () => {
  const script = text(grubDiskScript('auto', 'it is installed'))!;
  expect(script).toContain('if search --no-floppy --file --set=root /efi/debian/shimx64.efi; then chainloader');
  expect(script).toContain('  exit 1\nelse\n  set root=(hd0)\n  chainloader +1\n  boot\nfi\n');
  expect(text(grubDiskScript('exit', 'x'))).toBe('echo "Booting from disk: x"\nexit\n');
});

test('what is shown on the screen cannot end its line or begin a variable', () => {
  expect(text(ipxeDiskScript('exit', 'a\nshell ${x}é'))).toBe('#!ipxe\necho Booting from disk: a?shell S{x}?\nexit\n');
  expect(text(grubDiskScript('exit', '"; reboot; echo "$x`'))).toBe(
    'echo "Booting from disk: ; reboot; echo Sx"\nexit\n',
  );
});

test('what is shown on the screen is never taken for a second command', () => {
  expect(text(ipxeDiskScript('exit', 'no disk && reboot || shell ; poweroff ||'))).toBe(
    '#!ipxe\necho Booting from disk: no disk & reboot | shell , poweroff |\nexit\n',
  );
  expect(text(ipxeDiskScript('exit', 'a||b; c&&d'))).toBe('#!ipxe\necho Booting from disk: a||b; c&&d\nexit\n');
});
