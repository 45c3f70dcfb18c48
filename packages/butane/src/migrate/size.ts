// Sizes of partitions: text with a unit, or sectors, as whole MiB.

const bytesPerUnit: Readonly<Record<string, number>> = {
  '': 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
};
const bytesPerMiB = 2 ** 20;
const bytesPerSector = 512;

/**
 * A size of Container Linux Config (`10GiB`, `512MB`: both count in powers of two) in MiB; undefined where it is not
 * understood or no whole number of MiB.
 */
export function mebibytesOf(size: string): number | undefined {
  if (size === '' || size === '0') return 0;
  let bytes = 0;
  let rest = size;
  while (rest !== '') {
    // `1GiB512MiB` is the sum of both.
    const part = /^(\d{1,15}(?:\.\d{1,9})?)([KMGTP]?)i?B/i.exec(rest);
    if (part === null) return undefined;
    bytes += Number(part[1]) * bytesPerUnit[part[2]!.toUpperCase()]!;
    rest = rest.slice(part[0].length);
  }
  return Number.isInteger(bytes / bytesPerMiB) ? bytes / bytesPerMiB : undefined;
}

/** Sectors of 512 bytes in MiB; undefined where that is no whole number. */
export function mebibytesOfSectors(sectors: string): number | undefined {
  if (!/^\d{1,15}$/.test(sectors)) return undefined;
  const mebibytes = (Number(sectors) * bytesPerSector) / bytesPerMiB;
  return Number.isInteger(mebibytes) ? mebibytes : undefined;
}
