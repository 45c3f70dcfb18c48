/**
 * What queries find, kept from list to list: pages ask the same again and again, and only machines that changed meanwhile are looked at
 * anew. Of all pages with one query the first one pays for them.
 */
import { createSerialQueue } from '../data/serial-queue.ts';
import { calledBy } from '../machines/machine.ts';
import type { Machines } from '../machines/machines.ts';
import type { MachinePredicate } from '../machines/query.ts';
import { type MachinesByName, type NamedMachine, named } from './machines-by-name.ts';
import { mergeInTurns, sortInTurns } from './sort-in-turns.ts';
import { eachInTurns } from './turns.ts';

export interface FoundMachines {
  /** By name. */
  readonly found: readonly NamedMachine[];
  /** How many of them are in which state. */
  readonly states: Readonly<Record<string, number>>;
}

export interface StandingListsOptions {
  readonly machines: Machines;
  readonly byName: MachinesByName;
  /** Another one when groups may say something else of machines. */
  readonly version: () => unknown;
  /** Lists that are kept; of those beyond it the one that was asked for the longest ago goes. */
  readonly most?: number;
}

/** An overview asks for seven. */
const most = 12;

export class StandingLists {
  readonly #options: StandingListsOptions;
  readonly #lists = new Map<string, StandingList>();
  #following: { close(): void } | undefined;

  constructor(options: StandingListsOptions) {
    this.#options = options;
  }

  /** Of what was seen before the call. @param matches what the query says */
  async find(query: string, matches: MachinePredicate): Promise<FoundMachines> {
    const { machines, byName, version } = this.#options;
    await machines.catchUpInTurns();
    const known = this.#lists.get(query);
    const isCurrent = known !== undefined && known.version === version();
    const list = isCurrent ? known : new StandingList(machines, byName, { matches, version });
    this.#keep(query, list);
    return list.find();
  }

  #keep(query: string, list: StandingList): void {
    this.#lists.delete(query);
    this.#lists.set(query, list);
    if (this.#lists.size > (this.#options.most ?? most)) this.#lists.delete(this.#lists.keys().next().value!);
    this.#following ??= this.#options.machines.registry.follow((id) => this.#changed(id));
  }

  /** A list that nobody asks for is not worth more than it takes to make it. */
  #changed(id: string): void {
    for (const [query, list] of this.#lists) if (!list.changed(id)) this.#lists.delete(query);
    if (this.#lists.size > 0) return;
    this.#following?.close();
    this.#following = undefined;
  }
}

interface Member {
  readonly named: NamedMachine;
  readonly state: string;
}

/** Changes of a list without members that are kept. */
const fewChanges = 1000;

class StandingList {
  readonly version: unknown;
  readonly #machines: Machines;
  readonly #byName: MachinesByName;
  readonly #matches: MachinePredicate;
  readonly #members = new Map<string, Member>();
  readonly #states: Record<string, number> = Object.create(null);
  #found: readonly NamedMachine[] = [];
  #isMade = false;
  /** Ids of machines that are to be looked at. */
  #changed = new Set<string>();
  readonly #looks = createSerialQueue();

  constructor(
    machines: Machines,
    byName: MachinesByName,
    { matches, version }: { readonly matches: MachinePredicate; readonly version: () => unknown },
  ) {
    this.#machines = machines;
    this.#byName = byName;
    this.#matches = matches;
    this.version = version();
  }

  /** @returns whether it is worth to be kept */
  changed(id: string): boolean {
    this.#changed.add(id);
    return this.#changed.size <= fewChanges + this.#members.size;
  }

  find(): Promise<FoundMachines> {
    return this.#looks.run(async () => {
      if (this.#isMade) await this.#follow();
      else await this.#make();
      return { found: this.#found, states: { ...this.#states } };
    });
  }

  /** What changes while it looks is looked at again. */
  async #make(): Promise<void> {
    const found: NamedMachine[] = [];
    const renamed: NamedMachine[] = [];
    await eachInTurns(await this.#byName.inOrder(), (each) => {
      const now = this.#look(each.id, each);
      if (now !== undefined) (now === each ? found : renamed).push(now);
    });
    this.#found = await mergeInTurns(found, await sortInTurns(renamed));
    this.#isMade = true;
    await this.#follow();
  }

  async #follow(): Promise<void> {
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed];
    this.#changed = new Set();
    const gone = new Set<NamedMachine>();
    const come: NamedMachine[] = [];
    await eachInTurns(changed, (id) => {
      const before = this.#members.get(id)?.named;
      const now = this.#look(id, before);
      if (before === now) return;
      if (before !== undefined) gone.add(before);
      if (now !== undefined) come.push(now);
    });
    if (gone.size + come.length === 0) return;
    const stayed: NamedMachine[] = [];
    await eachInTurns(this.#found, (each) => {
      if (!gone.has(each)) stayed.push(each);
    });
    this.#found = await mergeInTurns(stayed, await sortInTurns(come));
  }

  /** Counts a machine as what it is now. @param known what it was called @returns what it is called if it is found */
  #look(id: string, known: NamedMachine | undefined): NamedMachine | undefined {
    const before = this.#members.get(id);
    if (before !== undefined) this.#count(before.state, -1);
    const machine = this.#machines.registry.get(id);
    if (machine === undefined || !this.#matches(machine)) {
      this.#members.delete(id);
      return undefined;
    }
    const name = calledBy(machine);
    const now = known?.name === name ? known : named(machine, name);
    this.#members.set(id, { named: now, state: machine.state });
    this.#count(machine.state, 1);
    return now;
  }

  #count(state: string, by: 1 | -1): void {
    const count = (this.#states[state] ?? 0) + by;
    if (count > 0) this.#states[state] = count;
    else delete this.#states[state];
  }
}
