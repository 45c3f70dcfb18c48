/** The bounds on what is known and kept of machines: all of it follows from what anybody on their network may send. */
import { day, type Limit, mebibyte } from './limit.ts';

const forgotten = 'the one that was not asked for longest is forgotten';
const dropped = 'the next ones are dropped and counted (`matchbox_machine_events_dropped`)';

/** From who they are to where it is kept. */
export const machineLimits = {
  machines: {
    value: 100_000,
    unit: 'count',
    about: 'machines known that have a group of their own, are installed or have orders',
    beyond: 'the one that was silent for longest is forgotten; an installed or ordered one last of all',
  },
  machineBytes: {
    value: 512 * mebibyte,
    unit: 'bytes',
    about: 'what is known of them, keys included; a quarter of the heap where that is less',
    beyond: 'the same',
  },
  strangers: {
    value: 5000,
    unit: 'count',
    about: 'all other machines, which anybody can make up',
    beyond: 'the one that was silent for longest is forgotten',
  },
  strangerBytes: {
    value: 32 * mebibyte,
    unit: 'bytes',
    about: 'what is known of them, keys included; a sixteenth of the heap where that is less',
    beyond: 'the same',
  },
  machinesAtAddress: {
    value: 16,
    unit: 'count',
    about: 'machines remembered for one address, behind which there may be a whole site',
    beyond: 'the one that asked longest ago is forgotten: two of them are as ambiguous as all',
  },
  distrustedUuids: {
    value: 2000,
    unit: 'count',
    about: 'UUIDs that proved to belong to several machines',
    beyond: 'the oldest is believed again',
  },
  recentQuestions: {
    value: 12_500,
    unit: 'count',
    about: 'different requests remembered to know those that come again, twice: the last ones and those before',
    beyond: 'those that were not asked again since are forgotten, and looked into anew',
  },
  recentQuestionsLength: {
    value: 2_000_000,
    unit: 'count',
    about: 'characters of them',
    beyond: 'the same',
  },
  recentMessages: {
    value: 4096,
    unit: 'count',
    about: 'messages of DHCP and TFTP remembered to tell firmware that repeats itself',
    beyond: 'the oldest is forgotten, and told again',
  },
  foldedDecisions: {
    value: 4096,
    unit: 'count',
    about: 'different decisions of network boot that are remembered to be written once in a while',
    beyond: 'the oldest is forgotten, and written again',
  },
  recentDecisions: {
    value: 4096,
    unit: 'count',
    about: 'decisions of network boot kept for those who follow them',
    beyond: 'the oldest is forgotten',
  },
  seenWaiting: {
    value: 10_000,
    unit: 'count',
    about: 'answers, downloads and messages of network boot that wait to be taken into machines’ stories',
    beyond: dropped,
  },
  seenWaitingBytes: {
    value: 32 * mebibyte,
    unit: 'bytes',
    about: 'what they keep meanwhile',
    beyond: 'the same',
  },
  workerSeenBytes: {
    value: 16 * mebibyte,
    unit: 'bytes',
    about: 'what one worker saw and has not told the primary yet',
    beyond: 'the same',
  },
  workerQuestions: {
    value: 2000,
    unit: 'count',
    about: 'questions of one worker that wait for the primary',
    beyond: 'the next ones have no answer, as when the primary is too slow',
  },
  eventsWaiting: {
    value: 10_000,
    unit: 'count',
    about: 'events that wait to be written',
    beyond: `${dropped}; reports and orders never are`,
  },
  eventsInMemory: {
    value: 200,
    unit: 'count',
    about: 'events of one machine, without `-state-path`',
    beyond: 'the oldest is forgotten',
  },
  storiesInMemory: {
    value: 20_000,
    unit: 'count',
    about: 'machines that events are kept of, without `-state-path`',
    beyond: 'those of the one that was silent for longest are forgotten',
  },
  journalBytes: {
    value: 512 * mebibyte,
    unit: 'bytes',
    about: 'events on the disk',
    beyond: 'the oldest are removed',
  },
  journalMs: { value: 30 * day, unit: 'ms', about: 'how long they are kept', beyond: 'they are removed' },
  servedBytes: {
    value: 256 * mebibyte,
    unit: 'bytes',
    about: 'what machines were served, kept on the disk for replays',
    beyond: forgotten,
  },
  servedBodies: { value: 131_072, unit: 'count', about: 'the same, in pieces', beyond: forgotten },
  servedBodyBytes: {
    value: 4 * mebibyte,
    unit: 'bytes',
    about: 'one of these; an image is known by its name',
    beyond: 'it is not kept',
  },
  servedWaitingBytes: {
    value: 32 * mebibyte,
    unit: 'bytes',
    about: 'those that wait to be written; without `-state-path` all that are kept',
    beyond: 'the next ones are not kept; without `-state-path` the oldest are forgotten',
  },
  deliveries: {
    value: 10_000,
    unit: 'count',
    about: 'deliveries that wait for one receiver of webhooks',
    beyond: 'the oldest progress is dropped, failures last; counted',
  },
} as const satisfies Readonly<Record<string, Limit>>;
