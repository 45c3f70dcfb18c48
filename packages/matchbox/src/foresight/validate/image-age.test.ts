import { expect, test } from 'vitest';
import { imageOf, newestSpecOf } from './image-age.ts';

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
  ['/assets/rhcos-4.1.0-x86_64-installer-kernel', '2.3.0'],
  ['/assets/rhcos-410.8.20190516.0-installer-kernel', '2.3.0'],
  ['/assets/rhcos-4.3.8-x86_64-installer-kernel-x86_64', '2.3.0'],
  ['/assets/rhcos-4.6.1-x86_64-live-kernel-x86_64', '3.1.0'],
  ['/assets/rhcos-46.82.202010091720-0-live-kernel-x86_64', '3.1.0'],
  ['/assets/rhcos-4.7.7-x86_64-live-kernel-x86_64', '3.2.0'],
  ['https://mirror.openshift.com/pub/openshift-v4/dependencies/rhcos/4.8/latest/rhcos-live-kernel-x86_64', '3.2.0'],
  ['/assets/rhcos-410.84.202201251210-0-live-kernel-x86_64', '3.3.0'],
  ['/assets/rhcos/4.12.17/rhcos-live-kernel-x86_64', '3.3.0'],
  ['/assets/rhcos-4.14.0-x86_64-live-kernel-x86_64', '3.4.0'],
  ['/assets/rhcos-9.6.20250523-0-live-kernel-x86_64', undefined],
  ['/assets/rhcos-4.20.0-x86_64-live-kernel-x86_64', undefined],
  ['/assets/rhcos-live-kernel-x86_64', undefined],
])('newestSpecOf the image %s', (kernel, newest) => {
  expect(newestSpecOf(profile(kernel))).toBe(newest);
});

test('imageOf counts the days of Flatcar from 2013-07-01', () => {
  expect(imageOf(profile('/assets/flatcar/3549.0.0/vmlinuz'))).toEqual({
    name: 'Flatcar of 2023-03-20',
    newestSpec: '3.4.0',
  });
});

test('imageOf asks the root file system where the kernel’s name does not tell', () => {
  const rootfs = 'coreos.live.rootfs_url=http://10.0.0.1:8080/assets/rhcos-4.6.8-x86_64-live-rootfs.x86_64.img';
  const boot = { kernel: '/assets/vmlinuz', initrd: ['/assets/initramfs.img'], args: ['ip=dhcp', rootfs] };
  expect(imageOf({ ...profile(''), boot })).toEqual({ name: 'OpenShift 4.6', newestSpec: '3.1.0' });
});
