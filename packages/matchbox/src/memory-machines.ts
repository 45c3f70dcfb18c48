/** Machines that are known as long as the process lives: what tests hand to servers that have to know them. */
import { Machines } from './machines/machines.ts';
import { openMemoryArchive } from './state/archive.ts';
import { openMemoryState } from './state/memory.ts';

export function openMemoryMachines(now?: () => number): Promise<Machines> {
  return Machines.open({
    store: openMemoryState(),
    archive: openMemoryArchive(),
    baseUrl: () => 'http://192.0.2.1:8080',
    ...(now && { now }),
  });
}
