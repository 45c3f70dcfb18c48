/** By what machines are known: `uuid …`, `mac …`, `serial …`, and `id …` of a record that became part of another; and who has which. */
import type { Machine } from './machine.ts';
import { swapUuid } from './trust.ts';

export class Keys {
  readonly #owners = new Map<string, string>();
  /** So often a key of one went over to another. */
  takeovers = 0;

  /** @returns the id of the machine that has it */
  ownerOf(key: string): string | undefined {
    return this.#owners.get(key);
  }

  own(key: string, id: string): void {
    const owner = this.#owners.get(key);
    if (owner !== undefined && owner !== id) this.takeovers++;
    this.#owners.set(key, id);
  }

  forget(machine: Machine): void {
    for (const key of keysOf(machine)) if (this.#owners.get(key) === machine.id) this.#owners.delete(key);
  }
}

export function keysOf({ uuids, macs, serials, absorbed }: Machine): string[] {
  return [
    ...absorbed.map((id) => `id ${id}`),
    ...uuids.map((uuid) => `uuid ${uuid}`),
    ...macs.map((mac) => `mac ${mac}`),
    ...serials.map((serial) => `serial ${serial}`),
  ];
}

/** The keys that a request may be recognised by, beside its address. */
export function askedKeys(labels: ReadonlyMap<string, string>): string[] {
  const uuid = (labels.get('uuid') ?? '').slice(0, 36).toLowerCase();
  const serial = (labels.get('serial') ?? '').trim().toLowerCase();
  return [`mac ${labels.get('mac')}`, `uuid ${uuid}`, `uuid ${swapUuid(uuid)}`, `serial ${serial}`];
}
