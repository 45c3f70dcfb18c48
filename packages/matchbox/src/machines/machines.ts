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
import type { Acquaintance } from './acquaintance.ts';
import type { Archive } from './archive.ts';
import { DistrustedUuids } from './distrusted-uuids.ts';
import { DurableChanges } from './durable-changes.ts';
import { EventAgain, type MachineEvent, type Recorded } from './event.ts';
import { lookedAtAnswers } from './foreseen.ts';
import { type Here, hearPut } from './heard.ts';
import { newBootId, newId } from './id.ts';
import { installationOf } from './installation.ts';
import { Listeners, type MachineListener } from './listeners.ts';
import { type BootStep, type Machine, newBoot, readMachines } from './machine.ts';
import { identityEvent, loopEvent, stateEvent } from './own-events.ts';
import { Pace } from './pace.ts';
import { decideBoot, hindranceOf, mayDecide, policyOf } from './policy.ts';
import type { GroupValue } from './query.ts';
import type { IdentityChange } from './recognition.ts';
import { RecordWriter } from './record-writer.ts';
import { commonRedaction, type Redaction } from './redact.ts';
import { Registry } from './registry.ts';
import { Rollouts } from './rollouts/rollouts.ts';
import { isStranger } from './rollouts/stranger.ts';
import type { RoomBounds } from './room.ts';
import { type Distrust, sightingOf } from './sighting.ts';
import { secretOf } from './site-secret.ts';
import type { StateStore } from './state-store.ts';
import { type Happening, happened, withLoop } from './story.ts';
import { type TokenClaim, TokenSecrets } from './token.ts';

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

interface Seen {
  readonly address: string;
  readonly at: number;
  /** They are few beside what it says over HTTP, which stays as it is. */
  readonly keepsLabels?: boolean;
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
  readonly #secrets: TokenSecrets;
  readonly #listeners = new Listeners();
  /** Who asks, for as long as the request's labels live. */
  readonly #asking = new WeakMap<Labels, string>();
  readonly #writer: RecordWriter;
  readonly #distrusted: DistrustedUuids;
  readonly #durable: DurableChanges;
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
    this.#secrets = new TokenSecrets(secret);
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
      this.#listeners.forgotten(machine);
    };
    this.#durable = new DurableChanges({
      store: this.store,
      registry: this.registry,
      writer: this.#writer,
      update: (machine) => this.update(machine),
      remove: (id) => this.remove(id),
      told: (event) => this.#listeners.happened(event),
      settled: () => this.settled(),
    });
    for (const machine of readMachines(options.store)) {
      this.registry.put(machine);
      this.pace.known(machine);
    }
    this.rollouts = new Rollouts({
      store: this.store,
      now: () => this.now,
      machine: (id) => this.registry.resolve(id),
      groupValue: (group, key) => this.groupValue(group, key),
      tell: (event) => this.#listeners.happened(event),
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
      for (const put of heard) hearPut(machines.#here, put);
      const rolled = heard.filter(({ table }) => table === 'rollouts');
      if (rolled.length > 0) machines.rollouts.hear(rolled);
    });
    await machines.rollouts.catchUp();
    return machines;
  }

  get #here(): Here {
    const [registry, writer, listeners] = [this.registry, this.#writer, this.#listeners];
    return { registry, writer, listeners, secrets: this.#secrets, distrusted: this.#distrusted };
  }

  get now(): number {
    return (this.#options.now ?? Date.now)();
  }

  /** Events that were not kept, since the start. */
  get dropped(): number {
    return this.store.dropped + this.droppedBefore();
  }

  listen(listener: MachineListener): { close(): void } {
    return this.#listeners.listen(listener);
  }

  /** The machine behind a request; made when it is new. Asked twice with the same labels it looks once. */
  recognise(labels: Labels, address: string, at: number = this.now): Machine | undefined {
    const known = this.#asking.get(labels);
    if (known !== undefined) return this.registry.resolve(known);
    const machine = this.sighted(labels, { address, at });
    if (machine === undefined) return undefined;
    this.#asking.set(labels, machine.id);
    this.update(machine);
    return machine;
  }

  /** The machine behind what was seen, with that in its record: whoever asks updates it, since more of it will change by the same. */
  sighted(labels: Labels, { address, at, keepsLabels }: Seen): Machine | undefined {
    const known = this.#asking.get(labels);
    if (known !== undefined) return this.registry.resolve(known);
    const { registry } = this;
    const distrust = { uuids: registry.distrustedUuids, macs: this.#options.distrust?.macs ?? none };
    const sighting = sightingOf(labels, { at, address, distrust, redaction: this.redaction });
    if (sighting.uuid === undefined && sighting.macs.length === 0 && sighting.serial === undefined) {
      const byAddress = registry.byAddress(address, sighting.at);
      return typeof byAddress === 'object' ? byAddress : undefined;
    }
    const { machine, isKnown, changes } = registry.sighted(keepsLabels ? { ...sighting, labels: [] } : sighting);
    if (!isKnown) this.#touch(machine.id, false);
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
    if (noticed !== machine) this.update(noticed);
    if (noticed.loop !== undefined && machine.loop?.since !== noticed.loop.since) this.record(loopEvent(noticed, at));
    return noticed;
  }

  variables({ labels, address, profile }: MachineQuestion): readonly (readonly [string, string])[] {
    this.catchUp(address);
    const machine = this.recognise(labels, address);
    if (machine === undefined) return [];
    // A machine whose script came from elsewhere begins its boot with its config.
    const boot = machine.boot ?? newBoot(this.newBootId(), this.now);
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
    return `${this.#options.baseUrl()}/machine/report/${this.#secrets.make({ machine, boot })}`;
  }

  claimOf(token: string): TokenClaim | undefined {
    return this.#secrets.read(token);
  }

  readonly newBootId = (): string => this.#options.newId?.('b') ?? newBootId(this.now);

  /** Something happened to a machine: its record follows. @returns the record as it is now */
  apply(id: string, happening: Happening): Machine | undefined {
    const machine = this.registry.get(id);
    return machine && this.applyTo(machine, happening);
  }

  /** The same, of a record that says already more than the one that it takes the place of. */
  applyTo(before: Machine, happening: Happening): Machine {
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
    this.#listeners.cameAgain(id);
  }

  /** Puts a record in place of the one with its id. */
  update(machine: Machine): void {
    const before = this.registry.get(machine.id);
    if (before === machine) return;
    this.#touch(machine.id, this.registry.put(machine));
    this.#listeners.changed(machine, before);
  }

  remove(id: string): Machine | undefined {
    const machine = this.registry.remove(id);
    if (machine === undefined) return undefined;
    this.#writer.gone(id);
    this.#listeners.forgotten(machine);
    return machine;
  }

  /** Keeps an event, soon. */
  record(event: Recorded): void {
    this.store.record(event);
    if (event instanceof EventAgain) this.#listeners.happenedAgain(event);
    else this.#listeners.happened(event);
  }

  /** Keeps an event and the machine's record as the event changes it: durably first. @see DurableChanges.commit */
  commit(event: MachineEvent, change?: (machine: Machine) => Machine): Promise<Machine | undefined> {
    return this.#durable.commit(event, change);
  }

  /** A machine's record, with what is being written of it right now. */
  recordOf(id: string): Machine | undefined {
    return this.#durable.recordOf(id);
  }

  /** @see DurableChanges.forget */
  forget(event: MachineEvent): Promise<void> {
    return this.#durable.forget(event);
  }

  /** @see DurableChanges.split */
  split(event: MachineEvent): Promise<Machine | undefined> {
    return this.#durable.split(event);
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  #tell(change: IdentityChange): void {
    const at = this.now;
    if (change.kind === 'merged') this.#writer.gone(change.absorbed.id);
    this.record(identityEvent(change, at));
    if (change.kind === 'merged') this.#listeners.forgotten(change.absorbed);
    if (change.kind === 'distrusted') this.#distrusted.learned(change.uuid, at);
    if ('other' in change && this.registry.get(change.other) !== undefined) this.#writer.changed(change.other);
  }

  #touch(id: string, isKnown: boolean): void {
    if (isKnown) this.#writer.cameAgain(id);
    else this.#writer.changed(id);
  }
}

const none: ReadonlySet<string> = new Set();
