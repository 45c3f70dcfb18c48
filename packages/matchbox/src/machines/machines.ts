/** Everything that is known of machines, in one place: who asks, what it is served, what it reports, what an operator orders. */
import type {
  BootDecision,
  MachineAnswers,
  MachineQuestion,
  ProfileChoice,
  ProfileQuestion,
} from '../answer/machine-answers.ts';
import type { ProfileEntry } from '../data/file-entry.ts';
import type { Labels } from '../data/group-index.ts';
import type { Archive } from './archive.ts';
import { DistrustedUuids } from './distrusted-uuids.ts';
import { EventAgain, lastingKinds, type MachineEvent, type Recorded } from './event.ts';
import { lookedAtAnswers } from './foreseen.ts';
import { newBootId, newId } from './id.ts';
import { type BootStep, type Machine, readMachine } from './machine.ts';
import { contradiction, mergeMachines, splitMachine } from './merge.ts';
import { mergeRecords } from './merge-records.ts';
import { identityEvent, loopEvent, stateEvent } from './own-events.ts';
import { Pace } from './pace.ts';
import { decideBoot, hindranceOf, mayDecide, policyOf } from './policy.ts';
import type { GroupValue } from './query.ts';
import { RecordWriter } from './record-writer.ts';
import { commonRedaction, type Redaction } from './redact.ts';
import { type Acquaintance, type IdentityChange, Registry } from './registry.ts';
import { Rollouts } from './rollouts/rollouts.ts';
import { isStranger } from './rollouts/stranger.ts';
import type { RoomBounds } from './room.ts';
import { type Distrust, sightingOf } from './sighting.ts';
import { secretOf } from './site-secret.ts';
import type { HeardPut, StatePut, StateStore } from './state-store.ts';
import { type Happening, happened, withLoop } from './story.ts';
import { makeToken, readToken, type TokenClaim } from './token.ts';

export interface MachinesOptions {
  readonly store: StateStore;
  readonly archive: Archive;
  /** Where machines reach this server, for the URL that they report to: `http://192.0.2.1:8080`. */
  readonly baseUrl: () => string;
  readonly now?: () => number;
  /** UUIDs and MAC addresses that an operator distrusts, in lower case. */
  readonly distrust?: Distrust;
  /** What is not kept of what they say; what common sense calls secret unless told otherwise. */
  readonly redaction?: Redaction;
  /** How many machines are known, and what they may weigh; as the table of limits says unless told otherwise. */
  readonly room?: RoomBounds;
  /** Random ids; for tests. */
  readonly newId?: (prefix: 'm' | 'b') => string;
}

/** Told of every change of a record, and of every event. */
export interface MachineListener {
  readonly changed?: (machine: Machine, before: Machine | undefined) => void;
  /** Of a record nothing but times changed, and it was not made anew for that. */
  readonly cameAgain?: (id: string) => void;
  readonly happened?: (event: MachineEvent) => void;
  /** Told of events of the lasting kinds alone, which are few. */
  readonly lasting?: (event: MachineEvent) => void;
  readonly forgotten?: (machine: Machine) => void;
}

export class Machines implements MachineAnswers {
  readonly registry: Registry;
  readonly store: StateStore;
  readonly archive: Archive;
  readonly redaction: Redaction;
  readonly rollouts: Rollouts;
  /** How long the fleet takes from step to step. */
  readonly pace = new Pace();
  readonly #options: MachinesOptions;
  /** By which reports are believed; the first one signs. More than one when this replica started without the others' state. */
  readonly #secrets: string[];
  readonly #listeners = new Set<MachineListener>();
  /** Of those, who is told of what machines do again: nearly always nobody. */
  #againListeners: readonly Pick<MachineListener, 'cameAgain' | 'happened'>[] = [];
  /** Who asks, for as long as the request's labels live. */
  readonly #asking = new WeakMap<Labels, string>();
  readonly #writer: RecordWriter;
  readonly #distrusted: DistrustedUuids;
  /** Records that are being written, by their machine's id. */
  readonly #committing = new Map<string, Machine>();
  /** Takes in what was seen, of one address or all, and waits still; called before anything is decided or told that depends on it. */
  catchUp: (from?: string) => void = () => {};
  /** How much of what was seen is yet to be taken in. */
  waiting: () => number = () => 0;
  /** The same of all, in turns with others. */
  catchUpInTurns: () => Promise<void> = async () => this.catchUp();
  /** What a group's metadata have under a key, for queries. */
  groupValue: GroupValue = () => undefined;
  /** Resolves when whoever answers machines besides knows of what was changed before the call. */
  settled: () => Promise<void> = async () => {};
  readonly looking: MachineAnswers = lookedAtAnswers(this, (machine, boot) => this.#reportUrl(machine, boot));
  /** What was seen and could not be taken in. */
  droppedBefore: () => number = () => 0;

  private constructor(options: MachinesOptions, secret: string) {
    this.#options = options;
    this.#secrets = [secret];
    this.store = options.store;
    this.#writer = new RecordWriter({ store: options.store, recordOf: (id) => this.recordOf(id) });
    this.archive = options.archive;
    this.redaction = options.redaction ?? commonRedaction;
    const makeId = options.newId ?? newId;
    this.#distrusted = new DistrustedUuids(options.store, options.distrust?.uuids);
    const { known: distrustedUuids } = this.#distrusted;
    this.registry = new Registry({ newId: () => makeId('m'), distrustedUuids, ...options.room });
    this.registry.onForgotten = (machine) => {
      this.#writer.gone(machine.id);
      for (const listener of this.#listeners) listener.forgotten?.(machine);
    };
    for (const value of options.store.table('machines').values()) {
      const machine = readMachine(value);
      if (machine === undefined) continue;
      this.registry.put(machine);
      this.pace.known(machine);
    }
    this.rollouts = new Rollouts({
      store: this.store,
      now: () => this.now,
      machine: (id) => this.registry.resolve(id),
      groupValue: (group, key) => this.groupValue(group, key),
      tell: (event) => this.#told(event),
    });
    this.listen({
      changed: (machine, before) => this.pace.changed(machine, before),
      lasting: (event) => this.rollouts.happened(event),
      forgotten: ({ id }) => this.rollouts.forgotten(id),
    });
  }

  /** Reads what the store has. @throws StateError */
  static async open(options: MachinesOptions): Promise<Machines> {
    const { store } = options;
    const machines = new Machines(options, await secretOf(store));
    store.watch?.((heard) => {
      for (const put of heard) machines.#hear(put);
      const rolled = heard.filter(({ table }) => table === 'rollouts');
      if (rolled.length > 0) machines.rollouts.hear(rolled);
    });
    await machines.rollouts.catchUp();
    return machines;
  }

  /** Another replica has changed a record. */
  #hear({ table, key, before, value }: HeardPut): void {
    if (table === 'tokens' && key === 'secret' && typeof value === 'string') {
      if (this.#secrets[0] !== value) this.#secrets.unshift(value);
    } else if (table === 'distrusted' && value !== undefined) {
      this.#distrusted.hear(key);
    } else if (table === 'machines') this.#hearMachine(key, readMachine(before), readMachine(value));
  }

  /** What was not written yet of the record here stays, and is written again. */
  #hearMachine(id: string, base: Machine | undefined, theirs: Machine | undefined): void {
    const mine = this.registry.get(id);
    if (theirs === undefined) {
      if (mine === undefined) return;
      this.registry.remove(id);
      this.#writer.unchanged(id);
      for (const listener of this.#listeners) listener.forgotten?.(mine);
      return;
    }
    const record = mine === undefined ? theirs : mergeRecords(base ?? theirs, mine, theirs);
    const twin =
      mine === undefined ? this.registry.known(record.uuids.at(-1) ?? '', record.macs.at(-1) ?? '') : undefined;
    if (twin !== undefined && contradiction(twin, record) === undefined) this.#join(twin, record);
    else this.registry.put(record);
    for (const listener of this.#listeners) listener.changed?.(this.registry.resolve(id) ?? record, mine);
  }

  /** Two replicas saw one machine for the first time at once; each of them joins the two alike. */
  #join(a: Machine, b: Machine): void {
    const isFirst = a.firstSeen < b.firstSeen || (a.firstSeen === b.firstSeen && a.id < b.id);
    const [kept, absorbed] = isFirst ? [a, b] : [b, a];
    this.registry.remove(absorbed.id);
    this.registry.put(mergeMachines(kept, absorbed));
    this.#writer.changed(kept.id);
    this.#writer.gone(absorbed.id);
    for (const listener of this.#listeners) listener.forgotten?.(absorbed);
  }

  get now(): number {
    return (this.#options.now ?? Date.now)();
  }

  /** Events that were not kept, since the start. */
  get dropped(): number {
    return this.store.dropped + this.droppedBefore();
  }

  listen(listener: MachineListener): { close(): void } {
    this.#listeners.add(listener);
    this.#listenersChanged();
    return {
      close: () => {
        this.#listeners.delete(listener);
        this.#listenersChanged();
      },
    };
  }

  #listenersChanged(): void {
    this.#againListeners = [...this.#listeners].filter(
      ({ cameAgain, happened }) => (cameAgain ?? happened) !== undefined,
    );
  }

  /**
   * The machine behind a request; made when it is new. Asked twice with the same labels it looks once.
   * `keepsLabels`: they are few beside what it says over HTTP, which stays as it is. `isLast`: nobody asks again.
   */
  recognise(
    labels: Labels,
    address: string,
    at: number = this.now,
    { keepsLabels = false, isLast = false }: { readonly keepsLabels?: boolean; readonly isLast?: boolean } = {},
  ): Machine | undefined {
    const known = this.#asking.get(labels);
    if (known !== undefined) return this.registry.resolve(known);
    const { registry } = this;
    const distrust = { uuids: registry.distrustedUuids, macs: this.#options.distrust?.macs ?? none };
    const sighting = sightingOf(labels, { at, address, distrust, redaction: this.redaction });
    if (sighting.uuid === undefined && sighting.macs.length === 0 && sighting.serial === undefined) {
      const byAddress = registry.byAddress(address, sighting.at);
      return typeof byAddress === 'object' ? byAddress : undefined;
    }
    const { machine, isKnown, changes } = registry.recognise(keepsLabels ? { ...sighting, labels: [] } : sighting);
    if (!isLast) this.#asking.set(labels, machine.id);
    this.#touch(machine.id, isKnown);
    for (const change of changes) this.#tell(change);
    return machine;
  }

  /** What the machine is asked by that has a MAC address, or was the only one to ask from an address not long ago. */
  labelsAt(address: string, mac: string | undefined): Labels | undefined {
    this.catchUp(address);
    const machine = this.registry.known('', mac ?? '') ?? this.registry.byAddress(address, this.now);
    if (typeof machine !== 'object') return undefined;
    const labels = new Map(machine.labels);
    for (const [key, value] of [['mac', machine.macs.at(-1)] as const, ['uuid', machine.uuids.at(-1)] as const])
      if (value !== undefined) labels.set(key, value);
    return labels;
  }

  rollsOut(profile: string): boolean {
    return this.rollouts.of(profile) !== undefined;
  }

  choose({ labels, address, group, profile, begins, profileOf }: ProfileQuestion): ProfileChoice | undefined {
    const rollout = this.rollouts.of(group.value!.profile);
    if (rollout === undefined) return undefined;
    this.catchUp(address);
    const machine = this.recognise(labels, address);
    const hindrance = () => hindranceOf(machine, policyOf(group.value, profile?.value), profileOf(rollout.to));
    const stranger = machine === undefined || isStranger(machine, group.value);
    return this.rollouts.choose(rollout.from, { machine, isStranger: stranger, begins, hindrance });
  }

  decide({ labels, address, group, profile }: MachineQuestion): BootDecision | undefined {
    const policy = policyOf(group.value, profile?.value);
    // Nearly every machine is one of which nothing is to be decided: that has to cost next to nothing.
    if (!mayDecide(policy) && !this.registry.mayBeOrdered(labels, address)) return undefined;
    this.catchUp(address);
    const machine = this.recognise(labels, address);
    return machine && decideBoot(this.noticeLoop(machine, profile, this.now), policy);
  }

  /** A machine asks for its script: is it on its way into the same installation again? @returns its record as it is now */
  noticeLoop(machine: Machine, profile: ProfileEntry | undefined, at: number): Machine {
    const installation = installationOf(profile);
    if (installation === undefined) return machine;
    const noticed = withLoop(machine, installation, at);
    this.update(noticed);
    if (noticed.loop !== undefined && machine.loop?.since !== noticed.loop.since) this.record(loopEvent(noticed, at));
    return noticed;
  }

  variables({ labels, address, profile }: MachineQuestion): readonly (readonly [string, string])[] {
    this.catchUp(address);
    const machine = this.recognise(labels, address);
    if (machine === undefined) return [];
    // A machine whose script came from elsewhere begins its boot with its config.
    const boot = machine.boot ?? { id: this.newBootId(), startedAt: this.now, steps: {} };
    if (machine.boot === undefined) this.update({ ...machine, boot });
    if (this.rollouts.size > 0) this.rollouts.served(machine.id, boot.id, profile?.value?.id ?? '');
    return this.variablesOf(machine.id, boot.id);
  }

  /** What templates have of a machine in one boot: the same whenever it is asked for, as long as the secret is the same. */
  variablesOf(machine: string, boot: string): readonly (readonly [string, string])[] {
    return [
      ['matchbox_report_url', this.#reportUrl(machine, boot)],
      ['matchbox_machine_id', machine],
    ];
  }

  #reportUrl(machine: string, boot: string): string {
    return `${this.#options.baseUrl()}/machine/report/${makeToken({ machine, boot }, this.#secrets[0]!)}`;
  }

  claimOf(token: string): TokenClaim | undefined {
    for (const secret of this.#secrets) {
      const claim = readToken(token, secret);
      if (claim !== undefined) return claim;
    }
    return undefined;
  }

  readonly newBootId = (): string => this.#options.newId?.('b') ?? newBootId(this.now);

  /** Something happened to a machine: its record follows. @returns the record as it is now */
  apply(id: string, happening: Happening): Machine | undefined {
    const before = this.registry.get(id);
    if (before === undefined) return undefined;
    const machine = happened(before, happening);
    this.update(machine);
    if (machine.state !== before.state) this.record(stateEvent(before, machine, happening.at));
    return machine;
  }

  /** A machine that is still known did again what its record says. */
  cameAgain(known: Acquaintance, at: number, step: BootStep | undefined): void {
    const { id } = known.slot.machine!;
    this.registry.cameAgain(known, at, step);
    this.#writer.cameAgain(id);
    for (const listener of this.#againListeners) listener.cameAgain?.(id);
  }

  /** Puts a record in place of the one with its id. */
  update(machine: Machine): void {
    const before = this.registry.get(machine.id);
    if (before === machine) return;
    this.#touch(machine.id, this.registry.put(machine));
    for (const listener of this.#listeners) listener.changed?.(machine, before);
  }

  remove(id: string): Machine | undefined {
    const machine = this.registry.remove(id);
    if (machine === undefined) return undefined;
    this.#writer.gone(id);
    for (const listener of this.#listeners) listener.forgotten?.(machine);
    return machine;
  }

  /** Keeps an event, soon. */
  record(event: Recorded): void {
    this.store.record(event);
    if (event instanceof EventAgain) this.#toldAgain(event);
    else this.#told(event);
  }

  /**
   * Keeps an event and the machine's record as the event changes it: durable first, in force second.
   * `change` is asked twice: for what is written, and, of the record as it is by then, for what is in force.
   * @returns the record as it is then. @throws StateError: nothing is changed
   */
  async commit(event: MachineEvent, change: (machine: Machine) => Machine = asIs): Promise<Machine | undefined> {
    const id = event.machine;
    const before = this.recordOf(id);
    const written = before && change(before);
    const puts: StatePut[] = written === undefined ? [] : [{ table: 'machines', key: id, value: written }];
    const enters = before !== undefined && written !== undefined && written.state !== before.state;
    const events = enters ? [stateEvent(before, written, event.at), event] : [event];
    if (written !== undefined) this.#committing.set(id, written);
    try {
      await this.store.commit({ events, puts });
    } catch (error) {
      // Nobody knows what of it was written: what is in force is written again.
      this.#writer.changed(id);
      throw error;
    } finally {
      if (this.#committing.get(id) === written) this.#committing.delete(id);
    }
    const current = this.registry.resolve(id);
    if (current !== undefined) this.update(change(current));
    // It was forgotten meanwhile, or is part of another by now.
    if (this.registry.get(id) === undefined) this.#writer.gone(id);
    for (const each of events) this.#told(each);
    await this.settled();
    return this.registry.resolve(id);
  }

  /** A machine's record, with what is being written of it right now. */
  recordOf(id: string): Machine | undefined {
    return this.#committing.get(id) ?? this.registry.get(id);
  }

  /** Forgets a machine: durably first. @throws StateError: it is still known */
  async forget(event: MachineEvent): Promise<void> {
    await this.store.commit({ events: [event], puts: [{ table: 'machines', key: event.machine, value: undefined }] });
    this.#told(event);
    this.remove(event.machine);
    await this.settled();
  }

  /** Takes a merge back: durably first. @returns the machine without what was joined to it. @throws StateError: nothing is changed */
  async split(event: MachineEvent): Promise<Machine | undefined> {
    const { machine: id, at } = event;
    const before = this.recordOf(id);
    const parts = before && splitMachine(before, at);
    if (parts === undefined) return before;
    const { kept, other } = parts;
    const events = [event, { ...event, machine: other.id }];
    const puts = [kept, other].map((value) => ({ table: 'machines' as const, key: value.id, value }));
    await this.store.commit({ events, puts });
    this.#writer.notGone(other.id);
    const now = splitMachine(this.registry.get(id) ?? before!, at) ?? parts;
    this.update(now.kept);
    this.update(now.other);
    for (const each of events) this.#told(each);
    return this.registry.get(id);
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  #told(event: MachineEvent): void {
    const isLasting = lastingKinds.has(event.kind);
    for (const listener of this.#listeners) {
      listener.happened?.(event);
      if (isLasting) listener.lasting?.(event);
    }
  }

  /** What machines ask for again and again is of no lasting kind, and made whole only where somebody listens. */
  #toldAgain(event: EventAgain): void {
    for (const listener of this.#againListeners) listener.happened?.(event.whole);
  }

  #tell(change: IdentityChange): void {
    const at = this.now;
    if (change.kind === 'merged') this.#writer.gone(change.absorbed.id);
    this.record(identityEvent(change, at));
    if (change.kind === 'merged') for (const listener of this.#listeners) listener.forgotten?.(change.absorbed);
    if (change.kind === 'distrusted') this.#distrusted.learned(change.uuid, at);
    if ('other' in change && this.registry.get(change.other) !== undefined) this.#writer.changed(change.other);
  }

  #touch(id: string, isKnown: boolean): void {
    if (isKnown) this.#writer.cameAgain(id);
    else this.#writer.changed(id);
  }
}

/** Thousands of machines have the same profile. */
const installations = new WeakMap<ProfileEntry, string>();

/** What a machine installs, and in which version: another revision of its profile is another installation. */
export function installationOf(profile: ProfileEntry | undefined): string | undefined {
  if (profile === undefined) return undefined;
  let installation = installations.get(profile);
  if (installation === undefined) {
    installation = `${profile.value?.id ?? profile.name} ${profile.revision.slice(0, 12)}`;
    installations.set(profile, installation);
  }
  return installation;
}

const none: ReadonlySet<string> = new Set();

function asIs(machine: Machine): Machine {
  return machine;
}
