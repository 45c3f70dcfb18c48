/** Every metric of ours, with its labels and the values they can have: what is registered, and what the documentation shows. */
import { configEndpoints } from '../../core/endpoint.ts';
import { reasons } from '../../core/failure.ts';
import { kinds } from '../../core/kind.ts';

export interface MetricRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly LabelName[];
}

/** What a value that is not in its list is counted as, so that nobody outside can make series. */
export const otherValue = 'other';

/** The closed set of each label; a label without a list is set by the server itself, once. */
export const labelValues = {
  endpoint: ['home', 'boot.ipxe', ...configEndpoints, 'assets', 'healthz', 'readyz', 'redirect', 'none', 'invalid'],
  outcome: ['2xx', '3xx', '4xx', '5xx'],
  reason: [
    ...reasons,
    'redirect',
    'no_route',
    'bad_target',
    'url_too_long',
    'malformed',
    'internal_error',
    'stopping',
    ...[400, 403, 404, 405, 412, 416, 500, 503].map((status) => `asset_${status}`),
  ],
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
  server: ['grpc', 'https'],
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
  if (!(configEndpoints as readonly string[]).includes(endpoint)) return undefined;
  if (reason === 'too_many_parameters' || reason === 'internal_error') return undefined;
  return reason === 'no_group' ? 'unmatched' : reason === 'on_hold' ? 'on_hold' : 'matched';
}
