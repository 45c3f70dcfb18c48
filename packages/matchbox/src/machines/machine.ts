/** A machine as it is known: by what it is recognised, what it does now, what an operator ordered. Plain data, kept as JSON. */

/**
 * `unknown`: no group is its own, and nothing was served yet. `seen`: it asked for something. `booting`: it has a boot script.
 * `installing`: it has a config. `installed`, `running`, `failed`: it said so. `stalled`: it fell silent on the way.
 */
export const machineStates = [
  'unknown',
  'seen',
  'booting',
  'installing',
  'installed',
  'running',
  'failed',
  'stalled',
] as const;

export type MachineState = (typeof machineStates)[number];

/** How far a machine came since it was last powered on. */
export interface Boot {
  /** `b-…` */
  readonly id: string;
  /** Milliseconds since 1970, like all times here. */
  readonly startedAt: number;
  /** Of each step, when it was last seen. */
  readonly steps: BootTimes;
  /** What it boots: a profile's id and the revision of what it is made of. */
  readonly installation?: string | undefined;
  /** Steps that were cut off, with the bytes sent of those that there were. */
  readonly cut?: { readonly what: string; readonly sent: number; readonly of: number } | undefined;
  /** So often it began anew before this boot, each time with its kernel and without a word of its system. */
  readonly resets?: number | undefined;
  /** When it was sent to its disk last, and how often it had come back from there soon after. */
  readonly returns?: { readonly at: number; readonly times: number } | undefined;
  /** The image that it fetches now (`kernel`, `initrd`, a file that its kernel’s arguments name), and since when. */
  readonly loading?: { readonly what: string; readonly since: number } | undefined;
  /** What came before the script, where the built-in network boot served it. */
  readonly netboot?: NetbootProgress | undefined;
  /** Somebody at its address fetched an image of its script, and it may have been another behind the same address. */
  readonly unsure?: number | undefined;
  /** Its system asked for an address by DHCP, after its images. */
  readonly network?: number | undefined;
  /** When it was sent to its disk: nothing more is to be expected of it. */
  readonly toDisk?: number | undefined;
  /** The last refusal (a status of 400 and more). */
  readonly refused?:
    | {
        readonly what: string;
        readonly status: number;
        readonly reason: string;
        readonly times: number;
        /** When it was refused so for the first time. */
        readonly since: number;
      }
    | undefined;
}

export type BootTimes = { readonly [Step in BootStep]?: number | undefined };

/** How far a machine came by DHCP and its loader. */
export interface NetbootProgress {
  /** The loader that its firmware was offered. */
  readonly loader?: string;
  /** The URL that iPXE was told for its script. */
  readonly script?: string;
  /** Why it was offered nothing: a rule, and the same in words. */
  readonly ignored?: { readonly reason: string; readonly why: string };
  /** It asked for an address and was refused it (NAK): the rule, and the same in words. */
  readonly refused?: { readonly reason: string; readonly why: string };
  /** It went on with our offer: took the address, or asked for its boot file. */
  readonly taken?: true;
  /** It took the address of another server. */
  readonly elsewhere?: true;
  /** The first loader that it fetched whole, and how often since it had a script. */
  readonly fetched?: { readonly file: string; readonly times: number };
}

export const bootSteps = ['dhcp', 'loader', 'script', 'kernel', 'initrd', 'config', 'report'] as const;

export type BootStep = (typeof bootSteps)[number];

/** What an operator ordered for one machine; it goes before every policy. */
export interface Orders {
  /** Install again: at the next start (`once`), or at every start until it is forgotten. */
  readonly reinstall?: 'once' | 'always';
  /** Answer nothing that boots, and why. */
  readonly hold?: string;
  /** Boot from disk whatever its state. */
  readonly disk?: true;
}

/** The same installation that began again and again. */
export interface Loop {
  readonly since: number;
  readonly starts: number;
  readonly installation: string;
}

/** A record that was joined with another, as far as it takes to tell the two apart again. */
export interface Absorbed {
  readonly id: string;
  readonly at: number;
  readonly uuids: readonly string[];
  readonly macs: readonly string[];
  readonly serials: readonly string[];
  readonly hostname?: string;
  readonly firstSeen: number;
  readonly installed?: Machine['installed'];
}

export interface Machine {
  /** `m-…` */
  readonly id: string;
  /** Those that are trusted, the one seen last at the end. */
  readonly uuids: readonly string[];
  readonly macs: readonly string[];
  readonly serials: readonly string[];
  readonly hostname?: string | undefined;
  /** Addresses that it asked from, the newest at the end. */
  readonly addresses: readonly { readonly address: string; readonly at: number }[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** What it said of itself last. */
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly group?: string | undefined;
  readonly profile?: string | undefined;
  /** No group of its own: a default one, or none. */
  readonly inbox: boolean;
  readonly state: MachineState;
  readonly stateSince: number;
  /** Why it is in that state, in a few words. */
  readonly stateReason?: string | undefined;
  readonly boot?: Boot | undefined;
  /** Believed: it reported so, or an operator said so. */
  readonly installed?: { readonly at: number; readonly by: 'report' | 'operator'; readonly boot?: string } | undefined;
  /** When a report of it was believed last. */
  readonly reportedAt?: number | undefined;
  readonly orders: Orders;
  /** Starts of installations, for the breaker. */
  readonly starts: readonly { readonly at: number; readonly installation: string; readonly boot: string }[];
  readonly loop?: Loop | undefined;
  /** Ids under which it was known before records were joined: its tokens may name them still. */
  readonly absorbed: readonly string[];
  /** The last of those records, so that a wrong merge can be undone. */
  readonly merged: readonly Absorbed[];
  /** Machines that an operator said it is not. */
  readonly apart: readonly string[];
  /** Machines with which it contradicts itself: the same UUID or serial, and yet another machine. */
  readonly collisions: readonly string[];
}

/** Bounds of a record: what a machine says must not make it grow. */
export const machineBounds = {
  uuids: 8,
  macs: 64,
  serials: 4,
  addresses: 4,
  labels: 32,
  labelLength: 256,
  /** Characters of all labels together. */
  labelsLength: 2048,
  starts: 16,
  collisions: 8,
  absorbed: 16,
  merged: 4,
  apart: 8,
} as const;

/**
 * With all members that a record may have, those that do not apply, too: records that all have one shape are read and copied several
 * times as fast. So a member is set to undefined where it ends, and not taken away. The same goes for boots.
 */
export function newMachine(id: string, at: number): Machine {
  return {
    id,
    uuids: [],
    macs: [],
    serials: [],
    hostname: undefined,
    addresses: [],
    firstSeen: at,
    lastSeen: at,
    labels: [],
    group: undefined,
    profile: undefined,
    inbox: true,
    state: 'unknown',
    stateSince: at,
    stateReason: undefined,
    boot: undefined,
    installed: undefined,
    reportedAt: undefined,
    orders: {},
    starts: [],
    loop: undefined,
    absorbed: [],
    merged: [],
    apart: [],
    collisions: [],
  };
}

export function newBoot(id: string, startedAt: number): Boot {
  return {
    id,
    startedAt,
    steps: {
      dhcp: undefined,
      loader: undefined,
      script: undefined,
      kernel: undefined,
      initrd: undefined,
      config: undefined,
      report: undefined,
    },
    installation: undefined,
    cut: undefined,
    resets: undefined,
    returns: undefined,
    loading: undefined,
    netboot: undefined,
    unsure: undefined,
    network: undefined,
    toDisk: undefined,
    refused: undefined,
  };
}

/** With a step at a time. */
export function withStep(steps: BootTimes, step: BootStep, at: number): BootTimes {
  const next: { -readonly [Step in BootStep]?: number | undefined } = { ...steps };
  next[step] = at;
  return next;
}

export function isOrdered({ orders }: Machine): boolean {
  return orders.hold !== undefined || orders.disk !== undefined || orders.reinstall !== undefined;
}

/** What people call it: its host name, else its first address, else its UUID. */
export function nameOf(machine: Machine): string {
  return machine.hostname || (machine.macs[0] ?? machine.uuids[0] ?? machine.id);
}

/** What people call it: its host name, else the group that is its own, else what it is known by. */
export function calledBy(machine: Machine): string {
  return machine.hostname || (machine.inbox ? '' : machine.group) || nameOf(machine);
}

/** @returns the record, or undefined for what is none: a table may have been written by a newer or broken program */
export function readMachine(value: unknown): Machine | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = value as Partial<Machine>;
  if (typeof found.id !== 'string' || !Array.isArray(found.uuids) || !Array.isArray(found.macs)) return undefined;
  if (!machineStates.some((state) => state === found.state)) return undefined;
  const machine: Machine = { ...newMachine(found.id, found.firstSeen ?? 0), ...found };
  return found.boot === undefined ? machine : { ...machine, boot: readBoot(found.boot) };
}

/** The records of a store that can be read. */
export function readMachines(store: { table(name: 'machines'): ReadonlyMap<string, unknown> }): Machine[] {
  return [...store.table('machines').values()].map(readMachine).filter((machine) => machine !== undefined);
}

function readBoot(found: Boot): Boot {
  const boot = newBoot(found.id, found.startedAt);
  return { ...boot, ...found, steps: { ...boot.steps, ...found.steps } };
}

/**
 * Whether a record says nothing that was not known, but for when: the machine did the same again. Values are the same ones: who
 * changes one makes another. Member by member, since it is asked of each answer: a loop over their names takes ten times as long.
 */
export function isKnownOf(a: Machine, b: Machine): boolean {
  return (
    a.id === b.id &&
    a.uuids === b.uuids &&
    a.macs === b.macs &&
    a.serials === b.serials &&
    a.labels === b.labels &&
    a.hostname === b.hostname &&
    isKnownPlace(a, b) &&
    isKnownState(a, b) &&
    isKnownOfOthers(a, b) &&
    areAlike(a.addresses, b.addresses, isSameAddress) &&
    isKnownBoot(a.boot, b.boot)
  );
}

function isKnownPlace(a: Machine, b: Machine): boolean {
  return a.group === b.group && a.profile === b.profile && a.inbox === b.inbox && a.firstSeen === b.firstSeen;
}

function isKnownState(a: Machine, b: Machine): boolean {
  return (
    a.state === b.state &&
    a.stateSince === b.stateSince &&
    a.stateReason === b.stateReason &&
    a.installed === b.installed &&
    a.reportedAt === b.reportedAt &&
    a.orders === b.orders &&
    a.starts === b.starts &&
    a.loop === b.loop
  );
}

function isKnownOfOthers(a: Machine, b: Machine): boolean {
  return a.absorbed === b.absorbed && a.merged === b.merged && a.apart === b.apart && a.collisions === b.collisions;
}

function isSameAddress(a: Machine['addresses'][number], b: Machine['addresses'][number]): boolean {
  return a.address === b.address;
}

function isKnownBoot(a: Boot | undefined, b: Boot | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return (
    a.id === b.id &&
    a.startedAt === b.startedAt &&
    a.installation === b.installation &&
    a.resets === b.resets &&
    a.returns === b.returns &&
    a.netboot === b.netboot &&
    isKnownEnd(a, b) &&
    hasSameSteps(a.steps, b.steps)
  );
}

function isKnownEnd(a: Boot, b: Boot): boolean {
  return (
    a.cut === b.cut &&
    a.loading === b.loading &&
    a.unsure === b.unsure &&
    a.network === b.network &&
    a.toDisk === b.toDisk &&
    a.refused === b.refused
  );
}

function hasSameSteps(a: Boot['steps'], b: Boot['steps']): boolean {
  return (
    (a.dhcp === undefined) === (b.dhcp === undefined) &&
    (a.loader === undefined) === (b.loader === undefined) &&
    (a.script === undefined) === (b.script === undefined) &&
    (a.kernel === undefined) === (b.kernel === undefined) &&
    (a.initrd === undefined) === (b.initrd === undefined) &&
    (a.config === undefined) === (b.config === undefined) &&
    (a.report === undefined) === (b.report === undefined)
  );
}

export function areAlike<T>(a: readonly T[], b: readonly T[], isAlike: (a: T, b: T) => boolean): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!isAlike(a[i]!, b[i]!)) return false;
  return true;
}
