#!/usr/bin/env node
/** `matchbox`: a subcommand, or the server with Go's flags. */
import type { CommandContext, Output } from './cli/command.ts';
import { commandTable, formatOverview } from './cli/command-table.ts';
import { type FlagValues, formatUsage, parseServerFlags, wordsAfterFlags } from './cli/flags.ts';
import { createLogger, type LogFormat, type Logger, type LogLevel, logFormats, parseLogLevel } from './core/log.ts';
import { suggestion } from './core/validate/edit-distance.ts';
import { dataAccess } from './data-access.ts';
import { openLogSink } from './log-sink.ts';
import { type RunningServer, StartError, start } from './start.ts';
import type { RpcOptions } from './start-rpc.ts';
import type { WebTlsOptions } from './start-web.ts';
import { version } from './version.ts';

/** Under the server's flags, which are the original's. */
const overviewHint = 'matchbox help lists the commands, such as validate and explain';

const sink = openLogSink();
// A reader that goes away (`| head`) ends the output, not with a stack trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const [first] = args;
  return first === undefined || first.startsWith('-') ? runServer(args) : runCommand(first, args.slice(1));
}

async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const context = commandContext();
  if (name === 'help') {
    const [about] = args;
    if (about !== undefined && about !== 'help' && !about.startsWith('-')) return runCommand(about, ['--help']);
    context.stdout.write(formatOverview('matchbox'));
    return 0;
  }
  const row = commandTable.find((each) => each.name === name);
  if (row === undefined) {
    const names = commandTable.map((each) => each.name);
    const near = suggestion(name, names) || '; matchbox help lists them';
    context.stderr.write(`matchbox: no command is named ${JSON.stringify(name)}${near}\n`);
    return 2;
  }
  return (await row.load()).run(args, context);
}

function commandContext(): CommandContext {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort(signal));
  return {
    stdin: process.stdin,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    env: process.env,
    workingDirectory: process.cwd(),
    signal: abort.signal,
    data: dataAccess,
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  const isTerminal = stream.isTTY === true;
  return { write: (chunk) => void stream.write(chunk), isTerminal, ...(isTerminal && { columns: stream.columns }) };
}

async function runServer(args: readonly string[]): Promise<number> {
  const parsed = parseServerFlags(args, process.env);
  const usage = formatUsage(process.argv[1] ?? 'matchbox');
  if ('help' in parsed) {
    process.stderr.write(usage);
    tellPeople(overviewHint);
    return 0;
  }
  if ('fault' in parsed) {
    const { kind, message } = parsed.fault;
    if (kind === 'environment')
      return fatal(createLogger({ level: 'info', format: 'text', sink: sink.write }), message);
    process.stderr.write(`${message}\n${usage}`);
    tellPeople(overviewHint);
    return 2;
  }
  const { values } = parsed;
  if (values.version) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (values.help) {
    process.stderr.write(usage);
    tellPeople(overviewHint);
    return 0;
  }
  const [ignored] = wordsAfterFlags(args);
  // Upstream ignores it, too.
  if (ignored !== undefined) tellPeople(`${JSON.stringify(ignored)} is ignored: a command is the first word`);
  return serve(values);
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
  const format = logFormats.find((known) => known === values['log-format']);
  const onBrokenGroup = (['hold', 'skip'] as const).find((known) => known === values['on-broken-group']);
  const logger = makeLogger(level ?? 'info', format ?? 'text');
  try {
    // The order is upstream's: paths first, then the level.
    if (format === undefined) throw wrongChoice('log-format', values['log-format'], logFormats);
    if (onBrokenGroup === undefined) throw wrongChoice('on-broken-group', values['on-broken-group'], ['hold', 'skip']);
    if (level === undefined) {
      throw new StartError(
        'bad_path',
        `invalid log-level: not a valid logrus Level: ${JSON.stringify(values['log-level'])}`,
      );
    }
    const server = await start({
      address: values.address,
      dataPath: values['data-path'],
      assetsPath: values['assets-path'],
      onBrokenGroup,
      web: webTlsOptions(values),
      keyRing:
        values['key-ring-path'] === ''
          ? undefined
          : { path: values['key-ring-path'], passphrase: process.env.MATCHBOX_PASSPHRASE },
      rpc: rpcOptions(values, logger),
      admin: values['admin-address'] === '' ? undefined : { address: values['admin-address'], version },
      logger,
    });
    return await untilStopped(server, logger);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const code = fatal(logger, error.message, error.hint);
    tellPeople(error.advice);
    return code;
  }
}

/** `-web-ssl` serves HTTPS on the main address, `-web-ssl-address` on one of its own. */
function webTlsOptions(values: FlagValues): WebTlsOptions | undefined {
  const address = values['web-ssl-address'];
  if (address === '' && !values['web-ssl']) return undefined;
  if (address !== '' && values['web-ssl']) {
    throw new StartError(
      'bad_address',
      '-web-ssl serves HTTPS on -address instead of HTTP, -web-ssl-address serves it beside HTTP: give one of the two',
    );
  }
  return {
    certFile: values['web-cert-file'],
    keyFile: values['web-key-file'],
    address: address === '' ? undefined : address,
  };
}

/** The gRPC API is served when it has an address. */
function rpcOptions(values: FlagValues, logger: Logger): RpcOptions | undefined {
  if (values['rpc-address'] === '') {
    for (const flag of ['audit-log', 'git-audit', 'crl-file'] as const) {
      if (values[flag]) logger.warn(`-${flag} is about the gRPC API, and does nothing without -rpc-address`);
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

function makeLogger(level: LogLevel, format: LogFormat): Logger {
  return createLogger({ level, format, sink: sink.write });
}

function wrongChoice(flag: string, found: string, wanted: readonly string[]): StartError {
  return new StartError('bad_path', `invalid -${flag}: found ${JSON.stringify(found)}, wanted ${wanted.join(' or ')}`);
}

/** SIGTERM and SIGINT stop the server gracefully, a second one at once; SIGHUP reads the data directory again and opens log files anew. */
function untilStopped(server: RunningServer, logger: Logger): Promise<number> {
  process.on('SIGHUP', () => {
    server.reload().catch((error: unknown) => logger.error(`reading the data directory failed: ${error}`));
  });
  return new Promise((resolve, reject) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(1);
      stopping = true;
      server.close().then(() => {
        sink.flush();
        resolve(0);
      }, reject);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
