/** Sees over several packets of a machine what no single one tells: a loop, and offers that it does not take. */
import { describeArchitecture } from '../architecture.ts';
import { BoundedMap } from './bounded-map.ts';
import type { Decision } from './decision.ts';

export interface Notice {
  readonly kind: 'loader_loop' | 'proxy_offer_not_taken' | 'offer_not_taken';
  readonly mac: string;
  /** In words, for a log line and the doctor. */
  readonly text: string;
}

interface Seen {
  /** When it was offered a loader, once for each boot; since the last script. */
  readonly loaderOffersMs: readonly number[];
  readonly lastTransactionId: number;
  /** How often it sent the DISCOVER of this transaction. */
  readonly discovers: number;
  readonly lastSeconds: number;
}

/** So many loaders within so much time, and never a script, are a loop. */
const [loopLoaders, loopMs] = [4, 600_000] as const;
/** So many DISCOVERs of one transaction are no impatience any more. */
const tooManyDiscovers = 3;
const maxMachines = 4096;

export class BootObserver {
  readonly #machines = new BoundedMap<string, Seen>(maxMachines);

  /** @returns what is worth telling somebody, once for each time that it happens */
  note(decision: Decision, nowMs: number): readonly Notice[] {
    const { client, type, port, boot } = decision;
    if (client === undefined) return [];
    if (boot?.rule === 'script' && decision.reply !== undefined) {
      this.#machines.delete(client.mac);
      return [];
    }
    if (type === 'DISCOVER' && decision.reply !== undefined) return this.#noteOffer(decision, nowMs);
    // It goes on with what it was offered.
    const seen = this.#machines.get(client.mac);
    if (seen !== undefined && (type === 'REQUEST' || port === 'boot'))
      this.#machines.set(client.mac, { ...seen, discovers: 0 });
    return [];
  }

  /** The machine has fetched its script: whatever it did before was no loop. */
  noteScript(mac: string): void {
    this.#machines.delete(mac);
  }

  #noteOffer(decision: Decision, nowMs: number): readonly Notice[] {
    const { client, transactionId = 0, secondsElapsed = 0, boot } = decision;
    const { mac } = client!;
    const before = this.#machines.get(mac);
    const repeated = before !== undefined && before.lastTransactionId === transactionId;
    const grows = repeated && secondsElapsed > before.lastSeconds;
    const discovers = grows ? before.discovers + 1 : repeated ? before.discovers : 1;
    const offers = (before?.loaderOffersMs ?? []).filter((atMs) => atMs > nowMs - loopMs);
    const isNewBoot = boot?.rule === 'loader' || boot?.rule === 'http_loader' || boot?.rule === 'better_ipxe';
    const loaderOffersMs = isNewBoot && !repeated ? [...offers, nowMs].slice(-loopLoaders) : offers;
    const notices = [...this.#loop(decision, loaderOffersMs, repeated), ...notTaken(decision, discovers, grows)];
    this.#machines.set(mac, {
      loaderOffersMs: notices.some(({ kind }) => kind === 'loader_loop') ? [] : loaderOffersMs,
      lastTransactionId: transactionId,
      discovers,
      lastSeconds: secondsElapsed,
    });
    return notices;
  }

  #loop({ client, evidence, boot }: Decision, offersMs: readonly number[], repeated: boolean): readonly Notice[] {
    if (repeated || offersMs.length < loopLoaders) return [];
    const { mac } = client!;
    const what = `${boot!.file} (${describeArchitecture(boot!.architecture ?? 0)})`;
    const text = `${mac} was given ${what} ${loopLoaders} times in ${loopMs / 60_000} minutes and never asked for its script; it shows ${evidence}`;
    return [{ kind: 'loader_loop', mac, text }];
  }
}

function notTaken({ client, mode, boot }: Decision, discovers: number, grows: boolean): readonly Notice[] {
  if (!grows || discovers !== tooManyDiscovers) return [];
  const { mac } = client!;
  if (mode === 'proxy' && boot?.file !== undefined) {
    const text = `${mac} repeats its DISCOVER and takes no proxy offer; some firmware wants address and boot file from one server: use dhcp mode, or name the boot file in the site's DHCP server`;
    return [{ kind: 'proxy_offer_not_taken', mac, text }];
  }
  if (mode !== 'dhcp') return [];
  const text = `${mac} repeats its DISCOVER and does not take our offer; it may not arrive: look for DHCP snooping on the switch, a firewall, or another interface`;
  return [{ kind: 'offer_not_taken', mac, text }];
}
