/** The live system of Fedora CoreOS, RHEL CoreOS and CentOS Stream CoreOS. */
import { labels } from '../recipe.ts';

export interface CoreosLive {
  readonly url: string;
  /** Where a part of the release is, such as `kernel.x86_64`. */
  readonly file: (part: string) => string;
  /** What it is to do. */
  readonly args: readonly string[];
}

export function coreosLive({ url, file, args }: CoreosLive) {
  return {
    kernel: file('kernel.x86_64'),
    initrd: [`--name main ${file('initramfs.x86_64.img')}`],
    args: [
      'initrd=main',
      `coreos.live.rootfs_url=${url}${file('rootfs.x86_64.img')}`,
      // Without it the config is silently ignored.
      'ignition.firstboot',
      'ignition.platform.id=metal',
      `ignition.config.url=${url}/ignition?${labels}`,
      ...args,
    ],
  };
}
