/** The search for other DHCP servers on the served interface, and what it has found so far. */
import { BoundedMap } from '../decide/bounded-map.ts';
import type { ServerSeen } from '../probe/probe.ts';
import { findServers, type ProbeOptions } from '../probe/server.ts';
import { noteServers, type Others } from './mode.ts';

export interface OtherServersOptions extends Pick<ProbeOptions, 'address' | 'ports' | 'waitMs'> {
  /** The lease clock. */
  readonly now: () => number;
  /** Servers that share the leases are no others. */
  readonly isReplica?: ((serverAddress: string) => boolean) | undefined;
  readonly onServers: (servers: readonly ServerSeen[]) => void;
  readonly onWarning: (text: string) => void;
}

export class OtherServers {
  readonly #options: OtherServersOptions;
  readonly #ownProbes = new BoundedMap<string, true>(64);
  #seen: Others = { servers: [] };
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: OtherServersOptions) {
    this.#options = options;
  }

  get seen(): Others {
    return this.#seen;
  }

  /** When it was last looked, by the lease clock; negative infinity for never. */
  get lookedMs(): number {
    return this.#lookedMs;
  }

  isOwnProbe(mac: string): boolean {
    return this.#ownProbes.get(mac) ?? false;
  }

  /** Never throws: that nobody could be looked for is noted, too. */
  async look(signal: AbortSignal): Promise<void> {
    const { address, ports, waitMs, now, isReplica, onServers, onWarning } = this.#options;
    try {
      const answers = await findServers({
        address,
        ports,
        ...(waitMs !== undefined && { waitMs }),
        signal,
        onProbe: (mac) => this.#ownProbes.set(mac, true),
      });
      // What was broken off has found nothing, and proves nothing.
      if (signal.aborted) return;
      const found = answers.filter(({ serverIdentifier }) => isReplica?.(serverIdentifier) !== true);
      this.#seen = noteServers(this.#seen, found, now());
      onServers(found);
    } catch (error) {
      const { message } = error as Error;
      onWarning(`other DHCP servers cannot be looked for: ${message}`);
      this.#seen = { ...this.#seen, unknown: message };
    }
    this.#lookedMs = now();
  }
}
