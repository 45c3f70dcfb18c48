/** One step in a machine's story: what it asked for or said, what was decided, what it was given. */

/** Progress may be forgotten when the store cannot keep up; these may not. */
const lasting = ['report', 'action', 'state', 'identity', 'loop', 'rollout'] as const;

export const eventKinds = [
  ...(['dhcp', 'loader', 'script', 'kernel', 'initrd', 'asset', 'config'] as const),
  ...lasting,
] as const;

export type EventKind = (typeof eventKinds)[number];

export const lastingKinds: ReadonlySet<EventKind> = new Set(lasting);

/** Plain data, stored as JSON; a field is left out where it does not apply. All texts are cut to a bounded length before they get here. */
export interface MachineEvent {
  readonly kind: EventKind;
  /** The machine's own id (`m-…`). */
  readonly machine: string;
  /** Milliseconds since 1970, by this server's clock. */
  readonly at: number;
  /** The boot that it belongs to (`b-…`): everything from a script to the next. */
  readonly boot?: string;
  /** The endpoint, the file's name, or the kind of message. */
  readonly what: string;
  /** The source address, without its port. */
  readonly address?: string;
  /** The query as sent, with secret values taken out. */
  readonly query?: string;
  readonly status?: number;
  /** How it was decided, from the closed set of the part that decided. */
  readonly reason?: string;
  readonly group?: string;
  readonly profile?: string;
  readonly template?: string;
  /** The rollout that decided about the profile. */
  readonly rollout?: string;
  /** Revision of the data that it was answered from. */
  readonly revision?: string;
  /** SHA-256 of the bytes, in hexadecimal: the flight recorder has them under this name. */
  readonly digest?: string;
  /** Bytes that were sent. */
  readonly bytes?: number;
  /** Bytes that there were to send, where fewer were sent. */
  readonly wantedBytes?: number;
  readonly milliseconds?: number;
  /** The state that was reported or entered. */
  readonly state?: string;
  /** Who acted: a certificate's or user's name. */
  readonly actor?: string;
  /** What a person should read: a reason, a report's text. */
  readonly text?: string;
  /** A report that came too late to change the state. */
  readonly stale?: boolean;
}

/** An event that was told, and the beginning of its JSON: all that is not of one time, and the body that was served last. */
export interface ToldEvent {
  readonly event: MachineEvent;
  head: string;
  /** Which body the beginning is about; undefined before there is any. */
  digest: string | undefined;
}

type Times = Pick<Required<MachineEvent>, 'at' | 'milliseconds' | 'digest' | 'bytes'>;

/**
 * An event like one that was told, but for its times and bytes. It is made whole only for who looks at it: thousands of them wait to
 * be written, and what waits is what the memory is cleared of most slowly.
 */
export class EventAgain {
  readonly #told: ToldEvent;
  readonly #at: number;
  readonly #milliseconds: number;
  readonly #digest: string;
  readonly #bytes: number;

  constructor(told: ToldEvent, { at, milliseconds, digest, bytes }: Times) {
    this.#told = told;
    this.#at = at;
    this.#milliseconds = milliseconds;
    this.#digest = digest;
    this.#bytes = bytes;
  }

  get machine(): string {
    return this.#told.event.machine;
  }

  get whole(): MachineEvent {
    const { event } = this.#told;
    return { ...event, at: this.#at, digest: this.#digest, bytes: this.#bytes, milliseconds: this.#milliseconds };
  }

  get json(): string {
    const told = this.#told;
    if (told.digest !== this.#digest) {
      told.head = headOf(told.event, this.#digest, this.#bytes);
      told.digest = this.#digest;
    }
    return `${told.head}${this.#at},"milliseconds":${this.#milliseconds}}`;
  }
}

function headOf(event: MachineEvent, digest: string, bytes: number): string {
  const { at: _, milliseconds: __, digest: ___, bytes: ____, ...lasting } = event;
  return `${JSON.stringify({ ...lasting, digest, bytes }).slice(0, -1)},"at":`;
}

/** What is recorded of machines. */
export type Recorded = MachineEvent | EventAgain;

export function wholeOf(event: Recorded): MachineEvent {
  return event instanceof EventAgain ? event.whole : event;
}

/** An event with its place in the store. */
export interface StoredEvent extends MachineEvent {
  /** Grows with each event; not without gaps. */
  readonly seq: number;
}
