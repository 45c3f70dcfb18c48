/**
 * A change that goes to a few machines first: those that begin with it get another profile than their groups name, the others go on
 * getting that one. Pure: what it is, who may begin, what became of whom.
 */
import { timeOfBoot } from '../id.ts';
import { MachineQueryError, parseMachineQuery } from '../query.ts';

/**
 * `running`: machines may begin. `paused`: none may, those that began go on. `aborted`: those that did not succeed go back.
 * `done`: all may begin, however many.
 */
export const rolloutStates = ['running', 'paused', 'aborted', 'done'] as const;

export type RolloutState = (typeof rolloutStates)[number];

/** What an operator asks for. */
export interface RolloutPlan {
  readonly name: string;
  /** The profile that groups name. */
  readonly from: string;
  /** The profile that machines of the rollout get instead. */
  readonly to: string;
  /** Only machines that this query finds; '' for all. */
  readonly query: string;
  /** So many have to succeed before any other begins; until then no more than are still wanted are on their way. */
  readonly canaries: number;
  /** Machines on their way at a time. */
  readonly atOnce: number;
  /** Machines that may begin within an hour; 0 for any number. */
  readonly perHour: number;
  /** So many failures pause it. */
  readonly maxFailures: number;
  /** A machine that said nothing for so long after it began has failed. */
  readonly timeoutMs: number;
  /** The report that ends a machine's part in it. */
  readonly success: 'running' | 'installed';
  /** So many successes end it, and all others may begin; 0: an operator says so. */
  readonly doneAfter: number;
}

export interface Rollout extends RolloutPlan {
  readonly state: RolloutState;
  /** Milliseconds since 1970, like all times here. */
  readonly stateSince: number;
  /** Why, and who said so. */
  readonly stateReason: string;
  readonly createdAt: number;
  /** Failures that count no more, since an operator resumed it knowing of them. */
  readonly forgiven: number;
  /** The same of strangers that fell silent. */
  readonly forgivenStrangers: number;
  /** Of machines that are forgotten. */
  readonly past: { readonly succeeded: number; readonly failed: number };
  /** Beginnings that took a turn. Where several servers share the store each begins with one, so that none lets more begin than may. */
  readonly turns: number;
}

export const memberStates = ['begun', 'succeeded', 'failed'] as const;

export type MemberState = (typeof memberStates)[number];

/** A machine that began. */
export interface Member {
  readonly machine: string;
  readonly state: MemberState;
  readonly begunAt: number;
  readonly stateSince: number;
  readonly reason: string;
  /** Boots in which it was served the new profile: reports of others say nothing of it. */
  readonly boots: readonly string[];
  /** It failed once; what it does later does not take that back. */
  readonly failed: boolean;
  /** After the end it was given a boot script of the old profile again. */
  readonly returned: boolean;
  /** Nothing but its own request says that there is such a machine. */
  readonly stranger: boolean;
  /** The turn that it took; 0 for none. */
  readonly turn: number;
}

export const rolloutBounds = {
  rollouts: 100,
  /** Of one rollout. */
  members: 100_000,
  boots: 8,
  nameLength: 63,
  queryLength: 1000,
  reasonLength: 300,
  atOnce: 10_000,
  minTimeoutMs: 60_000,
  maxTimeoutMs: 7 * 24 * 60 * 60_000,
} as const;

export const defaultPlan = {
  query: '',
  canaries: 1,
  atOnce: 10,
  perHour: 0,
  maxFailures: 1,
  timeoutMs: 60 * 60_000,
  success: 'running',
  doneAfter: 0,
} as const satisfies Partial<RolloutPlan>;

/** What was asked of a rollout cannot be done; the message says what is wanted. */
export class RolloutError extends Error {
  /** `invalid`: never; `denied`: not as things are. */
  readonly code: 'invalid' | 'denied' | 'not_found';

  constructor(code: RolloutError['code'], message: string) {
    super(message);
    this.name = 'RolloutError';
    this.code = code;
  }
}

/** @throws RolloutError */
export function checkPlan(plan: RolloutPlan): void {
  const { name, from, to, query } = plan;
  const fault = (text: string) => new RolloutError('invalid', `rollout ${JSON.stringify(name.slice(0, 100))}: ${text}`);
  if (name.length > rolloutBounds.nameLength || !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name))
    throw fault('the name has to be of small letters, digits, - and ., 63 at most');
  if (from === '' || to === '') throw fault('two profiles are wanted: the one that groups name, and the new one');
  if (from === to) throw fault(`both profiles are ${JSON.stringify(from)}`);
  const { atOnce, canaries, perHour, maxFailures, doneAfter, timeoutMs } = plan;
  const whole = (field: string, value: number, least: number) => {
    if (!Number.isSafeInteger(value) || value < least || value > 1_000_000)
      throw fault(`${field}: ${value}: wanted a whole number from ${least} to 1000000`);
  };
  whole('at once', atOnce, 1);
  if (atOnce > rolloutBounds.atOnce) throw fault(`at once: ${atOnce}: wanted ${rolloutBounds.atOnce} at most`);
  whole('canaries', canaries, 0);
  whole('per hour', perHour, 0);
  whole('max failures', maxFailures, 1);
  whole('done after', doneAfter, 0);
  const { minTimeoutMs, maxTimeoutMs } = rolloutBounds;
  if (!(timeoutMs >= minTimeoutMs && timeoutMs <= maxTimeoutMs)) throw fault('timeout: wanted from 1m to 168h');
  if (query.length > rolloutBounds.queryLength) throw fault('query: longer than 1000 characters');
  try {
    parseMachineQuery(query);
  } catch (error) {
    if (!(error instanceof MachineQueryError)) throw error;
    throw fault(error.message);
  }
}

/** How many machines are where. */
export interface Tally {
  readonly begun: number;
  readonly succeeded: number;
  /** That failed at some time, each once. */
  readonly failures: number;
  /** That began within the last hour. */
  readonly lately: number;
  /** Strangers that fell silent: anybody can make them up, so they are not among the failures. */
  readonly silentStrangers: number;
}

/**
 * @param tally of known machines where one of them asks: strangers take no places of theirs; of all where a stranger asks
 * @returns why no machine may begin now; undefined when one may
 */
export function obstacle(
  rollout: Rollout,
  { begun, succeeded, lately, silentStrangers }: Tally,
  isStranger = false,
): string | undefined {
  const { state, stateReason, canaries, atOnce, perHour, maxFailures, forgivenStrangers } = rollout;
  if (state === 'done') return undefined;
  if (state !== 'running') return `it is ${state}${stateReason === '' ? '' : `: ${stateReason}`}`;
  if (begun >= atOnce) return `${begun} of ${atOnce} machines are on their way`;
  if (succeeded < canaries && begun >= canaries - succeeded)
    return `${succeeded} of the first ${canaries} machines have succeeded`;
  if (perHour > 0 && lately >= perHour) return `${lately} machines began within the last hour`;
  const silent = silentStrangers - forgivenStrangers;
  if (isStranger && silent >= maxFailures)
    return `nobody knew it before, and ${silent} such machines have begun and fallen silent; pause and resume lets others begin`;
  return undefined;
}

/** Whether a boot is one in which a machine that began was served the new profile: one that it is known of, or any since it began. */
export function isBootOf({ boots, begunAt }: Member, boot: string): boolean {
  const at = timeOfBoot(boot);
  return boots.includes(boot) || (at !== undefined && at > begunAt);
}

/** Whether a machine that began gets the new profile now. */
export function keepsNew(rollout: Rollout, member: Member): boolean {
  return rollout.state !== 'aborted' || member.state === 'succeeded' || !member.returned;
}

/** Whether a machine that began and asks for its boot script has to be given the old one. */
export function goesBack(rollout: Rollout, member: Member): boolean {
  return rollout.state === 'aborted' && member.state !== 'succeeded';
}

export function newRollout(plan: RolloutPlan, at: number): Rollout {
  return {
    ...plan,
    state: 'running',
    stateSince: at,
    stateReason: '',
    createdAt: at,
    forgiven: 0,
    forgivenStrangers: 0,
    past: { succeeded: 0, failed: 0 },
    turns: 0,
  };
}

export function newMember(machine: string, at: number, stranger: boolean): Member {
  return {
    machine,
    state: 'begun',
    begunAt: at,
    stateSince: at,
    reason: '',
    boots: [],
    failed: false,
    returned: false,
    stranger,
    turn: 0,
  };
}

/** What became of a member. `silent`: its time was over, and it had said nothing. */
export type Judgement = 'succeeded' | 'failed' | 'silent';

/** @returns the member as it is then, or the same one where that changes nothing */
export function judged(member: Member, judgement: Judgement, at: number, said: string): Member {
  const reason = said.slice(0, rolloutBounds.reasonLength);
  // One that succeeded and fails years later fails for other reasons.
  if (member.state === 'succeeded') return member;
  if (judgement === 'succeeded') return { ...member, state: 'succeeded', stateSince: at, reason };
  // Who is made up asks for a script, and is silent for ever: that is no failure of what is rolled out.
  const counts = judgement === 'failed' || !member.stranger;
  if (member.state === 'failed' && (member.failed || !counts)) return member;
  return { ...member, state: 'failed', stateSince: at, reason, failed: member.failed || counts };
}

/** What two servers know of one machine: the same, whichever of them puts it together. */
export function mergeMembers(one: Member, other: Member): Member {
  const { state, stateSince, reason } = isFurther(one, other) ? one : other;
  const boots = [...new Set([...one.boots, ...other.boots])].sort(byTime).slice(-rolloutBounds.boots);
  return {
    machine: one.machine,
    state,
    begunAt: Math.min(one.begunAt, other.begunAt),
    stateSince,
    reason,
    boots,
    failed: one.failed || other.failed,
    returned: one.returned || other.returned,
    stranger: one.stranger && other.stranger,
    turn: Math.max(one.turn, other.turn),
  };
}

export function isSameMember(one: Member, other: Member): boolean {
  // Put together alike, their fields and boots stand in one order.
  return JSON.stringify(mergeMembers(one, one)) === JSON.stringify(mergeMembers(other, other));
}

/** Success is for good; of other states the later one counts. */
function isFurther(one: Member, other: Member): boolean {
  if ((one.state === 'succeeded') !== (other.state === 'succeeded')) return one.state === 'succeeded';
  if (one.stateSince !== other.stateSince) return one.stateSince > other.stateSince;
  return one.state > other.state || (one.state === other.state && one.reason > other.reason);
}

function byTime(a: string, b: string): number {
  return (timeOfBoot(a) ?? 0) - (timeOfBoot(b) ?? 0) || (a < b ? -1 : 1);
}

export function isSilentStranger({ state, failed, stranger }: Member): boolean {
  return stranger && state === 'failed' && !failed;
}

/** @returns undefined for what is none: the table may have been written by a newer or broken program */
export function readRollout(value: unknown): Rollout | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = value as Partial<Rollout>;
  if (typeof found.name !== 'string' || typeof found.from !== 'string' || typeof found.to !== 'string')
    return undefined;
  if (!rolloutStates.some((state) => state === found.state)) return undefined;
  const rollout = { ...newRollout({ ...defaultPlan, name: found.name, from: found.from, to: found.to }, 0), ...found };
  try {
    checkPlan(rollout);
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    return undefined;
  }
  return rollout;
}

/** @returns undefined for what is none */
export function readMember(value: unknown): Member | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = value as Partial<Member>;
  if (typeof found.machine !== 'string' || !memberStates.some((state) => state === found.state)) return undefined;
  return { ...newMember(found.machine, found.begunAt ?? 0, false), ...found };
}
