import { expect, test } from 'vitest';
import { scriptFaults } from './script-faults.ts';

const faults = (endpoint: 'ipxe' | 'grub', text: string) =>
  scriptFaults(endpoint, new TextEncoder().encode(text)).map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );

test('scriptFaults wants iPXE’s first line', () => {
  expect(faults('ipxe', 'kernel k\n')).toEqual(['1:1 iPXE takes a script only if its first line is "#!ipxe"']);
  expect(faults('ipxe', '#!ipxe\nkernel k\nboot\n')).toEqual([]);
});

test('scriptFaults finds a goto without its label, wherever it stands in a line', () => {
  expect(faults('ipxe', '#!ipxe\nchain x || goto failed\n:ok\ngoto ok\n')).toEqual([
    '2:12 there is no label ":failed" for this goto',
  ]);
  expect(faults('ipxe', '#!ipxe\n:a\niseq 1 2 && goto a || goto b\n# goto c\ngoto ${sel}\necho goto d\n')).toEqual([
    '3:23 there is no label ":b" for this goto',
  ]);
});

test('scriptFaults finds what GRUB would not read to its end', () => {
  expect(faults('grub', 'menuentry "a" {\n  linux ${k} "{"\n}\n')).toEqual([]);
  expect(faults('grub', 'menuentry "a" {\n  linux k # }\n')).toEqual(['1:15 this brace is never closed']);
  expect(faults('grub', 'boot\n}\n')).toEqual(['2:1 this brace closes nothing']);
  expect(faults('grub', '#!ipxe\n')).toEqual(['1:1 this is a script for iPXE, not for GRUB']);
  expect(faults('grub', 'echo "two\nlines {"\n')).toEqual([]);
});
