/** Runs the server as the flags say: what they mean, and what is said when they cannot be followed. */
import { commandTable } from './cli/command-table.ts';
import { ignitionPolicies } from './cli/data-flags.ts';
import { parseDuration } from './cli/duration.ts';
import { formatUsage, type ParsedFlags, wordsAfterFlags } from './cli/flags.ts';
import { type FlagValues, serverFlags } from './cli/server-flags/table.ts';
import { formatServerHelp } from './cli/server-help.ts';
import { nearest } from './foresight/validate/edit-distance.ts';
import { runUntilStopped } from './life-cycle.ts';
import { createLogger, type Logger, parseLogLevel } from './log/log.ts';
import { openLogSink } from './log/sink.ts';
import { netbootOf, strayNetbootFlags, wrongChoice } from './netboot-of-flags.ts';
import { checkFiles, type ServerOptions, StartError, start } from './start.ts';
import type { MachinesSetup } from './start-machines.ts';
import type { OriginOptions } from './start-origin.ts';
import type { RpcOptions } from './start-rpc.ts';
import { type StoreSetup, storeUrl, usesEngine } from './start-store.ts';
import type { WebTlsOptions } from './start-web.ts';
import { type InheritedSockets, InheritedSocketsError, takeInheritedSockets } from './supervisor/inherited-sockets.ts';
import { parentMessages } from './supervisor/parent-messages.ts';
import { parseDescriptor } from './supervisor/ready-descriptor.ts';
import { uiOptionsOf } from './ui-of-flags.ts';
import { version } from './version.ts';

const sink = openLogSink();

export async function runServer(args: readonly string[], parsed: ParsedFlags): Promise<number> {
  if ('fault' in parsed) {
    const { kind, message, unknown } = parsed.fault;
    if (kind === 'environment')
      return fatal(createLogger({ level: 'info', format: 'text', sink: sink.write }), message);
    // The first line is upstream's; its whole usage, which follows there, hides it.
    process.stderr.write(`${message}\n${flagHint(unknown)}matchbox --help lists the flags\n`);
    return 2;
  }
  if ('help' in parsed || parsed.values.help) {
    if (args.includes('--help')) process.stdout.write(formatServerHelp('matchbox'));
    else process.stderr.write(formatUsage(process.argv[1] ?? 'matchbox'));
    return 0;
  }
  const [ignored] = wordsAfterFlags(args);
  // Upstream ignores it, too.
  if (ignored !== undefined) tellIgnored(ignored, args);
  return serve(parsed.values);
}

function flagHint(unknown: string | undefined): string {
  const near =
    unknown &&
    nearest(
      unknown,
      serverFlags.map(({ name }) => name),
    );
  return near ? `did you mean -${near}? ` : '';
}

function tellIgnored(word: string, args: readonly string[]): void {
  const rest = `${JSON.stringify(word)} is ignored: a command is the first word`;
  if (!commandTable.some(({ name }) => name === word)) tellPeople(rest);
  // Whoever meant the command has a server now.
  else process.stderr.write(`${rest}, as in: matchbox ${[word, ...args.filter((each) => each !== word)].join(' ')}\n`);
}

/** On a terminal alone: scripts know the original's lines to the byte. */
function tellPeople(text: string | undefined): void {
  if (text !== undefined && process.stderr.isTTY) process.stderr.write(`${text}\n`);
}

function fatal(logger: Logger, message: string, hint?: string): number {
  logger.fatal(message, { hint });
  sink.flush();
  return 1;
}

async function serve(values: FlagValues): Promise<number> {
  const level = parseLogLevel(values['log-level']);
  const logger = createLogger({ level: level ?? 'info', format: values['log-format'], sink: sink.write });
  try {
    const drainMs = timeOf('drain-timeout', values);
    const readyDescriptor = values['ready-fd'] === '' ? undefined : parseDescriptor(values['ready-fd']);
    if (values['ready-fd'] !== '' && readyDescriptor === undefined) {
      throw wrongChoice('ready-fd', values['ready-fd'], ['the number of an open file descriptor above 2']);
    }
    const options = serverOptions(values, takeSockets(), logger);
    // The order is upstream's: files first, then the level, then the key ring.
    checkFiles(options);
    if (level === undefined) {
      throw new StartError(
        'bad_path',
        `invalid log-level: not a valid logrus Level: ${JSON.stringify(values['log-level'])}`,
      );
    }
    sink.onLoss = (lines) =>
      logger.warn('log lines were dropped, since nobody read standard error for a while', { lines });
    for (const stray of strayNetbootFlags(values)) logger.warn(stray);
    const server = await start(options);
    await runUntilStopped({ server, logger, drainMs, readyDescriptor });
    // Whoever does not read the log is not waited for.
    if (!(await sink.close())) process.exit(0);
    return 0;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const code = fatal(logger, error.message, error.hint);
    tellPeople(error.advice);
    return code;
  }
}

/** @throws StartError */
function takeSockets(): InheritedSockets {
  try {
    return takeInheritedSockets(process.env, process.pid);
  } catch (error) {
    if (!(error instanceof InheritedSocketsError)) throw error;
    throw new StartError('bad_address', error.message, { cause: error });
  }
}

/** @throws StartError for flags that contradict each other */
function serverOptions(values: FlagValues, sockets: InheritedSockets, logger: Logger): ServerOptions {
  const keyRing = values['key-ring-path'];
  const admin = values['admin-address'] !== '' || sockets.one('admin') !== undefined;
  return {
    address: values.address,
    dataPath: values['data-path'],
    assetsPath: values['assets-path'],
    onBrokenGroup: values['on-broken-group'],
    version,
    ignitionVersion: ignitionPolicies[values['ignition-version']]!,
    templateLibrary: values['template-functions'],
    web: webTlsOptions(values, sockets),
    keyRing: keyRing === '' ? undefined : { path: keyRing, passphrase: process.env.MATCHBOX_PASSPHRASE },
    rpc: rpcOptions(values, sockets, logger),
    admin: admin ? { address: values['admin-address'], version } : undefined,
    store: storeSetup(values, logger),
    origin: originOptions(values),
    workers: { count: workerCount(values.workers), log: { level: logger.level, format: values['log-format'] } },
    machines: machinesSetup(values),
    netboot: netbootOf(values),
    ui: uiOptionsOf(values),
    sockets,
    onStateTaken: () => void process.send?.(parentMessages.waiting),
    logger,
  };
}

/** @throws StartError */
function originOptions(values: FlagValues): OriginOptions | undefined {
  const size = values['assets-cache-size'];
  const [, number = '', unit = ''] = /^(\d{1,9})(MiB|GiB|TiB)$/.exec(size) ?? [];
  const power = { MiB: 2, GiB: 3, TiB: 4 }[unit];
  const mostBytes = power === undefined ? 0 : Number(number) * 1024 ** power;
  if (mostBytes === 0) throw wrongChoice('assets-cache-size', size, ['a size such as 500MiB or 50GiB']);
  return values['assets-origin'] === '' ? undefined : { url: values['assets-origin'], mostBytes };
}

/** More than there are cores is no gain, and is for the operator to say. */
const mostWorkers = 256;

/** @throws StartError */
function workerCount(text: string): number {
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > mostWorkers) throw wrongChoice('workers', text, [`a number from 1 to ${mostWorkers}`]);
  return count;
}

/** @throws StartError */
function storeSetup(values: FlagValues, logger: Logger): StoreSetup {
  const maxStale = values['store-max-stale'];
  const setup = {
    url: values.store,
    urlFile: values['store-url-file'],
    cachePath: values['store-cache'],
    acceptOlder: values['store-accept-older'],
    timeoutMs: timeOf('store-timeout', values),
    maxStaleMs: maxStale === '' ? undefined : timeOf('store-max-stale', values),
  };
  for (const flag of ['store-cache', 'store-accept-older', 'store-max-stale'] as const) {
    if (values[flag] && !usesEngine(setup)) logger.warn(`-${flag} is about an engine, and does nothing without -store`);
  }
  return setup;
}

/** @throws StartError for what is no time */
function timeOf(flag: 'drain-timeout' | 'store-timeout' | 'store-max-stale', values: FlagValues): number {
  const found = parseDuration(values[flag]);
  if (found !== undefined) return found;
  throw wrongChoice(flag, values[flag], ['a time such as 25s or 15m, a day at most']);
}

/** `store`: where the files are. @throws StartError */
function stateUrl(values: FlagValues): string {
  const store = { url: values.store, urlFile: values['store-url-file'] };
  if (values.state !== 'store') return values.state;
  if (!usesEngine(store))
    throw new StartError('bad_path', '-state=store is about the engine of -store, which is not given');
  return storeUrl(store);
}

function machinesSetup(values: FlagValues): MachinesSetup {
  const publicUrl = values['public-url'];
  if (publicUrl !== '' && !/^https?:\/\//.test(publicUrl))
    throw wrongChoice('public-url', publicUrl, ['http://HOST:PORT']);
  return {
    statePath: values['state-path'],
    stateUrl: stateUrl(values),
    publicUrl,
    trustReports: values['trust-reports'],
    distrustFile: values['untrusted-uuids'],
    webhooksFile: values.webhooks,
    redact: values.redact,
  };
}

/** `-web-ssl` serves HTTPS on the main address, `-web-ssl-address` or a socket of its own beside HTTP. */
function webTlsOptions(values: FlagValues, sockets: InheritedSockets): WebTlsOptions | undefined {
  const address = values['web-ssl-address'];
  const beside = address !== '' || (!values['web-ssl'] && sockets.one('https') !== undefined);
  if (!beside && !values['web-ssl']) return undefined;
  if (beside && values['web-ssl']) {
    throw new StartError(
      'bad_address',
      '-web-ssl serves HTTPS on -address instead of HTTP, -web-ssl-address serves it beside HTTP: give one of the two',
    );
  }
  return {
    certFile: values['web-cert-file'],
    keyFile: values['web-key-file'],
    address: beside ? address : undefined,
  };
}

/** The gRPC API is served when it has an address, or a socket. */
function rpcOptions(values: FlagValues, sockets: InheritedSockets, logger: Logger): RpcOptions | undefined {
  if (values['git-audit'] && (values.store !== '' || values['store-url-file'] !== '')) {
    throw new StartError(
      'bad_path',
      '-git-audit commits files of -data-path, which -store does not use: give one of the two',
    );
  }
  if (values['rpc-address'] === '' && sockets.one('grpc') === undefined) {
    for (const flag of ['audit-log', 'git-audit', 'crl-file'] as const) {
      if (values[flag] && (flag === 'crl-file' || values['ui-address'] === ''))
        logger.warn(`-${flag} is about the gRPC API, and does nothing without -rpc-address`);
    }
    return undefined;
  }
  return {
    address: values['rpc-address'],
    certFile: values['cert-file'],
    keyFile: values['key-file'],
    caFile: values['ca-file'],
    crlFile: values['crl-file'] || undefined,
    auditLog: values['audit-log'] || undefined,
    gitAudit: values['git-audit'],
    readOnly: values['rpc-read-only'],
    version: version,
  };
}
