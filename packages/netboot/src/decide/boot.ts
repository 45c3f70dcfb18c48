/** Which boot file a machine gets: iPXE its script, firmware the loader of its architecture, everybody else none. */
import { type Architecture, selectArchitecture } from '../architecture.ts';
import type { Client } from '../client.ts';
import type { BootChoice } from './decision.ts';
import type { Lookups, Machine, Network } from './network.ts';

type Found = { readonly file: string; readonly architecture: number };
type Files = Pick<Lookups, 'loaderFor' | 'hasFile' | 'handsToDisk' | 'bootsFromDisk'>;

/** The user class counts more than class and architecture: an iPXE taken for a ROM would load itself for ever. */
export function chooseBoot(client: Client, machine: Machine, network: Network, files: Files): BootChoice {
  if (client.boots === 'none') return { rule: 'not_network_boot' };
  if (machine.optedOut) return { rule: 'opted_out' };
  if (!machine.known && network.answerTo === 'known') return { rule: 'unknown_machine' };
  if (client.boots === 'ipxe' && client.ipxeHasHttp) return { rule: 'script', file: network.scriptUrl };
  if (client.raspberryPi) return { rule: 'raspberry_pi' };
  const found = findLoader(client, machine, network, files);
  if ('rule' in found) return found;
  if (client.boots !== 'ipxe' && isLostOnDisk(client, found, files)) return { rule: 'boots_from_disk' };
  if (client.boots === 'ipxe') return { rule: 'better_ipxe', ...found };
  if (client.boots === 'pxe') return { rule: 'loader', ...found };
  return { ...found, rule: 'http_loader', file: network.loaderBaseUrl + encodePath(found.file) };
}

/**
 * Quirk: under UEFI an iPXE of before March 2024 knows no other way to the disk than to end, and Debian 12's, of 2019, hangs there
 * (OVMF 2022.11: for five minutes, until the firmware resets the machine and all begins again). Without an offer the firmware goes
 * on to its next boot entry by itself.
 */
function isLostOnDisk(client: Client, { file, architecture }: Found, files: Files): boolean {
  if (biosArchitectures.includes(architecture) || (files.handsToDisk?.(file) ?? true)) return false;
  return files.bootsFromDisk?.(client) ?? false;
}

/** Firmware whose disk iPXE has always known how to boot. */
const biosArchitectures = [0, 20];

/** Of several architectures the first that there is a loader for. Nothing else is put in a missing loader's place. */
function findLoader(client: Client, machine: Machine, network: Network, files: Files): Found | BootChoice {
  const [first] = client.architectures;
  if (first === undefined) return { rule: 'no_architecture' };
  let missing: BootChoice | undefined;
  for (const code of client.architectures.slice(0, maxArchitectures)) {
    const configured = machine.loaders?.get(code) ?? network.loaders.get(code);
    const file = configured ?? files.loaderFor(code);
    if (file !== undefined && files.hasFile(file)) return { file, architecture: code };
    if (configured !== undefined || hasLoader(selectArchitecture(code))) {
      missing ??= { rule: 'loader_missing', architecture: code };
    }
  }
  return missing ?? { rule: 'unknown_architecture', architecture: first };
}

const maxArchitectures = 8;

function hasLoader(architecture: Architecture | undefined): boolean {
  return architecture !== undefined && architecture.loaders.length > 0;
}

/** iPXE expands `${…}` in what it is sent, so nothing but plain characters stays bare. */
function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
