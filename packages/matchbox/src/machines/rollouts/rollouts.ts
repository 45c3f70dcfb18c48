/** Which machines have begun with a rollout: kept so that a process that is killed forgets none of them. */
import type { ProfileChoice } from '../../answer/machine-answers.ts';
import type { MachineEvent } from '../event.ts';
import type { StatePut } from '../state-store.ts';
import { type Asking, Choosing } from './choosing.ts';
import { Judging } from './judging.ts';
import type { RolloutAction } from './order.ts';
import { Ordering } from './ordering.ts';
import type { RolloutSurroundings } from './parts.ts';
import { readKey } from './records.ts';
import type { Roll } from './roll.ts';
import { type Rollout, type RolloutPlan, readRollout } from './rollout.ts';
import { Rolls } from './rolls.ts';
import { Sharing } from './sharing.ts';
import { Writing } from './writing.ts';

export class Rollouts {
  /** Told of the profiles that rollouts are about, whenever they change. */
  onProfiles: (profiles: readonly string[]) => void = () => {};
  /** Resolves when whoever answers machines besides knows of it. */
  settled: () => Promise<void> = async () => {};
  readonly #rolls: Rolls;
  readonly #writing: Writing;
  readonly #choosing: Choosing;
  readonly #judging: Judging;
  readonly #ordering: Ordering;

  constructor(surroundings: RolloutSurroundings) {
    const { store, groupValue, tell } = surroundings;
    this.#rolls = new Rolls({ store, groupValue, onProfiles: (profiles) => this.onProfiles(profiles) });
    this.#writing = new Writing({ store, tell, inForce: (key) => this.#rolls.inForce(key) });
    const sharing = new Sharing(store, this.#writing);
    const parts = { surroundings, rolls: this.#rolls, writing: this.#writing, sharing };
    this.#choosing = new Choosing(parts);
    this.#judging = new Judging(parts);
    this.#ordering = new Ordering({ ...parts, settled: () => this.settled() });
  }

  get size(): number {
    return this.#rolls.size;
  }

  all(): readonly Roll[] {
    return this.#rolls.all();
  }

  /** @throws RolloutError */
  get(name: string): Roll {
    return this.#rolls.get(name);
  }

  /** The rollout that a profile of a group is about. */
  of(profile: string): Rollout | undefined {
    return this.#rolls.about(profile)?.rollout;
  }

  /** Profiles that a rollout is about. */
  profiles(): string[] {
    return this.#rolls.profiles();
  }

  /** What a machine gets instead of the profile that its group names; undefined where no rollout is about that. */
  choose(profile: string, asking: Asking): ProfileChoice | undefined {
    return this.#choosing.choose(profile, asking);
  }

  /** The same for who only looks, and has nobody begin. */
  foresee(profile: string, asking: Asking): ProfileChoice | undefined {
    return this.#choosing.foresee(profile, asking);
  }

  /** Resolves once it is durable. @throws RolloutError, StateError */
  create(plan: RolloutPlan, actor: string, reason = ''): Promise<Roll> {
    return this.#ordering.create(plan, actor, reason);
  }

  /** Resolves once the order is durable. @returns undefined when it is removed. @throws RolloutError, StateError */
  act(name: string, action: RolloutAction, actor: string, reason = ''): Promise<Roll | undefined> {
    return this.#ordering.act(name, action, actor, reason);
  }

  /** Takes in what was reported while members were not written. */
  catchUp(): Promise<void> {
    return this.#judging.catchUp();
  }

  /** A machine was given the config of a profile in a boot: reports of that boot are about that profile. */
  served(machine: string, boot: string, profile: string): void {
    this.#judging.served(machine, boot, profile);
  }

  /** Something happened to a machine: does it end its part in a rollout? */
  happened(event: MachineEvent): void {
    this.#judging.happened(event);
  }

  /** A machine is forgotten, or was joined with another. */
  forgotten(id: string): void {
    this.#judging.forgotten(id);
  }

  /** Looks for machines that said nothing for too long, and writes what could not be written. */
  sweep(): void {
    this.#judging.sweep();
    this.#writing.again();
  }

  /** Another server has changed these records. */
  hear(heard: readonly Pick<StatePut, 'key' | 'value'>[]): void {
    const touched = new Set<string>();
    for (const { key, value } of heard) {
      const { name, machine } = readKey(key);
      const roll = this.#rolls.select(name);
      if (machine === undefined) this.#hearRollout(name, roll, value);
      else if (roll !== undefined) this.#judging.hear(roll, machine, value);
      touched.add(name);
    }
    for (const name of touched) {
      const roll = this.#rolls.select(name);
      if (roll === undefined) continue;
      // Two servers may have seen the last failure but one each.
      this.#judging.settle(roll);
      roll.wake();
    }
  }

  #hearRollout(name: string, roll: Roll | undefined, value: unknown): void {
    const theirs = readRollout(value);
    // What a newer program has written there is left alone.
    if (theirs === undefined && value !== undefined) return;
    if (theirs !== undefined && roll?.rollout.createdAt === theirs.createdAt) roll.rollout = theirs;
    else {
      if (roll !== undefined) {
        this.#writing.forget(roll);
        this.#rolls.remove(roll);
      }
      if (theirs !== undefined && theirs.name === name) this.#rolls.load([theirs]);
    }
  }
}
