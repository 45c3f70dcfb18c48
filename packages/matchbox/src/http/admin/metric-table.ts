/** Every metric of ours, with its labels and the values they can have: what is registered, and what the documentation shows. */
import { endings, type Rule, rules } from '@matchbox/netboot';
import { answerEndpoints } from '../../answer/endpoint.ts';
import { reasons } from '../../answer/failure.ts';
import { kinds } from '../../data/kind.ts';
import { bitingLimits } from '../../limits/limits.ts';
import { machineStates } from '../../machines/machine.ts';
import { memberStates, rolloutStates } from '../../machines/rollouts/rollout.ts';

export interface MetricRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly LabelName[];
}

/** What a value that is not in its list is counted as, so that nobody outside can make series. */
const otherValue = 'other';

/** The closed set of each label; a label without a list is set by the server itself, once. */
export const labelValues = {
  endpoint: [
    'home',
    'boot.ipxe',
    'netboot.ipxe',
    'netboot',
    ...answerEndpoints,
    'assets',
    'machine_report',
    'healthz',
    'readyz',
    'redirect',
    'none',
    'invalid',
  ],
  outcome: ['2xx', '3xx', '4xx', '5xx'],
  reason: [
    ...reasons,
    'redirect',
    'no_route',
    'bad_target',
    'url_too_long',
    'malformed',
    'busy',
    'client_gone',
    'file_truncated',
    'read_failed',
    'internal_error',
    'stopping',
    'behind',
    'report_kept',
    'report_noted',
    'report_stale',
    'report_accepted',
    'report_wrong_token',
    'report_token_wanted',
    'report_unknown',
    'report_too_large',
    'report_encoded',
    'report_not_kept',
    'description_too_large',
    ...[400, 403, 404, 405, 412, 416, 500, 503].map((status) => `asset_${status}`),
  ],
  unkept: ['taken', 'away', 'shortened'],
  result: ['matched', 'unmatched', 'on_hold'],
  kind: kinds,
  cause: [
    'no_certificate',
    'unknown_authority',
    'expired',
    'not_yet_valid',
    'revoked',
    'wrong_purpose',
    'bad_revocation_list',
    'invalid_certificate',
    'server_refused',
    'old_protocol',
    'no_shared_cipher',
    'plain_http',
    'not_tls',
    'closed',
    'timeout',
  ],
  method: ['put', 'delete'],
  written: ['done', 'refused', 'failed'],
  server: ['grpc', 'https', 'ui'],
  limit: bitingLimits,
  state: machineStates,
  flag: ['inbox', 'loop', 'held'],
  phase: rolloutStates,
  rollout: undefined,
  part: memberStates,
  rule: Object.keys(rules) as Rule[],
  ending: endings,
  source: ['engine', 'cache', 'older'],
  version: undefined,
} as const satisfies Readonly<Record<string, readonly string[] | undefined>>;

export type LabelName = keyof typeof labelValues;

export const metricTable = {
  requests: {
    name: 'matchbox_http_requests_total',
    type: 'counter',
    help: 'Requests answered, by endpoint, class of status and reason.',
    labels: ['endpoint', 'outcome', 'reason'],
  },
  duration: {
    name: 'matchbox_http_request_duration_seconds',
    type: 'histogram',
    help: 'Time from the request to the end of its answer, by endpoint.',
    labels: ['endpoint'],
  },
  assetBytes: {
    name: 'matchbox_asset_bytes_total',
    type: 'counter',
    help: 'Bytes of assets sent.',
    labels: [],
  },
  machines: {
    name: 'matchbox_machine_requests_total',
    type: 'counter',
    help: 'Requests of machines for their configuration, by whether a group matched, none did, or the machine has to wait.',
    labels: ['result'],
  },
  machinesByState: {
    name: 'matchbox_machines',
    type: 'gauge',
    help: 'Machines that are known, by state.',
    labels: ['state'],
  },
  machinesByFlag: {
    name: 'matchbox_machines_flagged',
    type: 'gauge',
    help: 'Machines without a group of their own (inbox), that install themselves again and again (loop), that an operator holds (held).',
    labels: ['flag'],
  },
  oldestStall: {
    name: 'matchbox_oldest_stall_seconds',
    type: 'gauge',
    help: 'How long the machine that stalled first has been stalled; 0 when none is.',
    labels: [],
  },
  rollouts: {
    name: 'matchbox_rollouts',
    type: 'gauge',
    help: 'Rollouts, by whether they run, are paused (by an operator, or by failures), aborted or done.',
    labels: ['phase'],
  },
  rolloutMachines: {
    name: 'matchbox_rollout_machines',
    type: 'gauge',
    help: 'Machines of a rollout: on their way with its new profile, succeeded, and failed at some time (which may have succeeded since).',
    labels: ['rollout', 'part'],
  },
  eventsDropped: {
    name: 'matchbox_machine_events_dropped',
    type: 'gauge',
    help: 'Events of machines that were not kept since the start, since the disk or the server could not keep up; reports never are.',
    labels: [],
  },
  catalogFiles: {
    name: 'matchbox_catalog_files',
    type: 'gauge',
    help: 'Files of the data directory that are in force, by kind (groups, profiles, and three kinds of templates).',
    labels: ['kind'],
  },
  brokenFiles: {
    name: 'matchbox_broken_files',
    type: 'gauge',
    help: 'Files of the data directory that cannot be used as they are, by kind.',
    labels: ['kind'],
  },
  unreadableFolders: {
    name: 'matchbox_unreadable_folders',
    type: 'gauge',
    help: 'Folders of the data directory that exist and cannot be listed.',
    labels: [],
  },
  reloads: {
    name: 'matchbox_catalog_reload_duration_seconds',
    type: 'histogram',
    help: 'Time it took to read what changed in the data directory; its count is the number of reloads.',
    labels: [],
  },
  lastReload: {
    name: 'matchbox_catalog_last_reload_timestamp_seconds',
    type: 'gauge',
    help: 'When a change in the data directory was last read.',
    labels: [],
  },
  ready: {
    name: 'matchbox_ready',
    type: 'gauge',
    help: 'Whether /readyz says 200: 1, or 0 before and after machines are served, or when the store has been away for too long.',
    labels: [],
  },
  storeRevision: {
    name: 'matchbox_store_revision',
    type: 'gauge',
    help: 'Revision of the store that is in force.',
    labels: [],
  },
  storeRevisionsBehind: {
    name: 'matchbox_store_revisions_behind',
    type: 'gauge',
    help: 'Revisions that the store has told of and that are not in force yet.',
    labels: [],
  },
  storeBehindSeconds: {
    name: 'matchbox_store_behind_seconds',
    type: 'gauge',
    help: 'How long the store could not be reached, which is how old what is served may be; 0 while it can.',
    labels: [],
  },
  storeLostSince: {
    name: 'matchbox_store_lost_since_timestamp_seconds',
    type: 'gauge',
    help: 'Since when the store cannot be reached; 0 while it can.',
    labels: [],
  },
  servedFrom: {
    name: 'matchbox_served_from',
    type: 'gauge',
    help: 'Where what is served comes from, as 1: the store (engine), its cache file since it was away at the start (cache), or that file since the store has lost what it has (older).',
    labels: ['source'],
  },
  storeCacheWritten: {
    name: 'matchbox_store_cache_written_timestamp_seconds',
    type: 'gauge',
    help: 'When the cache file of the store was last written; 0 without one.',
    labels: [],
  },
  workers: {
    name: 'matchbox_workers',
    type: 'gauge',
    help: 'Processes that serve HTTP beside this one; 0 when it serves alone.',
    labels: [],
  },
  workerRestarts: {
    name: 'matchbox_worker_restarts_total',
    type: 'counter',
    help: 'Workers that have ended and were started again.',
    labels: [],
  },
  tlsFailures: {
    name: 'matchbox_tls_handshake_failures_total',
    type: 'counter',
    help: 'TLS connections that came to nothing, by cause, of the gRPC API and of HTTPS.',
    labels: ['cause'],
  },
  certificateExpiry: {
    name: 'matchbox_certificate_expiry_timestamp_seconds',
    type: 'gauge',
    help: 'When the TLS certificate in use ends, of the gRPC API and of HTTPS.',
    labels: ['server'],
  },
  writes: {
    name: 'matchbox_writes_total',
    type: 'counter',
    help: 'Changes asked for over gRPC, by kind of file, method and outcome.',
    labels: ['kind', 'method', 'written'],
  },
  limited: {
    name: 'matchbox_limits_reached_total',
    type: 'counter',
    help: 'Times that a limit was reached and a client was refused, cut off or told to ask again, by limit.',
    labels: ['limit'],
  },
  netbootPackets: {
    name: 'matchbox_netboot_packets_total',
    type: 'counter',
    help: 'DHCP packets that came in, by what was decided about them.',
    labels: ['rule'],
  },
  leasesUnkept: {
    name: 'matchbox_netboot_leases_unkept_total',
    type: 'counter',
    help: 'Leases that replicas share and that were not kept as decided: another replica was faster, the engine away, or the machine told to keep what it has.',
    labels: ['unkept'],
  },
  transfers: {
    name: 'matchbox_tftp_transfers_total',
    type: 'counter',
    help: 'TFTP transfers and refused requests, by how they ended.',
    labels: ['ending'],
  },
  dhcpServers: {
    name: 'matchbox_other_dhcp_servers',
    type: 'gauge',
    help: 'Other DHCP servers that offered an address when they were last looked for.',
    labels: [],
  },
  build: {
    name: 'matchbox_build_info',
    type: 'gauge',
    help: 'Always 1; the version that runs.',
    labels: ['version'],
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

/** Upper bounds in seconds: answers from memory take a fraction of a millisecond, images many seconds. */
export const durationBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300];
export const reloadBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** @returns the value itself if it is in the label's list */
export function boundLabel(label: LabelName, value: string): string {
  const known: readonly string[] | undefined = labelValues[label];
  return known === undefined || known.includes(value) ? value : otherValue;
}

/** What a config request came to, for the machine; undefined where nobody was looked up. */
export function machineResult(endpoint: string, reason: string): (typeof labelValues.result)[number] | undefined {
  if (!(answerEndpoints as readonly string[]).includes(endpoint)) return undefined;
  if (reason === 'too_many_parameters' || reason === 'internal_error') return undefined;
  return reason === 'no_group' ? 'unmatched' : reason === 'on_hold' ? 'on_hold' : 'matched';
}
