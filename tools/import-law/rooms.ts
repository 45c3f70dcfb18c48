/** The rooms of this repository, from the bottom up: what each may import. ARCHITECTURE.md says why. */

export interface Room {
  readonly name: string;
  /** Folders (with a slash at the end) and files, below the repository; of several rooms that fit the longest path holds. */
  readonly paths: readonly string[];
  /** Rooms whose files it may import, besides its own. */
  readonly on: readonly string[];
  /** Packages, each entrance by its name. */
  readonly packages: readonly string[];
  /** Node's modules, without `node:`. */
  readonly builtin: readonly string[];
}

const gotext = ['@matchbox/gotext'];
const engines = ['@matchbox/gotext', '@matchbox/gotemplate', '@matchbox/ignition', '@matchbox/butane'];
const files = ['fs', 'fs/promises', 'path', 'util', 'os', 'url'];
const sockets = ['net', 'http', 'http2', 'https', 'tls'];

/** A folder of the server. */
function part(name: string, on: readonly string[], packages: readonly string[], builtin: readonly string[]): Room {
  return { name, paths: [`packages/matchbox/src/${name}/`], on, packages, builtin };
}

const libraries: readonly Room[] = [
  { name: 'gotext', paths: ['packages/gotext/src/'], on: [], packages: [], builtin: [] },
  { name: 'gotemplate', paths: ['packages/gotemplate/src/'], on: [], packages: gotext, builtin: [] },
  {
    name: 'gotemplate/sprig',
    paths: ['packages/gotemplate/src/sprig/', 'packages/gotemplate/src/sprig.ts'],
    on: ['gotemplate'],
    packages: [
      ...gotext,
      '@noble/hashes/legacy.js',
      '@noble/hashes/sha2.js',
      '@noble/hashes/utils.js',
      're2js',
      'semver',
    ],
    builtin: [],
  },
  { name: 'ignition', paths: ['packages/ignition/src/'], on: [], packages: gotext, builtin: [] },
  {
    name: 'butane',
    paths: ['packages/butane/src/'],
    on: [],
    packages: ['@matchbox/gotext', '@matchbox/ignition'],
    builtin: [],
  },
  {
    name: 'butane/node',
    paths: ['packages/butane/src/node.ts'],
    on: ['butane'],
    packages: gotext,
    builtin: ['fs', 'path', 'zlib'],
  },
  { name: 'netboot', paths: ['packages/netboot/src/'], on: [], packages: gotext, builtin: [] },
  {
    name: 'netboot/node',
    paths: [
      'packages/netboot/src/dhcp/server.ts',
      'packages/netboot/src/lease/journal-record.ts',
      'packages/netboot/src/lease/journal.ts',
      'packages/netboot/src/loader/store.ts',
      'packages/netboot/src/netboot/errands.ts',
      'packages/netboot/src/netboot/options.ts',
      'packages/netboot/src/netboot/other-servers.ts',
      'packages/netboot/src/netboot/served-networks.ts',
      'packages/netboot/src/netboot/server.ts',
      'packages/netboot/src/netboot/warm-up.ts',
      'packages/netboot/src/node.ts',
      'packages/netboot/src/probe/server.ts',
      'packages/netboot/src/socket/',
      'packages/netboot/src/tftp/files.ts',
      'packages/netboot/src/tftp/server.ts',
    ],
    on: ['netboot'],
    packages: gotext,
    builtin: ['crypto', 'dgram', 'fs/promises', 'net', 'os', 'path', 'timers/promises', 'zlib'],
  },
];

const server: readonly Room[] = [
  part('limits', [], [], []),
  part('fault', [], [], []),
  part('log', ['limits'], gotext, ['fs']),
  part('disk', [], [], ['fs', 'fs/promises', 'path']),
  part('diff', [], [...gotext, 'diff'], []),
  part('tls', ['limits', 'log'], gotext, ['crypto', 'fs/promises']),
  part('supervisor', ['log'], [], ['child_process', 'dns/promises', 'fs', 'net', 'util']),
  part('data', ['limits', 'fault', 'log'], [...engines, '@matchbox/gotemplate/sprig', '@matchbox/netboot'], ['crypto']),
  part('answer', ['limits', 'log', 'data'], [...engines, '@matchbox/netboot'], ['crypto']),
  part(
    'foresight',
    ['limits', 'log', 'diff', 'data', 'answer'],
    [...engines, '@matchbox/netboot', 'fastest-levenshtein', 'yaml'],
    ['crypto', 'util', 'zlib'],
  ),
  part('machines', ['limits', 'fault', 'log', 'data', 'answer'], gotext, ['crypto']),
  part('network', ['limits', 'log', 'data', 'answer', 'machines'], ['@matchbox/netboot'], []),
  part('webhooks', ['limits', 'log', 'machines'], gotext, ['crypto']),
  part(
    'state',
    ['limits', 'log', 'disk', 'machines', 'engine', 'the contract of stores'],
    [...gotext, 'pg', '@bufbuild/protobuf'],
    [...files, 'crypto', 'net', 'timers/promises', 'zlib'],
  ),
  part(
    'engine',
    ['fault'],
    [
      ...[...gotext, '@bufbuild/protobuf', '@bufbuild/protobuf/codegenv2', '@connectrpc/connect'],
      ...['@connectrpc/connect-node', 'pg'],
    ],
    ['fs', 'timers/promises'],
  ),
  part('store', ['limits', 'fault', 'log', 'disk', 'data', 'the contract of stores'], gotext, [...files, 'crypto']),
  part('store/postgres', ['data', 'engine'], [...gotext, 'pg'], ['timers/promises']),
  part('store/etcd', ['data', 'engine'], gotext, ['crypto', 'timers/promises']),
  {
    name: 'the contract of stores',
    paths: ['packages/matchbox/src/store/store.contract.ts', 'packages/matchbox/src/state/state-store.contract.ts'],
    on: ['data', 'machines'],
    packages: ['vitest'],
    builtin: ['crypto'],
  },
  part(
    'http',
    ['limits', 'log', 'tls', 'data', 'answer', 'foresight', 'machines'],
    [...gotext, '@matchbox/netboot', 'openpgp', 'prom-client'],
    [...files, ...sockets, 'crypto', 'stream'],
  ),
  part('origin', ['limits', 'fault', 'log', 'disk', 'http'], gotext, [...files, 'crypto', 'http', 'https', 'stream']),
  part('workers', ['limits', 'log', 'data', 'answer', 'http', 'machines'], [], ['child_process', 'string_decoder']),
  part(
    'grpc',
    ['limits', 'fault', 'log', 'diff', 'tls', 'data', 'answer', 'foresight', 'machines'],
    [
      ...gotext,
      '@bufbuild/protobuf',
      '@bufbuild/protobuf/codegenv2',
      '@bufbuild/protobuf/wire',
      '@bufbuild/protobuf/wkt',
      '@connectrpc/connect',
      '@connectrpc/connect-node',
      '@connectrpc/connect/protocol',
      '@matchbox/netboot',
    ],
    [...files, ...sockets, 'child_process', 'crypto'],
  ),
  part(
    'ui',
    ['log', 'disk', 'machines'],
    [...gotext, '@connectrpc/connect'],
    [...files, 'crypto', 'http', 'https', 'net', 'zlib'],
  ),
  part(
    'cli',
    ['limits', 'fault', 'log', 'disk', 'diff', 'tls', 'data', 'answer', 'foresight', 'machines', 'network', 'origin'],
    [...engines, '@matchbox/butane/node', '@matchbox/netboot', '@peculiar/x509', 'openpgp', 'reflect-metadata', 'yaml'],
    [...files, ...sockets, 'child_process', 'crypto', 'stream', 'timers/promises', 'sqlite'],
  ),
];

/** The files that introduce everybody to everybody. */
const top: Room = {
  name: 'the files at the top',
  paths: ['packages/matchbox/src/'],
  on: server.map(({ name }) => name),
  packages: [...engines, '@matchbox/butane/node', '@matchbox/netboot', '@matchbox/netboot/node', '@connectrpc/connect'],
  builtin: [...files, 'crypto', 'net', 'timers/promises', 'worker_threads', 'v8', 'events'],
};

const ownPackages = [
  ...engines,
  '@matchbox/butane/node',
  '@matchbox/gotemplate/sprig',
  '@matchbox/netboot',
  '@matchbox/netboot/node',
  '@matchbox/netboot/testing',
  'matchbox',
  'matchbox/api',
  'matchbox/tables',
  'matchbox/testing',
];
const everyBuiltin = [
  ...[
    ...files,
    ...sockets,
    'assert/strict',
    'async_hooks',
    'buffer',
    'child_process',
    'crypto',
    'dgram',
    'events',
    'readline',
  ],
  ...['readline/promises', 'stream', 'timers/promises', 'worker_threads', 'perf_hooks', 'zlib', 'module'],
];

const around: readonly Room[] = [
  { name: 'the programs', paths: ['packages/matchbox/bin/'], on: [], packages: [], builtin: ['fs'] },
  {
    name: 'tools',
    paths: ['tools/'],
    on: [],
    packages: [...ownPackages, '@bufbuild/protobuf', '@connectrpc/connect', 'esbuild', 'vite'],
    builtin: everyBuiltin,
  },
  {
    name: 'tests',
    paths: ['tests/'],
    on: ['tools', 'the contract of stores'],
    packages: [
      ...[...ownPackages, '@grpc/grpc-js', '@grpc/proto-loader', 'openpgp', 'vitest', 'fast-check', 'yaml'],
      ...['axe-core', 'playwright-core', '@bufbuild/protobuf'],
      ...['kubernetes-types/apps/v1.d.ts', 'kubernetes-types/core/v1.d.ts', 'kubernetes-types/networking/v1.d.ts'],
    ],
    builtin: everyBuiltin,
  },
  {
    name: 'bench',
    paths: ['bench/'],
    on: ['tools', 'tests'],
    packages: [...ownPackages, 'eta', 'handlebars', 'mustache', 'openpgp', 'playwright-core', 'tinybench'],
    builtin: everyBuiltin,
  },
  {
    name: 'the page',
    paths: ['packages/ui/src/'],
    on: [],
    packages: [
      ...[
        '@bufbuild/protobuf',
        '@connectrpc/connect',
        '@connectrpc/connect-web',
        '@preact/signals',
        'diff',
        'matchbox/api',
      ],
      ...[
        'preact',
        'preact/hooks',
        '@matchbox/butane',
        '@matchbox/gotemplate',
        '@matchbox/ignition',
        '@lezer/highlight',
      ],
      ...['commands', 'lang-json', 'lang-yaml', 'language', 'lint', 'state', 'view'].map(
        (name) => `@codemirror/${name}`,
      ),
    ],
    builtin: [],
  },
  {
    name: 'the site',
    paths: ['docs/.vitepress/'],
    on: [],
    packages: ['vitepress', 'vitepress/theme-without-fonts'],
    builtin: files,
  },
  {
    name: 'configurations',
    paths: ['vitest.config.ts', 'packages/ui/vite.config.ts'],
    on: [],
    packages: ['vite', 'vitest/config', 'vitest/node'],
    builtin: ['os', 'url'],
  },
];

export const rooms: readonly Room[] = [...libraries, ...server, top, ...around];

/** Rooms that decide and never act: they know no socket, file, clock or process but as values that they are handed. */
export const pureRooms: readonly string[] = [
  ...['gotext', 'gotemplate', 'gotemplate/sprig', 'ignition', 'butane', 'netboot'],
  ...['limits', 'fault', 'diff', 'data', 'answer', 'foresight', 'machines'],
];

/** What tests beside the sources may import besides what their room may. */
export const forTests = {
  packages: [
    ...['vitest', 'fast-check', 'yaml', 'ajv/dist/2020.js', '@peculiar/x509', 'reflect-metadata', 'openpgp'],
    '@matchbox/butane/node',
  ],
  builtin: everyBuiltin,
};

/** Files of other rooms that tests beside the sources may use: in the place of stores and clients, and a whole server. */
export const standIns: readonly string[] = [
  'packages/matchbox/src/cli/certs/issue.ts',
  'packages/matchbox/src/data-access.ts',
  'packages/matchbox/src/memory-machines.ts',
  'packages/matchbox/src/netboot-access.ts',
  'packages/matchbox/src/start.ts',
  'packages/matchbox/src/state/archive.ts',
  'packages/matchbox/src/state/memory.ts',
  'packages/matchbox/src/store/file.ts',
  'packages/matchbox/src/store/memory.ts',
];

/** Files that load what they are told to. */
export const loaders: readonly string[] = [
  'tools/run.js',
  'packages/matchbox/bin/bootcmd.js',
  'packages/matchbox/bin/matchbox.js',
];

/** Modules that open connections or wait for them. */
export const socketModules = ['net', 'http', 'http2', 'https', 'tls', 'dgram', 'dns', 'dns/promises'] as const;

/** Globals that do, or that load code. */
export const socketGlobals = ['fetch', 'globalThis.fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'] as const;

/** The files that may open sockets; everybody else is handed what came in. */
export const socketFiles: readonly string[] = [
  // Only asks what kind of address a text is.
  'packages/matchbox/src/cli/certs/alternative-name.ts',
  'packages/matchbox/src/cli/explain/ask-server.ts',
  'packages/matchbox/src/cli/netboot/ask-log.ts',
  'packages/matchbox/src/cli/netboot/ask-script.ts',
  'packages/matchbox/src/cli/get/http-client.ts',
  'packages/matchbox/src/grpc/client-connection.ts',
  'packages/matchbox/src/grpc/tls-server.ts',
  'packages/matchbox/src/http/drain.ts',
  'packages/matchbox/src/http/http2-server.ts',
  'packages/matchbox/src/http/raw-request.ts',
  'packages/matchbox/src/http/server.ts',
  'packages/matchbox/src/http/tls-server.ts',
  'packages/matchbox/src/listen-place.ts',
  // To the origin of the assets, which the operator names.
  'packages/matchbox/src/origin/client.ts',
  'packages/matchbox/src/state/owner.ts',
  'packages/matchbox/src/supervisor/held-sockets.ts',
  'packages/matchbox/src/ui/page-server.ts',
  // Only asks whether an address is in a network.
  'packages/matchbox/src/ui/trusted-proxy.ts',
  'packages/matchbox/src/webhooks/sender.ts',
  // To the server that the page came from, and no other: its policy sees to that.
  'packages/ui/src/api/session.ts',
  'packages/netboot/src/socket/udp.ts',
];
