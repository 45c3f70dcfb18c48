/** What was decided about DHCP messages, and which loaders were fetched, told as steps and events of a machine. */
import type { Labels } from '../data/group-index.ts';
import { limits } from '../limits/limits.ts';
import type { MachineEvent } from './event.ts';
import type { Machine, NetbootProgress } from './machine.ts';
import type { Machines } from './machines.ts';

/** A DHCP message of a machine and what was decided about it. */
export interface DecidedMessage {
  /** `mac`, and `uuid` where it says one. */
  readonly labels: Labels;
  /** '' as long as it is not known. */
  readonly address: string;
  /** `DISCOVER`, `REQUEST`, … */
  readonly type: string;
  /** The rule that decided, and the same in words. */
  readonly reason: string;
  readonly text: string;
  /** Firmware or iPXE: an operating system's messages are no steps of a boot. */
  readonly isBootClient: boolean;
  /** What the boot gains by it; undefined when that is nothing. */
  readonly progress: NetbootProgress | undefined;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** A loader that was fetched, as far as it was. */
export interface FetchedLoader {
  readonly file: string;
  readonly by: 'tftp' | 'http';
  readonly address: string;
  readonly sentBytes: number;
  readonly wantedBytes: number;
  readonly milliseconds: number;
  readonly at: number;
}

/** Firmware repeats itself within seconds, and tells nothing new by it. */
const repeatMs = 2000;

/** Watches network boot. It changes nothing of it. */
export class NetbootRecorder {
  readonly #machines: Machines;
  readonly #told = new Map<string, number>();

  constructor(machines: Machines) {
    this.#machines = machines;
  }

  decided(message: DecidedMessage): void {
    const { labels, address, isBootClient, progress, at } = message;
    const machines = this.#machines;
    // Whatever else asks for an address on a network is no machine of ours, unless it is known already.
    if (!isBootClient && this.#known(labels) === undefined) return;
    if (this.#isRepeated(message)) return;
    const known = machines.sighted(this.#believed(labels), { address, at, keepsLabels: true });
    if (known === undefined) return;
    const { newBootId: newBoot } = machines;
    let machine = known;
    if (isBootClient && progress !== undefined)
      machine = machines.applyTo(known, { kind: 'step', step: 'dhcp', at, newBoot, netboot: progress });
    // Its system has its network, whatever comes of it.
    else if (!isBootClient && known.boot?.steps.kernel !== undefined)
      machine = machines.applyTo(known, { kind: 'network', at });
    else machines.update(known);
    machines.record(messageEvent(machine, message));
  }

  fetched({ file, by, address, sentBytes, wantedBytes, milliseconds, at }: FetchedLoader): void {
    const machines = this.#machines;
    const machine = machines.registry.byAddress(address, at);
    if (typeof machine !== 'object') return;
    const isCut = sentBytes < wantedBytes;
    const current = machines.apply(machine.id, {
      kind: 'step',
      step: 'loader',
      at,
      newBoot: machines.newBootId,
      ...(isCut ? { cut: { what: 'loader', sent: sentBytes, of: wantedBytes } } : { fetched: file }),
    });
    machines.record({
      kind: 'loader',
      machine: machine.id,
      at,
      what: file,
      address,
      reason: by,
      bytes: sentBytes,
      milliseconds: Math.round(milliseconds),
      ...(isCut && { wantedBytes }),
      ...(current?.boot && { boot: current.boot.id }),
    });
  }

  #known(labels: Labels): Machine | undefined {
    return this.#machines.registry.known(labels.get('uuid') ?? '', labels.get('mac') ?? '');
  }

  /**
   * Two boards with one UUID are told apart by the addresses that they ask from, which a DISCOVER has none of yet: the UUID of
   * another card's machine is left out, and HTTP joins the two if they are one.
   */
  #believed(labels: Labels): Labels {
    const [mac = '', uuid = ''] = [labels.get('mac'), labels.get('uuid')];
    const owner = this.#machines.registry.known(uuid, '');
    return owner === undefined || owner.macs.includes(mac) ? labels : new Map([['mac', mac]]);
  }

  #isRepeated({ labels, type, reason, progress, address, at }: DecidedMessage): boolean {
    const file = progress?.loader ?? progress?.script;
    const key = `${labels.get('mac')} ${type} ${reason} ${file} ${address}`;
    const isRepeated = at - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < repeatMs;
    if (isRepeated) return true;
    this.#told.delete(key);
    this.#told.set(key, at);
    if (this.#told.size > limits.recentMessages) this.#told.delete(this.#told.keys().next().value!);
    return false;
  }
}

function messageEvent({ id, boot }: Machine, { type, address, reason, text, at }: DecidedMessage): MachineEvent {
  return {
    kind: 'dhcp',
    machine: id,
    at,
    what: type,
    reason,
    text: text.slice(0, 500),
    ...(address !== '' && { address }),
    ...(boot && { boot: boot.id }),
  };
}
