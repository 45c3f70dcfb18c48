/** Which files of `/assets/` a machine's script makes it fetch, and as what. */
import { type Boot, bootSections } from '../data/boot.ts';

/** `further`: the arguments of the kernel name it, so that its system fetches it. */
export type ImageKind = 'kernel' | 'initrd' | 'further';
export type Images = ReadonlyMap<string, ImageKind>;

/** Thousands of machines have the same profile. */
const imagesOfBoot = new WeakMap<Boot, Images>();

/** Kernel, initrds and what the system loads besides that come from here, by the path that will be asked for. */
export function imagesOf(boot: Boot): Images {
  const known = imagesOfBoot.get(boot) ?? readImages(boot);
  imagesOfBoot.set(boot, known);
  return known;
}

function readImages(boot: Boot): Images {
  const images = new Map<string, ImageKind>();
  for (const { section } of bootSections(boot)) {
    for (const path of section.args.flatMap(namedAssets)) images.set(path, 'further');
    for (const image of section.initrd) {
      const path = assetPath(image.split(/\s+/).at(-1) ?? '');
      if (path !== undefined) images.set(path, 'initrd');
    }
    const path = assetPath(section.kernel);
    if (path !== undefined) images.set(path, 'kernel');
  }
  return images;
}

/** `/assets/rootfs.img` of `coreos.live.rootfs_url=http://matchbox.example/assets/rootfs.img`. */
function namedAssets(argument: string): readonly string[] {
  return argument.split(/\s+/).flatMap((word) => {
    const at = word.indexOf('/assets/');
    return at > 0 && word.slice(0, at).includes('=') ? (word.slice(at).split(/[?#]/, 1)[0] ?? []) : [];
  });
}

function assetPath(url: string): string | undefined {
  const at = url.indexOf('/assets/');
  if (at < 0 || (at > 0 && !/^(https?:\/\/[^/]*|\([a-z]+[;,][^)]*\))$/.test(url.slice(0, at)))) return undefined;
  return url.slice(at).split(/[?#]/, 1)[0];
}
