/** Which machines have begun with a rollout: kept so that a process that is killed forgets none of them, looked up for each boot. */
import type { ProfileChoice } from '../../answer/machine-answers.ts';
import { createSerialQueue } from '../../data/serial-queue.ts';
import type { MachineEvent } from '../event.ts';
import type { Machine } from '../machine.ts';
import type { GroupValue } from '../query.ts';
import type { StatePut, StateStore } from '../state-store.ts';
import { nextState, type RolloutAction } from './order.ts';
import { memberEvent, memberKey, memberPut, ownEvent, readKey, removal, rolloutPut } from './records.ts';
import { Roll } from './roll.ts';
import {
  checkPlan,
  goesBack,
  isBootOf,
  isSameMember,
  type Judgement,
  judged,
  keepsNew,
  type Member,
  mergeMembers,
  newMember,
  obstacle,
  type Rollout,
  RolloutError,
  type RolloutPlan,
  readMember,
  readRollout,
  rolloutBounds,
} from './rollout.ts';
import { Sharing } from './sharing.ts';
import { aboutToBe, isConflict, Writing } from './writing.ts';

/** What rollouts need of whoever knows machines. */
export interface RolloutSurroundings {
  readonly store: StateStore;
  readonly now: () => number;
  /** The machine of that id, or the one that it was joined with. */
  readonly machine: (id: string) => Machine | undefined;
  /** What the queries of rollouts find in groups. */
  readonly groupValue: GroupValue;
  /** Tells of an event that is kept. */
  readonly tell: (event: MachineEvent) => void;
}

/** A machine that asks, as far as rollouts want to know. */
export interface Asking {
  readonly machine: Machine | undefined;
  /** Nothing but its own request says that there is such a machine. */
  readonly isStranger: boolean;
  /** It asks for its boot script: only then may it begin, so that script and config are of one profile. */
  readonly begins: boolean;
  /** Why it may not begin whatever the rollout says; undefined when it may. */
  readonly hindrance: () => string | undefined;
}

/** A beginning that is not durable in time is none, and nobody tries again for so long. */
const pauseAfterFaultMs = 10_000;
const storeFailed = 'the state store could not keep who began, and is left alone for a moment';
/** Of an order, where other servers change the same rollout all the time. */
const mostTries = 10;

export class Rollouts {
  readonly #surroundings: RolloutSurroundings;
  /** Told of the profiles that rollouts are about, whenever they change. */
  onProfiles: (profiles: readonly string[]) => void = () => {};
  /** Resolves when whoever answers machines besides knows of it. */
  settled: () => Promise<void> = async () => {};
  readonly #byName = new Map<string, Roll>();
  readonly #byFrom = new Map<string, Roll>();
  readonly #orders = createSerialQueue();
  readonly #writing: Writing;
  readonly #sharing: Sharing;
  #noneBeforeMs = 0;

  constructor(surroundings: RolloutSurroundings) {
    this.#surroundings = surroundings;
    const { store, tell } = surroundings;
    this.#writing = new Writing({ store, tell, inForce: (key) => this.#inForce(key) });
    this.#sharing = new Sharing(store, this.#writing);
    const rollouts = [...store.table('rollouts')].flatMap(([key, value]) =>
      readKey(key).machine === undefined ? (readRollout(value) ?? []) : [],
    );
    this.#load(rollouts);
  }

  /** With their machines, as the store has them. */
  #load(rollouts: readonly Rollout[]): void {
    if (rollouts.length === 0) return;
    const loaded = new Map(rollouts.map((rollout) => [rollout.name, new Roll(rollout, this.#surroundings.groupValue)]));
    for (const [key, value] of this.#surroundings.store.table('rollouts')) {
      const { name, machine } = readKey(key);
      const member = machine === undefined ? undefined : readMember(value);
      if (member !== undefined) loaded.get(name)?.put(member);
    }
    for (const roll of loaded.values()) {
      // What the store has is of one moment: of a turn whose machine is not there, the machine is forgotten.
      roll.turnsKnown = Math.max(roll.turnsKnown, roll.rollout.turns);
      this.#add(roll);
    }
  }

  /** Another server has changed these records. */
  hear(heard: readonly Pick<StatePut, 'key' | 'value'>[]): void {
    const touched = new Set<string>();
    for (const { key, value } of heard) {
      const { name, machine } = readKey(key);
      const roll = this.#byName.get(name);
      if (machine === undefined) this.#hearRollout(name, roll, value);
      else if (roll !== undefined) this.#hearMember(roll, machine, value);
      touched.add(name);
    }
    for (const name of touched) {
      const roll = this.#byName.get(name);
      if (roll === undefined) continue;
      // Two servers may have seen the last failure but one each.
      this.#settle(roll);
      roll.wake();
    }
  }

  #hearRollout(name: string, roll: Roll | undefined, value: unknown): void {
    const theirs = readRollout(value);
    // What a newer program has written there is left alone.
    if (theirs === undefined && value !== undefined) return;
    if (theirs !== undefined && roll?.rollout.createdAt === theirs.createdAt) roll.rollout = theirs;
    else {
      if (roll !== undefined) this.#remove(roll);
      if (theirs !== undefined && theirs.name === name) this.#load([theirs]);
    }
  }

  #hearMember(roll: Roll, machine: string, value: unknown): void {
    const theirs = readMember(value);
    const mine = roll.members.get(machine);
    if (theirs === undefined) {
      if (mine !== undefined && value === undefined) roll.delete(machine);
      return;
    }
    const merged = mine === undefined ? theirs : mergeMembers(mine, theirs);
    if (mine === undefined || isSameMember(merged, theirs)) roll.put(merged);
    else this.#keep(roll, merged);
  }

  /** Failures and successes may end what goes on. */
  #settle(roll: Roll): void {
    const hasEnded = this.#sharing.change(roll, () => roll.afterJudgement(this.#surroundings.now()));
    if (!hasEnded) return;
    const { state: what, stateReason: text, stateSince: at } = roll.rollout;
    void this.#writing.write([ownEvent(roll.rollout, { at, what, text })], []);
  }

  /** Takes in what was reported while members were not written: reports are durable before they are acknowledged, always. */
  async catchUp(): Promise<void> {
    for (const roll of this.#byName.values()) {
      for (const id of [...roll.members.keys()]) {
        const current = this.#surroundings.machine(id);
        if (current !== undefined && current.id !== id) this.#move(roll, id, current.id);
      }
      for (const id of [...roll.begun]) {
        const events = await this.#surroundings.store.events(id, { limit: 100 });
        for (const event of events.toReversed()) this.happened(event);
      }
      // A machine's failure is written before what it comes to.
      this.#settle(roll);
    }
  }

  get size(): number {
    return this.#byName.size;
  }

  all(): readonly Roll[] {
    return [...this.#byName.values()].sort((a, b) => (a.rollout.name < b.rollout.name ? -1 : 1));
  }

  /** @throws RolloutError */
  get(name: string): Roll {
    const roll = this.#byName.get(name);
    if (roll === undefined)
      throw new RolloutError('not_found', `rollout ${JSON.stringify(name.slice(0, 100))}: there is none of this name`);
    return roll;
  }

  /** The rollout that a profile of a group is about. */
  of(profile: string): Rollout | undefined {
    return this.#byFrom.get(profile)?.rollout;
  }

  /** Profiles that a rollout is about. */
  profiles(): string[] {
    return [...this.#byFrom.keys()];
  }

  /** What a machine gets instead of the profile that its group names; undefined where no rollout is about that. */
  choose(profile: string, { machine, isStranger, begins, hindrance }: Asking): ProfileChoice | undefined {
    const part = this.#partIn(profile, machine);
    if (part === undefined || machine === undefined) return part?.old('nobody knows who asks');
    const { roll, member, old } = part;
    const { rollout } = roll;
    if (member !== undefined) {
      if (begins && goesBack(rollout, member) && !member.returned)
        return { ...old('the rollout is aborted'), kept: this.#return(roll, member) };
      return keepsNew(rollout, member) ? newChoice(rollout, member) : old('the rollout is aborted');
    }
    if (!begins) return old('it has not begun, and does so with a boot script alone');
    const pending = roll.pending.get(machine.id);
    if (pending !== undefined) return { ...old('it is about to begin'), kept: pending.kept };
    const why = this.#obstacle(roll, machine, isStranger) ?? hindrance();
    return why === undefined
      ? { ...old('it is about to begin'), kept: this.#begin(roll, machine, isStranger) }
      : old(why);
  }

  /** The same for who only looks, and has nobody begin. */
  foresee(profile: string, { machine, isStranger, begins, hindrance }: Asking): ProfileChoice | undefined {
    const part = this.#partIn(profile, machine);
    if (part === undefined || machine === undefined) return part?.old('nobody knows who asks');
    const { roll, member, old } = part;
    const { rollout } = roll;
    if (member !== undefined) {
      const hasOld = begins ? goesBack(rollout, member) : !keepsNew(rollout, member);
      return hasOld ? old('the rollout is aborted') : newChoice(rollout, member);
    }
    if (!begins) return old('it has not begun, and does so with a boot script alone');
    const why = this.#obstacle(roll, machine, isStranger) ?? hindrance();
    return why === undefined
      ? { rollout: rollout.name, profile: rollout.to, why: 'it would begin with its next boot script' }
      : old(why);
  }

  /** What a machine has to do with the rollout that is about a profile; undefined where none is. */
  #partIn(profile: string, machine: Asking['machine']) {
    const roll = this.#byFrom.get(profile);
    if (roll === undefined) return undefined;
    const { name, from } = roll.rollout;
    return {
      roll,
      member: machine && roll.members.get(machine.id),
      old: (why: string): ProfileChoice => ({ rollout: name, profile: from, why }),
    };
  }

  /** A machine was given the config of a profile in a boot: reports of that boot are about that profile. */
  served(machine: string, boot: string, profile: string): void {
    for (const roll of this.#byName.values()) {
      const member = roll.rollout.to === profile ? roll.members.get(machine) : undefined;
      if (member === undefined || member.boots.includes(boot)) continue;
      this.#keep(roll, { ...member, boots: [...member.boots, boot].slice(-rolloutBounds.boots) });
    }
  }

  /** Something happened to a machine: does it end its part in a rollout? */
  happened({ kind, machine, at, state, boot, stale, what, reason }: MachineEvent): void {
    const isReport = kind === 'report' && !stale;
    if (!isReport && !(kind === 'action' && what === 'installed')) return;
    for (const roll of this.#byName.values()) {
      const member = roll.members.get(machine);
      if (member === undefined || member.returned) continue;
      const of = boot ?? this.#surroundings.machine(machine)?.boot?.id;
      if (isReport && (of === undefined || !isBootOf(member, of))) continue;
      const told = isReport ? state : 'installed';
      if (told === 'failed') this.#judge(roll, member, 'failed', at, reason ?? 'it reported a failure');
      else if (told === 'running' || (told === 'installed' && roll.rollout.success === 'installed'))
        this.#judge(roll, member, 'succeeded', at, `it reported ${told}`);
    }
  }

  /** A machine is forgotten, or was joined with another. */
  forgotten(id: string): void {
    for (const roll of this.#byName.values()) {
      const member = roll.members.get(id);
      if (member === undefined) continue;
      const current = this.#surroundings.machine(id);
      if (current !== undefined && current.id !== id) this.#move(roll, id, current.id);
      // One that is on its way still is: it counts until its time is over.
      else if (member.state !== 'begun') this.#drop(roll, member);
    }
  }

  /** Looks for machines that said nothing for too long, and writes what could not be written. */
  sweep(): void {
    const now = this.#surroundings.now();
    for (const roll of this.#byName.values()) {
      for (const id of [...roll.begun]) {
        const member = roll.members.get(id)!;
        if (now - member.begunAt < roll.rollout.timeoutMs) continue;
        const minutes = Math.round(roll.rollout.timeoutMs / 60_000);
        const silent = `nothing said within ${minutes} min that it succeeded`;
        const uncounted = member.stranger ? '; nobody knew it before, so it is not counted' : '';
        this.#judge(roll, member, 'silent', now, `${silent}${uncounted}`);
        if (this.#surroundings.machine(id) === undefined) this.#drop(roll, roll.members.get(id)!);
      }
    }
    this.#writing.again();
  }

  /** Resolves once it is durable. @throws RolloutError, StateError */
  create(plan: RolloutPlan, actor: string, reason = ''): Promise<Roll> {
    return this.#orders.run(async () => {
      checkPlan(plan);
      const denied = (text: string) => new RolloutError('denied', `rollout ${JSON.stringify(plan.name)}: ${text}`);
      if (this.#byName.has(plan.name)) throw denied('there is one of this name: remove it first');
      if (this.#byName.size >= rolloutBounds.rollouts)
        throw denied(`there are ${rolloutBounds.rollouts} already: remove one that is over`);
      for (const { rollout } of this.#byName.values()) {
        if (rollout.from === plan.from)
          throw denied(`rollout ${rollout.name} is about profile ${plan.from}, and ${rollout.state}: remove it first`);
        if (rollout.to === plan.from || rollout.from === plan.to)
          throw denied(`rollout ${rollout.name} leads from ${rollout.from} to ${rollout.to}: one after the other`);
      }
      const at = this.#surroundings.now();
      const counts = { forgiven: 0, forgivenStrangers: 0, past: { succeeded: 0, failed: 0 }, turns: 0 };
      const begun = { ...plan, ...counts, state: 'running', stateSince: at, stateReason: '', createdAt: at } as const;
      const roll = new Roll(begun, this.#surroundings.groupValue);
      const text = `from ${plan.from} to ${plan.to}${reason === '' ? '' : `: ${reason}`}`;
      const event = ownEvent(roll.rollout, { at, what: 'created', actor, text });
      try {
        const puts = [this.#sharing.onCondition(rolloutPut(roll.rollout))];
        await this.#surroundings.store.commit({ events: [event], puts });
      } catch (error) {
        throw isConflict(error) ? denied('another server has just made one of this name') : error;
      }
      this.#add(roll);
      this.#surroundings.tell(event);
      await this.settled();
      return roll;
    });
  }

  /** Resolves once the order is durable. @returns undefined when it is removed. @throws RolloutError, StateError */
  act(name: string, action: RolloutAction, actor: string, reason = ''): Promise<Roll | undefined> {
    return this.#orders.run(async () => {
      for (let tries = 1; ; tries++) {
        try {
          return await this.#actOnce(name, action, actor, reason);
        } catch (error) {
          // Another server has changed it meanwhile: the order is about what it is now.
          if (!isConflict(error) || tries === mostTries) throw error;
        }
      }
    });
  }

  async #actOnce(name: string, action: RolloutAction, actor: string, reason: string): Promise<Roll | undefined> {
    const roll = this.get(name);
    // Nobody begins behind the back of an order, and who is about to has begun when it is in force.
    roll.isOrdered = true;
    try {
      await Promise.all([...roll.pending.values()].map(({ kept }) => kept));
      const at = this.#surroundings.now();
      const next = nextState(roll, action, { at, text: `${actor}${reason === '' ? '' : `: ${reason}`}` });
      const event = ownEvent(roll.rollout, { at, what: action, actor, ...(reason !== '' && { text: reason }) });
      const own = this.#sharing.onCondition(next === undefined ? removal(name) : rolloutPut(next));
      const members = [...roll.members.keys()].map((id) => removal(memberKey(roll.rollout, id)));
      await this.#surroundings.store.commit({ events: [event], puts: next === undefined ? [own, ...members] : [own] });
      if (next === undefined) this.#remove(roll);
      else roll.rollout = next;
      this.#surroundings.tell(event);
      await this.settled();
      return next && roll;
    } finally {
      roll.isOrdered = false;
    }
  }

  #add(roll: Roll): void {
    this.#byName.set(roll.rollout.name, roll);
    this.#order();
  }

  #remove({ rollout, members }: Roll): void {
    this.#byName.delete(rollout.name);
    this.#writing.forget([rollout.name, ...[...members.keys()].map((id) => memberKey(rollout, id))]);
    this.#order();
  }

  /** Two servers may each have made one of the same profile at once: everywhere the older one is in force. */
  #order(): void {
    this.#byFrom.clear();
    for (const roll of [...this.all()].sort((a, b) => b.rollout.createdAt - a.rollout.createdAt))
      this.#byFrom.set(roll.rollout.from, roll);
    this.onProfiles(this.profiles());
  }

  #obstacle(roll: Roll, machine: Machine, isStranger: boolean): string | undefined {
    if (roll.isOrdered) return 'an order for the rollout is on its way';
    if (performance.now() < this.#noneBeforeMs) return storeFailed;
    if (roll.members.size + roll.pending.size >= rolloutBounds.members) return 'too many machines have begun';
    if (!roll.matches(machine)) return 'the rollout’s query does not find it';
    return obstacle(roll.rollout, this.#tallyFor(roll, isStranger), isStranger);
  }

  /** Never rejects: who waits asks again, and has begun or not. */
  #begin(roll: Roll, machine: Machine, stranger: boolean): Promise<void> {
    const at = this.#surroundings.now();
    // Firmware's DHCP may have begun the boot that goes on with this script.
    const boots = machine.boot !== undefined && machine.boot.steps.script === undefined ? [machine.boot.id] : [];
    const { rollout } = roll;
    let member = { ...newMember(machine.id, at, stranger), boots };
    const event = memberEvent(rollout, member, 'begun', at);
    const kept = this.#sharing
      .begin(
        roll,
        () => this.#byName.get(rollout.name) === roll && this.#obstacleInTurn(roll, stranger) === undefined,
        async (turn, taking) => {
          member = { ...member, turn };
          // Whoever is known by its member alone would be another machine after a crash.
          const known = { table: 'machines', key: machine.id, value: machine } as const;
          const outcome = await this.#writing.begin(event, [memberPut(rollout, member), known, ...taking]);
          // Before the next one's turn: each would wait as long for a store that is away.
          if (outcome === 'failed') this.#noneBeforeMs = performance.now() + pauseAfterFaultMs;
          return outcome;
        },
      )
      .then((outcome) => {
        roll.pending.delete(machine.id);
        if (outcome !== 'kept') return;
        roll.put(member);
        this.#surroundings.tell(event);
      });
    roll.pending.set(machine.id, { kept, stranger });
    return kept;
  }

  /** The same once the turn has come, for a machine that is counted among those that are about to begin. */
  #obstacleInTurn(roll: Roll, stranger: boolean): string | undefined {
    if (performance.now() < this.#noneBeforeMs) return storeFailed;
    const tally = this.#tallyFor(roll, stranger);
    return obstacle(roll.rollout, { ...tally, begun: tally.begun - 1, lately: tally.lately - 1 }, stranger);
  }

  #tallyFor(roll: Roll, stranger: boolean) {
    const now = this.#surroundings.now();
    return stranger ? roll.tally(now) : roll.tallyOfKnown(now);
  }

  #return(roll: Roll, member: Member): Promise<void> {
    const returned = { ...member, returned: true };
    const event = memberEvent(roll.rollout, member, 'returned', this.#surroundings.now());
    // At once: what is aborted is served no more, written or not.
    roll.put(returned);
    return this.#writing.writeInTime([event], [memberKey(roll.rollout, member.machine)]).then(() => {});
  }

  #judge(roll: Roll, member: Member, judgement: Judgement, at: number, reason: string): void {
    const next = judged(member, judgement, at, reason.slice(0, 300));
    if (next === member) return;
    roll.put(next);
    const { rollout } = roll;
    void this.#writing.write([memberEvent(rollout, next, next.state, at)], [memberKey(rollout, member.machine)]);
    this.#settle(roll);
  }

  #keep(roll: Roll, member: Member): void {
    roll.put(member);
    void this.#writing.write([], [memberKey(roll.rollout, member.machine)]);
  }

  #drop(roll: Roll, member: Member): void {
    roll.delete(member.machine);
    const more = { succeeded: member.state === 'succeeded' ? 1 : 0, failed: member.failed ? 1 : 0 };
    void this.#writing.write([], [memberKey(roll.rollout, member.machine)]);
    this.#sharing.change(roll, (rollout) => {
      const { past } = rollout;
      return {
        ...rollout,
        past: { succeeded: past.succeeded + more.succeeded, failed: past.failed + more.failed },
      };
    });
  }

  #move(roll: Roll, from: string, to: string): void {
    const member = roll.members.get(from)!;
    const other = roll.members.get(to);
    roll.delete(from);
    const moved = other ?? { ...member, machine: to };
    const joined = { ...moved, failed: moved.failed || member.failed };
    roll.put(joined);
    void this.#writing.write([], [memberKey(roll.rollout, from), memberKey(roll.rollout, to)]);
  }

  #inForce(key: string) {
    const { name, machine } = readKey(key);
    const roll = this.#byName.get(name);
    if (machine === undefined) return roll?.rollout;
    return roll?.pending.has(machine) ? aboutToBe : roll?.members.get(machine);
  }
}

function newChoice(rollout: Rollout, { state }: Member): ProfileChoice {
  return {
    rollout: rollout.name,
    profile: rollout.to,
    why: state === 'begun' ? 'it has begun' : `it has begun, and ${state}`,
  };
}
