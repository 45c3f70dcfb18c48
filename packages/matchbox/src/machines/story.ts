/** How a machine's record changes with each thing that happens: its boot, its state, its starts. Pure: a record and a happening in, a record out. */
import { timeOfBoot } from './id.ts';
import {
  type Boot,
  type BootStep,
  type Machine,
  type MachineState,
  machineBounds,
  type NetbootProgress,
  newBoot,
  withStep,
} from './machine.ts';
import { bounded } from './merge.ts';
import { answered, progressed } from './netboot-progress.ts';

/** One thing that happened, as far as it changes the record. */
export type Happening =
  | {
      readonly kind: 'step';
      readonly step: BootStep;
      readonly at: number;
      /** Makes an id for the boot that may begin here. */
      readonly newBoot: () => string;
      /** Of a script or config: what it is part of. */
      readonly installation?: string;
      /** Of a config: the installed system asks (`os=installed`), or nothing gets installed; then it begins no installation. */
      readonly installs?: boolean;
      readonly cut?: Boot['cut'];
      /** Of DHCP: what it adds. */
      readonly netboot?: NetbootProgress;
      /** Of a loader that was fetched whole: its name. */
      readonly fetched?: string;
    }
  | { readonly kind: 'loading'; readonly at: number; readonly what: string }
  /** Its system fetched a file that its kernel's arguments name, as far as it did. */
  | { readonly kind: 'further'; readonly at: number; readonly what: string; readonly cut?: Boot['cut'] }
  | { readonly kind: 'disk'; readonly at: number }
  /** An image was fetched from its address, by it or another; its system asked for an address. */
  | { readonly kind: 'unsure' | 'network'; readonly at: number }
  | {
      readonly kind: 'refused';
      readonly at: number;
      /** Makes an id for the boot of a machine that was never served anything. */
      readonly newBoot: () => string;
      readonly what: string;
      readonly status: number;
      readonly reason: string;
    }
  | {
      readonly kind: 'report';
      readonly at: number;
      readonly state: ReportedState;
      readonly boot: string | undefined;
      readonly reason?: string;
    }
  | { readonly kind: 'stalled'; readonly at: number; readonly reason: string };

export type ReportedState = 'installing' | 'installed' | 'running' | 'failed';

/** So many starts of one installation within this time are a loop. */
const loopStarts = 3;
const loopWindowMs = 2 * 60 * 60 * 1000;

/** Firmware that is silent for so long on its way to a script was switched off. */
const sameFirmwareMs = 30 * 60 * 1000;

/** Firmware and loader ask for one script each. */
const sameAskMs = 15 * 1000;

/** A second script within this time, with nothing between, is the same start: firmware asks twice, or from two cards. */
const sameStartMs = 2 * 60 * 1000;

export function happened(machine: Machine, happening: Happening): Machine {
  switch (happening.kind) {
    case 'step':
      return stepped(machine, happening);
    case 'loading':
      return machine.boot === undefined
        ? machine
        : { ...machine, boot: { ...machine.boot, loading: { what: happening.what, since: happening.at } } };
    case 'unsure':
    case 'network':
      return machine.boot === undefined
        ? machine
        : { ...machine, boot: { ...machine.boot, [happening.kind]: happening.at } };
    case 'further':
      return machine.boot === undefined ? machine : { ...machine, boot: fetchedFurther(machine.boot, happening) };
    case 'disk':
      return machine.boot === undefined ? machine : { ...machine, boot: sentToDisk(machine.boot, happening.at) };
    case 'refused':
      return refused(machine, happening);
    case 'report':
      return reported(machine, happening);
    case 'stalled':
      return entered(machine, 'stalled', happening.at, happening.reason);
  }
}

function stepped(machine: Machine, happening: Happening & { kind: 'step' }): Machine {
  const { step, at, installs } = happening;
  if (isLate(machine.boot, step, at)) return { ...machine, boot: completed(machine.boot, happening) };
  const begins = machine.boot === undefined || beginsBoot(machine.boot, step, at);
  const boot = steppedOn(begins ? anotherBoot(machine.boot, happening) : machine.boot!, happening);
  // One copy for all that changes: a machine's way is made of such steps.
  const next: Draft = { ...machine };
  next.boot = boot;
  if (step === 'script') enter(next, 'booting', at);
  else if (step === 'config' && installs) {
    startInstallation(next, boot, at);
    enter(next, 'installing', at);
  } else if (step !== 'config' && isSeenAnew(machine, begins)) enter(next, 'seen', at);
  return next;
}

/** A copy of a record that nobody else has yet. */
type Draft = { -readonly [Member in keyof Machine]: Machine[Member] };

function steppedOn(boot: Boot, happening: Happening & { kind: 'step' }): Boot {
  const { step, at, installation, cut } = happening;
  return {
    ...boot,
    steps: withStep(boot.steps, step, at),
    installation: installation ?? boot.installation,
    netboot: progressed(boot.netboot, happening),
    cut: cut ?? (boot.cut?.what === step ? undefined : boot.cut),
    // What this step ends.
    refused: undefined,
    toDisk: undefined,
    loading: undefined,
  };
}

/**
 * Network boot's messages wait longer than what is asked over HTTP, since nobody is answered by them: told of after a later step they
 * begin no other boot.
 */
function isLate(boot: Boot | undefined, step: BootStep, at: number): boot is Boot {
  if (boot === undefined || (step !== 'dhcp' && step !== 'loader')) return false;
  const { script, kernel, initrd, config, report } = boot.steps;
  const last = Math.max(script ?? 0, kernel ?? 0, initrd ?? 0, config ?? 0, report ?? 0, boot.toDisk ?? 0);
  // Nothing waits so long: a clock was put back.
  return last > at && last - at < sameStartMs;
}

/** The way to its script, as far as it was not known. */
function completed(boot: Boot, happening: Happening & { kind: 'step' }): Boot {
  const { step, at, netboot } = happening;
  const isOfThisBoot = boot.steps[step] === undefined || boot.steps[step] <= at;
  if (!isOfThisBoot) return boot;
  return {
    ...boot,
    startedAt: Math.min(boot.startedAt, at),
    steps: withStep(boot.steps, step, at),
    netboot: netboot === undefined ? boot.netboot : answered(boot.netboot, netboot),
  };
}

/** Who begins anew later than this after what it did last was switched off for a while. */
const soonMs = 30 * 60 * 1000;
/** Who comes back from its disk within this time has not booted from it. */
const returnMs = 5 * 60 * 1000;

/** What came before counts where it tells that a machine goes round. */
function anotherBoot(before: Boot | undefined, { at, newBoot: newId }: Happening & { kind: 'step' }): Boot {
  const boot = newBoot(newId(), at);
  if (before === undefined) return boot;
  const { steps, returns } = before;
  const loaded = Math.max(steps.kernel ?? 0, steps.initrd ?? 0);
  const isSilent = steps.config === undefined && steps.report === undefined && before.toDisk === undefined;
  const isReset = loaded > 0 && isSilent && at - loaded < soonMs;
  return {
    ...boot,
    resets: isReset ? (before.resets ?? 0) + 1 : undefined,
    returns: returns !== undefined && at - returns.at < returnMs ? returns : undefined,
  };
}

function sentToDisk(boot: Boot, at: number): Boot {
  const { at: last, times } = boot.returns ?? { at: Number.NEGATIVE_INFINITY, times: -1 };
  const isAsked = at - last < sameAskMs;
  const returns = { at, times: isAsked ? times : at - last < returnMs ? times + 1 : 0 };
  return { ...boot, toDisk: at, returns };
}

function fetchedFurther(boot: Boot, { what, cut }: Happening & { kind: 'further' }): Boot {
  return { ...boot, loading: undefined, cut: cut ?? (boot.cut?.what === what ? undefined : boot.cut) };
}

/** Whether a step of a machine changes nothing of its record but when it was seen. */
export function isStepAgain(
  { boot, state, stateReason, loop, starts }: Machine,
  step: BootStep,
  at: number,
  { installation, installs }: { readonly installation: string | undefined; readonly installs: boolean },
): boolean {
  if (boot === undefined || boot.steps[step] === undefined || beginsBoot(boot, step, at)) return false;
  if ((boot.refused ?? boot.cut ?? boot.toDisk ?? boot.loading ?? boot.netboot?.fetched) !== undefined) return false;
  if (installation !== undefined && boot.installation !== installation) return false;
  // Who began installations before may be going round.
  if (step === 'script')
    return state === 'booting' && stateReason === undefined && loop === undefined && starts.length === 0;
  if (step !== 'config' || !installs) return step === 'config' || state !== 'unknown';
  return state === 'installing' && stateReason === undefined && hasStarted(starts, boot);
}

function isSeenAnew({ state }: Machine, begins: boolean): boolean {
  return state === 'unknown' || (state === 'stalled' && begins);
}

/** Firmware's DHCP begins one when more than its own repetitions came before; so does a script after a kernel or a while. */
function beginsBoot(boot: Boot | undefined, step: BootStep, at: number): boolean {
  if (boot === undefined) return true;
  const { steps } = boot;
  const came = steps.kernel ?? steps.initrd ?? steps.config ?? steps.report;
  if (step === 'dhcp' || step === 'loader') return came !== undefined || isFirmwareAnew(boot, at);
  return step === 'script' && (came !== undefined || (steps.script !== undefined && at - steps.script > sameStartMs));
}

/** Firmware that comes again a while after it came last, or after it was served. */
function isFirmwareAnew({ toDisk, steps }: Boot, at: number): boolean {
  const last = Math.max(toDisk ?? 0, steps.dhcp ?? 0, steps.loader ?? 0);
  if (last > 0 && at - last > sameFirmwareMs) return true;
  const served = toDisk ?? steps.script;
  return served !== undefined && at - served > sameStartMs;
}

/** Once for each boot: a retry, a second card, a HEAD are no starts. */
function startInstallation(next: Draft, boot: Boot, at: number): void {
  const { installation } = boot;
  if (installation === undefined || hasStarted(next.starts, boot)) return;
  const { reinstall, ...orders } = next.orders;
  // What was installed before is ordered away: a report of it that came late must not hide that this one failed.
  if (reinstall !== undefined) next.installed = undefined;
  next.starts = bounded([...next.starts, { at, installation, boot: boot.id }], machineBounds.starts);
  // An order to install once is used up by the installation's config, not by the script, which firmware may ask for twice.
  if (reinstall === 'once') next.orders = orders;
}

/** What installs nothing has nothing to start. */
function hasStarted(starts: Machine['starts'], { id, installation }: Boot): boolean {
  return installation === undefined || starts.some(({ boot }) => boot === id);
}

/**
 * Whether a machine that asks for its script is on its way into the same installation again: the start at hand counts.
 * @param installation a profile's id and revision
 */
export function withLoop(machine: Machine, installation: string, at: number): Machine {
  if (machine.loop?.installation === installation) return machine;
  const begins = beginsBoot(machine.boot, 'script', at);
  const earlier = machine.starts.filter(
    (start) =>
      start.installation === installation &&
      at - start.at < loopWindowMs &&
      (begins || start.boot !== machine.boot?.id),
  );
  const starts = earlier.length + 1;
  return starts < loopStarts ? withoutLoop(machine) : { ...machine, loop: { since: at, starts, installation } };
}

export function withoutLoop(machine: Machine): Machine {
  return machine.loop === undefined ? machine : { ...machine, loop: undefined };
}

function refused(
  machine: Machine,
  { at, newBoot: newId, what, status, reason }: Happening & { kind: 'refused' },
): Machine {
  const boot = machine.boot ?? newBoot(newId(), at);
  const again = boot.refused?.what === what && boot.refused.reason === reason ? boot.refused : undefined;
  const { times, since } = again ?? { times: 0, since: at };
  return { ...machine, boot: { ...boot, refused: { what, status, reason, times: times + 1, since } } };
}

/** A report of an earlier installation changes nothing: it is kept as an event that came late. */
export function isStale(
  machine: Machine,
  { boot, state }: { boot: string | undefined; state: ReportedState },
): boolean {
  return (
    boot !== undefined &&
    machine.boot !== undefined &&
    boot !== machine.boot.id &&
    !isLaterBoot(machine, boot) &&
    // Firmware that asks by DHCP and goes on to the disk has not begun anything yet.
    isPastFirmware(machine.boot) &&
    state !== 'running' &&
    boot !== machine.installed?.boot
  );
}

/**
 * A boot that nobody remembers and that began after the one that is remembered: the process was killed before it was written.
 * What is served is recorded within a second, and not before it is answered.
 */
function isLaterBoot({ boot: known, starts }: Machine, id: string): boolean {
  const at = timeOfBoot(id);
  if (at === undefined || known === undefined || starts.some((start) => start.boot === id)) return false;
  return at > known.startedAt;
}

function isPastFirmware({ steps }: Boot): boolean {
  return (steps.script ?? steps.kernel ?? steps.initrd ?? steps.config ?? steps.report) !== undefined;
}

function reported(machine: Machine, happening: Happening & { kind: 'report' }): Machine {
  const { at, state, boot, reason } = happening;
  const isOther = boot !== undefined && boot !== machine.boot?.id && isLaterBoot(machine, boot);
  const current = isOther ? newBoot(boot, timeOfBoot(boot)!) : machine.boot;
  const reporting = current && { ...current, steps: withStep(current.steps, 'report', at) };
  const next: Draft = { ...machine };
  next.boot = reporting;
  next.reportedAt = at;
  enter(next, state, at, reason);
  if (state !== 'installed' && state !== 'running') return next;
  next.starts = [];
  next.loop = undefined;
  if (state === 'running') return next;
  const installedBoot = boot ?? machine.boot?.id;
  next.installed = { at, by: 'report', ...(installedBoot !== undefined && { boot: installedBoot }) };
  return next;
}

function entered(machine: Machine, state: MachineState, at: number, reason?: string): Machine {
  if (machine.state === state && machine.stateReason === reason) return machine;
  const next: Draft = { ...machine };
  enter(next, state, at, reason);
  return next;
}

function enter(next: Draft, state: MachineState, at: number, reason?: string): void {
  if (next.state !== state) next.stateSince = at;
  next.state = state;
  next.stateReason = reason;
}
