/** Tells a request that was answered alike a moment ago: firmware asks twice, and who asks a thousand times a second tells nothing new. */
import type { Story } from '../answer/answer.ts';
import { Lately } from './lately.ts';

/** The same answer to the same question tells something new again after this time. */
const spanMs = 2000;

type Seen = Pick<Story, 'reason' | 'group' | 'profile' | 'template'>;

/** Who asks, and for what. */
export interface Question {
  readonly target: string;
  /** `192.0.2.7:51234`, `[::1]:51234` */
  readonly remoteAddress: string;
}

/** Of one question, and changed in place: one that is made for each answer would cost more than all that is told of it. */
interface Remembered {
  /** The source address up to its port. */
  from: string;
  reason: Seen['reason'];
  group: Seen['group'] | undefined;
  profile: Seen['profile'] | undefined;
  template: Seen['template'] | undefined;
  at: number;
}

export class RecentAnswers {
  readonly #known = new Lately<Remembered>();
  /** Requests that told nothing new. */
  repeated = 0;

  /** @returns false for an answer that is to be told; it counts as told then */
  isRepeated({ target, remoteAddress }: Question, seen: Seen, at: number): boolean {
    const known = this.#known.get(target);
    if (known === undefined) {
      const { reason, group, profile, template } = seen;
      this.#known.set(target, { from: fromOf(remoteAddress), reason, group, profile, template, at });
      return false;
    }
    if (at >= known.at && at - known.at < spanMs && isAlike(known, seen) && isFrom(remoteAddress, known.from)) {
      this.repeated++;
      return true;
    }
    if (!isFrom(remoteAddress, known.from)) known.from = fromOf(remoteAddress);
    known.reason = seen.reason;
    known.group = seen.group;
    known.profile = seen.profile;
    known.template = seen.template;
    known.at = at;
    return false;
  }

  /** What was to be told could not be: it is new still. */
  forget(target: string): void {
    this.#known.delete(target);
  }
}

function isAlike(known: Remembered, { reason, group, profile, template }: Seen): boolean {
  return known.reason === reason && known.group === group && known.profile === profile && known.template === template;
}

function fromOf(remoteAddress: string): string {
  return remoteAddress.slice(0, remoteAddress.lastIndexOf(':') + 1);
}

function isFrom(remoteAddress: string, from: string): boolean {
  return remoteAddress.startsWith(from) && remoteAddress.lastIndexOf(':') === from.length - 1;
}
