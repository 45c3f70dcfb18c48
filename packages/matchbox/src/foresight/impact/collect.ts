/** Gathers what changes for machines by what it is, so that a change which a thousand machines share is told once. */
import { createHash } from 'node:crypto';
import type { Answer } from '../../answer/answer.ts';
import type { ConfigEndpoint } from '../../answer/endpoint.ts';
import type { Reason } from '../../answer/failure.ts';
import { type UnifiedDiff, unifiedDiff } from '../../diff/unified-diff.ts';
import type { AnswerChange, MachineChange } from './compare-machine.ts';
import { createOwnValues, type OwnValues } from './own-values.ts';
import { plainLines, readableLines } from './readable.ts';
import { type Topic, topics, topicsOf } from './topic.ts';
import { type Verdict, verdictOf, verdicts } from './verdict.ts';

/** One side of a change, as the first of its machines has it. */
export interface Outcome {
  readonly status: Answer['status'];
  readonly reason: Reason;
  readonly bytes: number;
  /** Why it is not a 200, and where: `generic/node.tmpl:3:7`. */
  readonly message?: string;
  readonly position?: string;
}

export interface DistinctChange {
  readonly verdict: Verdict;
  readonly topics: readonly Topic[];
  readonly endpoints: readonly ConfigEndpoint[];
  readonly before: Outcome;
  readonly after: Outcome;
  /** Lines of a unified diff of the first machine's answers; a sentence instead where they are no text. */
  readonly diff?: readonly string[] | string;
  /** The machines' queries. */
  readonly machines: readonly string[];
  /** Some machines have values of their own (a host name, say) where the diff has the first one's. */
  readonly similar: boolean;
}

export interface Collector {
  /** @returns what it was about; nothing where it cannot be compared */
  add(change: MachineChange): readonly Topic[];
  /** By what makes them the same change. */
  collected(): CollectedChange[];
}

export type CollectedChange = readonly [key: string, change: DistinctChange];

/** @param parts what was collected of the first machines, then of others */
export function changesOf(parts: readonly (readonly CollectedChange[])[]): DistinctChange[] {
  const found = new Map<string, MutableChange>();
  for (const [key, change] of parts.flat()) {
    const known = found.get(key);
    if (known === undefined) found.set(key, { ...change, machines: [...change.machines] });
    else addMachines(known, key, change.machines);
  }
  return [...found.values()].sort(compareChanges);
}

/** Whose own values stand in what makes the change are not the same for all. */
function addMachines(change: MutableChange, key: string, machines: readonly string[]): void {
  for (const machine of machines) change.machines.push(machine);
  change.similar = key.includes('\\u0000');
}

type MutableChange = { -readonly [K in keyof DistinctChange]: DistinctChange[K] } & { machines: string[] };

export function createCollector(): Collector {
  const found = new Map<string, MutableChange>();
  const differ = createDiffer();
  const ownOf = createOwnValues();
  return {
    add: (change) => {
      const touched: Topic[] = [];
      for (const part of partsOf(change, differ, ownOf)) {
        // Nobody knows what it is about.
        if (part.verdict !== 'incomparable') touched.push(...part.topics);
        const key = JSON.stringify([part.verdict, part.topics, part.endpoints, part.said]);
        const known = found.get(key);
        if (known === undefined) found.set(key, firstOf(part, change.query));
        else addMachines(known, key, [change.query]);
      }
      return touched;
    },
    collected: () => [...found],
  };
}

/** What changes for a machine in one or more answers in the same way. */
interface Part {
  readonly verdict: Verdict;
  readonly topics: readonly Topic[];
  readonly endpoints: ConfigEndpoint[];
  /** What was said for each endpoint, with names in the place of the machine's own values. */
  readonly said: string[];
  readonly example: AnswerChange;
}

function partsOf(change: MachineChange, differ: Differ, ownOf: ReturnType<typeof createOwnValues>): Part[] {
  const moved = change.before.group !== change.after.group || change.before.profile !== change.after.profile;
  const parts = new Map<string, Part>();
  let own: OwnValues | undefined;
  for (const example of change.answers) {
    const { endpoint, before } = example;
    const verdict = verdictOf(example);
    // Where there is nothing either way, the words for it name another group; that is told already.
    if (verdict === 'reason' && before.status === 404 && moved) continue;
    own ??= ownOf({ ...change, before: change.before.groupValue, after: change.after.groupValue, moved });
    const about: readonly Topic[] =
      verdict === 'error' || verdict === 'hold'
        ? [verdict]
        : topicsOf(endpoint, change.before.profileValue, change.after.profileValue);
    const said = verdict === 'changed' ? differ.keyOf(example, own) : wordsOf(example, verdict, own);
    const slot = slotOf(endpoint, verdict, about, said);
    const part = parts.get(slot);
    if (part === undefined) parts.set(slot, { verdict, topics: about, endpoints: [endpoint], said: [said], example });
    else {
      part.endpoints.push(endpoint);
      part.said.push(said);
    }
  }
  return [...parts.values()];
}

/** Answers of one slot are told as one change: equal failures; iPXE's and GRUB's scripts, the same in two languages. */
function slotOf(endpoint: ConfigEndpoint, verdict: Verdict, about: readonly Topic[], said: string): string {
  if (verdict !== 'changed') return `${verdict} ${about.join()} ${said}`;
  return endpoint === 'ipxe' || endpoint === 'grub' ? `boot ${about.join()}` : endpoint;
}

/** What tells failures apart; an answer that comes or goes is told by that alone. */
function wordsOf({ before, after }: AnswerChange, verdict: Verdict, own: OwnValues): string {
  if (verdict === 'gained') return '';
  if (verdict === 'lost') return after.story.reason;
  if (verdict === 'mended') return own.inBefore(before.story.message ?? '');
  const text = (answer: Answer) => `${answer.story.reason} ${answer.story.position} ${answer.story.message}`;
  const now = own.inAfter(text(after));
  return verdict === 'reason' ? `${own.inBefore(text(before))}\n${now}` : now;
}

function firstOf({ verdict, topics, endpoints, example }: Part, query: string): MutableChange {
  const { endpoint, before, after } = example;
  const diff = verdict === 'changed' ? diffOf(endpoint, before.body, after.body) : undefined;
  return {
    verdict,
    topics,
    endpoints,
    before: outcomeOf(before),
    after: outcomeOf(after),
    ...(diff !== undefined && { diff: typeof diff === 'string' ? diff : diff.lines }),
    machines: [query],
    similar: false,
  };
}

function outcomeOf({ status, body, story: { reason, message, position } }: Answer): Outcome {
  return {
    status,
    reason,
    bytes: body.length,
    ...(message !== undefined && { message }),
    ...(position !== undefined && { position }),
  };
}

function diffOf(endpoint: ConfigEndpoint, before: Uint8Array, after: Uint8Array): UnifiedDiff | string {
  return (
    diffLines(readableLines(endpoint, before), readableLines(endpoint, after)) ??
    diffLines(plainLines(before), plainLines(after)) ??
    `no text: ${before.length} bytes -> ${after.length} bytes`
  );
}

/** @returns undefined where that shows nothing */
function diffLines(
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): UnifiedDiff | undefined {
  if (before === undefined || after === undefined) return undefined;
  const diff = unifiedDiff(before, after);
  return diff.lines.length > 0 ? diff : undefined;
}

interface Differ {
  /** Equal for changes that are the same but for the machines' own values. */
  keyOf(change: AnswerChange, own: OwnValues): string;
}

/** What changes is often the same but for own values, and then it is compared once. */
function createDiffer(): Differ {
  const keys = new Map<string, string>();
  const linesOf = createLinesOf();
  return {
    keyOf: ({ endpoint, before, after }, own) => {
      const middle = differingMiddle(linesOf(endpoint, before.body), linesOf(endpoint, after.body));
      const old = own.inBefore(middle.before.join('\n'));
      const now = own.inAfter(middle.after.join('\n'));
      const pair = `${old}\u0001${now}`;
      const digest = pair.length < 500 ? pair : createHash('sha256').update(pair).digest('base64');
      let key = keys.get(digest);
      if (key === undefined) {
        const { runs } = unifiedDiff(old.split('\n'), now.split('\n'));
        key = runs.length > 0 ? JSON.stringify(runs) : `${before.body.length} ${after.body.length}`;
        keys.set(digest, key);
      }
      return key;
    },
  };
}

/** Scripts are the same bytes for all machines of a profile; other answers are not worth keeping. */
function createLinesOf(): (endpoint: ConfigEndpoint, body: Uint8Array) => readonly string[] {
  const scripts = new Map<Uint8Array, readonly string[]>();
  return (endpoint, body) => {
    const known = scripts.get(body);
    if (known !== undefined) return known;
    const lines = readableLines(endpoint, body) ?? [];
    if (endpoint === 'ipxe' || endpoint === 'grub') scripts.set(body, lines);
    return lines;
  };
}

/** Without the lines at the beginning and the end that are the same. */
function differingMiddle(before: readonly string[], after: readonly string[]) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { before: before.slice(start, before.length - end), after: after.slice(start, after.length - end) };
}

function compareChanges(a: DistinctChange, b: DistinctChange): number {
  const [worse, order] = [Object.keys(verdicts), Object.keys(topics)];
  return (
    worse.indexOf(a.verdict) - worse.indexOf(b.verdict) ||
    order.indexOf(a.topics[0]!) - order.indexOf(b.topics[0]!) ||
    b.machines.length - a.machines.length
  );
}
