import { expect, test } from 'vitest';
import { imageOf, newestSpecOf } from './image-date.ts';

function profile(kernel: string) {
  return { id: 'p', name: '', boot: { kernel, initrd: [], args: [] }, ignitionId: '', cloudId: '', genericId: '' };
}

test.each([
  ['/assets/fedora-coreos/fedora-coreos-31.20200310.3.0-live-kernel-x86_64', '3.0.0'],
  ['/assets/fedora-coreos-32.20200601.3.0-live-kernel-x86_64', '3.1.0'],
  ['https://builds.coreos.fedoraproject.org/x/fedora-coreos-36.20220906.3.2-live-kernel-x86_64', '3.3.0'],
  ['/assets/fedora-coreos-41.20241027.3.0-live-kernel-x86_64', '3.5.0'],
  ['/assets/fedora-coreos-44.20260501.3.0-live-kernel-x86_64', undefined],
  ['http://stable.release.core-os.net/amd64-usr/2303.3.0/coreos_production_pxe.vmlinuz', '2.3.0'],
  ['/assets/coreos/1967.3.0/coreos_production_pxe.vmlinuz', '2.3.0'],
  ['/assets/flatcar/3033.2.4/flatcar_production_pxe.vmlinuz', '2.3.0'],
  ['http://alpha.release.flatcar-linux.net/amd64-usr/3185.0.0/flatcar_production_pxe.vmlinuz', '3.3.0'],
  ['http://stable.release.flatcar-linux.net/amd64-usr/3510.2.0/flatcar_production_pxe.vmlinuz', '3.3.0'],
  ['http://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe.vmlinuz', '3.5.0'],
  ['http://stable.release.flatcar-linux.net/amd64-usr/current/flatcar_production_pxe.vmlinuz', undefined],
  ['/assets/debian/vmlinuz', undefined],
])('newestSpecOf the image %s', (kernel, newest) => {
  expect(newestSpecOf(profile(kernel))).toBe(newest);
});

test('imageOf counts the days of Flatcar from 2013-07-01', () => {
  expect(imageOf(profile('/assets/flatcar/3549.0.0/vmlinuz'))).toEqual({ date: '2023-03-20', readsSpec3: true });
});
