/** Every bound on what a stranger can make the server take, keep or wait for; the code reads them here, and the docs print them. */
import { kibibyte, type Limit, mebibyte, minute, second } from './limit.ts';
import { machineLimits } from './machine-limits.ts';

export type { Limit };

/** In the order in which a client meets them. */
export const limitTable = {
  connections: {
    value: 20_000,
    unit: 'count',
    about: 'connections of all clients; fewer where the system grants fewer descriptors (`ulimit -n`)',
    beyond: 'the oldest that idles is closed, else the new one; counted and logged',
  },
  connectionsOfAddress: {
    value: 12_000,
    unit: 'count',
    about: 'connections of one address, behind which a whole rack may be',
    beyond: 'the oldest that idles is closed, else the new one; counted and logged',
  },
  handshakeMs: {
    value: 10 * second,
    unit: 'ms',
    about: 'time for a TLS handshake',
    beyond: 'the connection is closed; counted and logged',
  },
  rpcHandshakes: {
    value: 256,
    unit: 'count',
    about: 'connections to the gRPC port that have shown no certificate yet; fewer with fewer descriptors',
    beyond: 'the oldest of them is closed; counted and logged',
  },
  rpcHandshakesOfAddress: {
    value: 64,
    unit: 'count',
    about: 'the same, of one address',
    beyond: 'the oldest of them is closed; counted and logged',
  },
  rpcConnections: {
    value: 1000,
    unit: 'count',
    about: 'connections to the gRPC port of clients that have shown their certificate; fewer with fewer descriptors',
    beyond: 'the new one is closed; counted and logged',
  },
  headersMs: {
    value: 20 * second,
    unit: 'ms',
    about: 'time for the head of a request',
    beyond: '408, and the connection is closed',
  },
  requestMs: {
    value: minute,
    unit: 'ms',
    about: 'time for a whole request, body included',
    beyond: '408, and the connection is closed',
  },
  keepAliveMs: {
    value: 75 * second,
    unit: 'ms',
    about: 'time between two requests on a connection',
    beyond: 'the connection is closed',
  },
  headerBytes: {
    value: 96 * kibibyte,
    unit: 'bytes',
    about: 'the head of a request: its target and all headers',
    beyond: '431, and the connection is closed',
  },
  targetBytes: {
    value: 80 * kibibyte,
    unit: 'bytes',
    about: 'the target of a request: path and query',
    beyond: '414',
  },
  adminTargetBytes: {
    value: 16 * kibibyte,
    unit: 'bytes',
    about: 'the target of a request on the admin address',
    beyond: '414',
  },
  headerCount: {
    value: 256,
    unit: 'count',
    about: 'headers of a request',
    beyond: 'HTTP/1.1: the others are not read; HTTP/2: the request is refused',
  },
  parameters: { value: 10_000, unit: 'count', about: 'parameters of a query', beyond: '414' },
  ignoredBodyBytes: {
    value: 256 * kibibyte,
    unit: 'bytes',
    about: 'body of a request, which is never looked at',
    beyond: 'the connection is closed after the answer',
  },
  reportBytes: {
    value: 1024 * kibibyte,
    unit: 'bytes',
    about: 'report of a machine, of whose text the last 64 KiB are kept',
    beyond: '413',
  },
  descriptionBytes: {
    value: 64 * kibibyte,
    unit: 'bytes',
    about: 'description of a machine that is posted to `/generic`',
    beyond: '413',
  },
  describedCards: {
    value: 64,
    unit: 'count',
    about: 'network cards of such a description, or of Anaconda’s headers',
    beyond: 'the others are passed over',
  },
  jsonNesting: {
    value: 64,
    unit: 'count',
    about: 'levels of JSON in what a machine posts, or in a message to the gRPC API',
    beyond: 'a report is read as plain text, a message is refused',
  },
  jsonFields: {
    value: 10_000,
    unit: 'count',
    about: 'fields and items of JSON in a report',
    beyond: 'the report is read as plain text',
  },
  requestsOfConnection: {
    value: 1,
    unit: 'count',
    about: 'requests in work of one HTTP/1.1 connection',
    beyond: 'the next one is read when the one before it is answered',
  },
  heldBytes: {
    value: 64 * mebibyte,
    unit: 'bytes',
    about: 'bytes, of all connections, that may have come while a request was in work',
    beyond: 'the connection that sent more is closed',
  },
  rpcMessageBytes: {
    value: 32 * mebibyte,
    unit: 'bytes',
    about: 'messages of gRPC clients in work, and answers that they have not read',
    beyond: 'the connection of the one that is in work longest is closed, but not of one alone; counted and logged',
  },
  rpcFields: {
    value: 200_000,
    unit: 'count',
    about: 'fields of a message to the gRPC API, and of its JSON',
    beyond: 'it is refused',
  },
  streams: {
    value: 100,
    unit: 'count',
    about: 'requests of one HTTP/2 connection that are open',
    beyond: 'refused in HTTP/2’s own way; clients ask again',
  },
  streamsInWork: {
    value: 8,
    unit: 'count',
    about: 'of these, requests in work',
    beyond: 'the others wait for their turn',
  },
  streamResets: {
    value: 100,
    unit: 'count',
    about: 'HTTP/2 requests that a client takes back, beyond those that it lets be answered',
    beyond: 'the connection is closed',
  },
  requests: {
    value: 4000,
    unit: 'count',
    about:
      'requests of all clients that take more than a moment: downloads, signatures, answers that a client does not read; fewer with fewer descriptors',
    beyond: 'what stalled longest is cut off, if for a minute; else 503 with `Retry-After`; counted and logged',
  },
  requestsOfAddress: {
    value: 2000,
    unit: 'count',
    about: 'the same, of one address',
    beyond: 'the same, among those of the address',
  },
  answerBytes: {
    value: 64 * mebibyte,
    unit: 'bytes',
    about: 'answers in memory that clients have not read yet, and reports that have not come whole',
    beyond: 'what waits longest is cut off',
  },
  stallMs: {
    value: 60 * minute,
    unit: 'ms',
    about: 'time in which a download makes no progress at all; GRUB lets one wait while it reads another',
    beyond: 'it is cut off; logged',
  },
  pressureStallMs: {
    value: minute,
    unit: 'ms',
    about: 'the same, when the number of requests in work is reached',
    beyond: 'it is cut off; logged',
  },
  transferBytes: {
    value: 48 * mebibyte,
    unit: 'bytes',
    about: 'read buffers of all downloads together',
    beyond: 'further downloads get 16 KiB each',
  },
  keptAssetsBytes: {
    value: 64 * mebibyte,
    unit: 'bytes',
    about: 'small assets kept in memory, with those that slow clients are still sent',
    beyond: 'the one that was not asked for longest is forgotten; else it is read from the disk',
  },
  keptAssetBytes: {
    value: 4 * mebibyte,
    unit: 'bytes',
    about: 'an asset that is kept in memory',
    beyond: 'it is read from the disk each time',
  },
  originFiles: {
    value: 32,
    unit: 'count',
    about: 'assets that are fetched from the origin at once',
    beyond: 'the next ones get 503, as when the origin is away',
  },
  originPaths: {
    value: 10_000,
    unit: 'count',
    about: 'paths of which it is remembered that the origin does not have them, or when it was asked',
    beyond: 'the oldest is forgotten, and asked for again',
  },
  readyWaiting: {
    value: 64,
    unit: 'count',
    about: 'requests to `/readyz` that wait for a revision',
    beyond: 'the next ones are told at once',
  },
  turnMs: {
    value: 10,
    unit: 'ms',
    about: 'time for answers before new connections and probes are looked at again',
    beyond: 'requests, downloads and calls over gRPC wait in line, requests of each address in turn',
  },
  acceptMs: {
    value: 50,
    unit: 'ms',
    about: 'time in which nothing is done but to take connections, while they keep coming',
    beyond: 'what waits in line has its turn',
  },
  signatures: {
    value: 64,
    unit: 'count',
    about: 'contents that wait for their signature',
    beyond: 'the one that waits longest gets 503 with `Retry-After`; counted and logged',
  },
  signatureCacheBytes: {
    value: 16 * mebibyte,
    unit: 'bytes',
    about: 'signatures kept',
    beyond: 'the one that was not asked for longest is forgotten',
  },
  ignitionCacheBytes: {
    value: 64 * mebibyte,
    unit: 'bytes',
    about: 'translated Ignition configs kept',
    beyond: 'the one that was not asked for longest is forgotten',
  },
  compressedBytes: {
    value: 16 * mebibyte,
    unit: 'bytes',
    about: 'contents of Ignition files kept, compressed and not',
    beyond: 'the one that was not asked for longest is forgotten',
  },
  renderedBytes: {
    value: 64 * mebibyte,
    unit: 'bytes',
    about: 'what a template may render to',
    beyond: '500, with the place in the template',
  },
  renderSteps: {
    value: 20_000_000,
    unit: 'count',
    about: 'steps of one rendering',
    beyond: '500, with the place in the template',
  },
  logMessageLength: {
    value: 2000,
    unit: 'count',
    about: 'characters of a request’s target in its log line',
    beyond: 'it is cut',
  },
  logFieldLength: {
    value: 1000,
    unit: 'count',
    about: 'characters of a field in a log line',
    beyond: 'it is cut',
  },
  logWaitingBytes: {
    value: mebibyte,
    unit: 'bytes',
    about: 'log lines that wait because nobody reads standard error',
    beyond: 'lines are dropped; their number is logged when somebody reads again',
  },
  foldedHandshakes: {
    value: 1000,
    unit: 'count',
    about: 'clients and causes of failed TLS handshakes that are remembered to be written once',
    beyond: 'they are counted, and their number is logged',
  },
  foldedFailures: {
    value: 5000,
    unit: 'count',
    about: 'different failures that are remembered to be written once',
    beyond: 'every one is written',
  },
  ...machineLimits,
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof limitTable;

/** The values alone, by name. */
export const limits = Object.fromEntries(
  Object.entries(limitTable).map(([name, { value }]) => [name, value]),
) as Readonly<Record<LimitName, number>>;

/** The limits that are counted and logged when they bite. */
export const bitingLimits = [
  'connections',
  'connectionsOfAddress',
  'rpcHandshakes',
  'rpcHandshakesOfAddress',
  'rpcConnections',
  'rpcMessageBytes',
  'requests',
  'requestsOfAddress',
  'heldBytes',
  'streamResets',
  'answerBytes',
  'stallMs',
  'pressureStallMs',
  'signatures',
  'logWaitingBytes',
] as const satisfies readonly LimitName[];

export type BitingLimit = (typeof bitingLimits)[number];
