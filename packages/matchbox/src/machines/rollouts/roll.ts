/** A rollout with its machines, counted as they come: who asks whether one more may begin does not look at a hundred thousand. */
import { createSerialQueue } from '../../data/serial-queue.ts';
import { type GroupValue, type MachinePredicate, parseMachineQuery } from '../query.ts';
import { isSilentStranger, type Member, type Rollout, type Tally } from './rollout.ts';

const hourMs = 60 * 60_000;

/** A machine whose beginning is being written. */
export interface Pending {
  readonly kept: Promise<void>;
  readonly stranger: boolean;
}

export class Roll {
  rollout: Rollout;
  readonly #members = new Map<string, Member>();
  /** Machines that are on their way. */
  readonly begun = new Set<string>();
  readonly pending = new Map<string, Pending>();
  /** An operator's order is being written. */
  isOrdered = false;
  /** Of the turns that were taken, those whose machines are known here. */
  turnsKnown = 0;
  /** One beginning after the other, where several servers share the store. */
  readonly turns = createSerialQueue();
  readonly matches: MachinePredicate;
  readonly #waiting: (() => void)[] = [];
  #succeeded = 0;
  #failed = 0;
  #begunStrangers = 0;
  #silentStrangers = 0;
  /** When machines began, the first at the front; only where somebody asks for it. */
  #beginnings: Pick<Member, 'begunAt' | 'stranger'>[] = [];

  /** @throws MachineQueryError */
  constructor(rollout: Rollout, groupValue?: GroupValue) {
    this.rollout = rollout;
    this.matches = parseMachineQuery(rollout.query, groupValue);
  }

  /** Resolves with `true` when something is heard of it from another server. */
  heard(): Promise<boolean> {
    return new Promise((resolve) => void this.#waiting.push(() => resolve(true)));
  }

  /** Something was heard. */
  wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  put(member: Member): void {
    const before = this.#members.get(member.machine);
    this.#members.set(member.machine, member);
    this.turnsKnown = Math.max(this.turnsKnown, member.turn);
    this.#count(before, -1);
    this.#count(member, 1);
    if (before === undefined && this.rollout.perHour > 0) this.#beginnings.push(member);
  }

  delete(machine: string): void {
    this.#count(this.#members.get(machine), -1);
    this.#members.delete(machine);
  }

  /** Those whose beginning is being written have begun. */
  tally(now: number): Tally {
    return this.#tally(now, this.#begunStrangers, () => true);
  }

  /** The same without strangers that are on their way: they take no places of those that are known. */
  tallyOfKnown(now: number): Tally {
    return this.#tally(now, 0, ({ stranger }) => !stranger);
  }

  /** What the rollout is once a machine succeeded or failed. */
  afterJudgement(now: number): Rollout {
    const { rollout } = this;
    if (rollout.state !== 'running') return rollout;
    const { failures, succeeded } = this.tally(now);
    const counted = failures - rollout.forgiven;
    if (counted >= rollout.maxFailures) {
      const stateReason = `${counted} ${counted === 1 ? 'machine has' : 'machines have'} failed`;
      return { ...rollout, state: 'paused', stateSince: now, stateReason };
    }
    if (rollout.doneAfter > 0 && succeeded >= rollout.doneAfter)
      return { ...rollout, state: 'done', stateSince: now, stateReason: `${succeeded} machines have succeeded` };
    return rollout;
  }

  #tally(now: number, strangers: number, counts: (each: { readonly stranger: boolean }) => boolean): Tally {
    const { past } = this.rollout;
    if (this.#beginnings.length > 0)
      this.#beginnings = this.#beginnings.filter(({ begunAt }) => now - begunAt < hourMs);
    let pending = 0;
    for (const each of this.pending.values()) if (counts(each)) pending++;
    return {
      begun: this.begun.size - this.#begunStrangers + strangers + pending,
      succeeded: this.#succeeded + past.succeeded,
      failures: this.#failed + past.failed,
      lately: this.#beginnings.filter(counts).length + pending,
      silentStrangers: this.#silentStrangers,
    };
  }

  #count(member: Member | undefined, by: 1 | -1): void {
    if (member === undefined) return;
    if (member.state === 'succeeded') this.#succeeded += by;
    if (member.failed) this.#failed += by;
    if (isSilentStranger(member)) this.#silentStrangers += by;
    if (member.state === 'begun' && member.stranger) this.#begunStrangers += by;
    if (member.state === 'begun' && by === 1) this.begun.add(member.machine);
    else this.begun.delete(member.machine);
  }
}
