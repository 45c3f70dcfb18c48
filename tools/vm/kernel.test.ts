import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findKernel } from './kernel.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'matchbox-kernel-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const moduleOf = (depends: string) => `code\0depends=${depends}\0license=GPL\0`;

it('findKernel takes Debian’s layout, and modules after what they depend on', () => {
  put('boot/vmlinuz-6.1.0-9', 'old');
  put('boot/vmlinuz-6.1.0-10', 'new');
  put('lib/modules/6.1.0-9/kernel/virtio.ko', moduleOf(''));
  put('lib/modules/6.1.0-10/kernel/net/virtio_net.ko', moduleOf('net-failover,virtio'));
  put('lib/modules/6.1.0-10/kernel/net_failover.ko', moduleOf(''));
  put('lib/modules/6.1.0-10/kernel/virtio.ko', moduleOf(''));
  const { image, modules } = findKernel(root);
  expect(image).toBe(join(root, 'boot/vmlinuz-6.1.0-10'));
  expect(modules.map(({ name }) => name)).toEqual(['net_failover', 'virtio', 'virtio_net']);
});

it('findKernel takes a kernel beside its modules, and unpacks them', () => {
  put('usr/lib/modules/6.9.1-arch1/vmlinuz', 'kernel');
  put('usr/lib/modules/6.9.1-arch1/kernel/virtio_net.ko.gz', gzipSync(moduleOf('')));
  const { image, modules } = findKernel(root);
  expect(image).toBe(join(root, 'usr/lib/modules/6.9.1-arch1/vmlinuz'));
  expect(modules.map(({ data }) => data.toString())).toEqual([moduleOf('')]);
});

it('findKernel says where it looked', () => {
  expect(() => findKernel(root)).toThrow(`there is no Linux kernel with its modules in ${join(root, 'boot')}`);
});
