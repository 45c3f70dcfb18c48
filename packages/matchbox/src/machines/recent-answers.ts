/** Tells a request that was answered alike a moment ago: firmware asks twice, and who asks a thousand times a second tells nothing new. */
import type { Story } from '../answer/answer.ts';

/** Answers of one to two such spans are remembered. */
const spanMs = 1000;
/** Beyond it the older ones are forgotten early. */
const mostAnswers = 5000;
/** … and beyond so many characters of their keys, which a stranger may make long. */
const mostCharacters = 2_000_000;

type Seen = Pick<Story, 'reason' | 'group' | 'profile' | 'template'>;

/** Always of one shape: one is made for each answer. */
type Remembered = { readonly [K in keyof Seen]-?: Seen[K] | undefined };

export class RecentAnswers {
  #current = new Map<string, Remembered>();
  #before = new Map<string, Remembered>();
  #since = 0;
  #characters = 0;
  /** Requests that told nothing new. */
  repeated = 0;

  /** @param key who asks for what */
  isRepeated(key: string, { reason, group, profile, template }: Seen, at: number): boolean {
    if (at - this.#since >= spanMs || this.#current.size >= mostAnswers || this.#characters > mostCharacters)
      this.#turn(at);
    const seen = this.#current.get(key) ?? this.#before.get(key);
    if (
      seen !== undefined &&
      seen.reason === reason &&
      seen.group === group &&
      seen.profile === profile &&
      seen.template === template
    ) {
      this.repeated++;
      return true;
    }
    this.#characters += key.length;
    this.#current.set(key, { reason, group, profile, template });
    return false;
  }

  #turn(at: number): void {
    this.#before = at - this.#since < 2 * spanMs ? this.#current : new Map();
    this.#current = new Map();
    this.#characters = 0;
    this.#since = at;
  }
}
