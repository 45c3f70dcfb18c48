/** The rollouts that there are, by their names and by the profiles that they are about. */
import type { GroupValue } from '../query.ts';
import type { StateStore } from '../state-store.ts';
import { readKey } from './records.ts';
import { Roll } from './roll.ts';
import { type Rollout, RolloutError, readMember, readRollout } from './rollout.ts';
import { aboutToBe } from './writing.ts';

export interface RollsOptions {
  readonly store: StateStore;
  readonly groupValue: GroupValue;
  /** Told of the profiles that rollouts are about, whenever they change. */
  readonly onProfiles: (profiles: readonly string[]) => void;
}

export class Rolls {
  readonly #options: RollsOptions;
  readonly #byName = new Map<string, Roll>();
  readonly #byFrom = new Map<string, Roll>();

  constructor(options: RollsOptions) {
    this.#options = options;
    const rollouts = [...options.store.table('rollouts')].flatMap(([key, value]) =>
      readKey(key).machine === undefined ? (readRollout(value) ?? []) : [],
    );
    this.load(rollouts);
  }

  /** With their machines, as the store has them. */
  load(rollouts: readonly Rollout[]): void {
    if (rollouts.length === 0) return;
    const { store } = this.#options;
    const loaded = new Map(rollouts.map((rollout) => [rollout.name, this.make(rollout)]));
    for (const [key, value] of store.table('rollouts')) {
      const { name, machine } = readKey(key);
      const member = machine === undefined ? undefined : readMember(value);
      if (member !== undefined) loaded.get(name)?.put(member);
    }
    for (const roll of loaded.values()) {
      // What the store has is of one moment: of a turn whose machine is not there, the machine is forgotten.
      roll.turnsKnown = Math.max(roll.turnsKnown, roll.rollout.turns);
      this.add(roll);
    }
  }

  /** One that is not among them yet. */
  make(rollout: Rollout): Roll {
    return new Roll(rollout, this.#options.groupValue);
  }

  add(roll: Roll): void {
    this.#byName.set(roll.rollout.name, roll);
    this.#order();
  }

  remove({ rollout }: Roll): void {
    this.#byName.delete(rollout.name);
    this.#order();
  }

  get size(): number {
    return this.#byName.size;
  }

  /** In no order. */
  each(): Iterable<Roll> {
    return this.#byName.values();
  }

  /** By their names. */
  all(): readonly Roll[] {
    return [...this.#byName.values()].sort((a, b) => (a.rollout.name < b.rollout.name ? -1 : 1));
  }

  select(name: string): Roll | undefined {
    return this.#byName.get(name);
  }

  /** @throws RolloutError */
  get(name: string): Roll {
    const roll = this.#byName.get(name);
    if (roll === undefined)
      throw new RolloutError('not_found', `rollout ${JSON.stringify(name.slice(0, 100))}: there is none of this name`);
    return roll;
  }

  /** The one that is about a profile of a group. */
  about(profile: string): Roll | undefined {
    return this.#byFrom.get(profile);
  }

  /** Those that one is about. */
  profiles(): string[] {
    return [...this.#byFrom.keys()];
  }

  /** The record of a key as it is in force. */
  inForce(key: string) {
    const { name, machine } = readKey(key);
    const roll = this.#byName.get(name);
    if (machine === undefined) return roll?.rollout;
    return roll?.pending.has(machine) ? aboutToBe : roll?.members.get(machine);
  }

  /** Two servers may each have made one of the same profile at once: everywhere the older one is in force. */
  #order(): void {
    this.#byFrom.clear();
    for (const roll of [...this.all()].sort((a, b) => b.rollout.createdAt - a.rollout.createdAt))
      this.#byFrom.set(roll.rollout.from, roll);
    this.#options.onProfiles(this.profiles());
  }
}
