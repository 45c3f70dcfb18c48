/** Runs `matchbox supervise`: opens the sockets that the flags name, and holds them while servers come and go. */
import { parseDuration } from './cli/duration.ts';
import { parseServerFlags } from './cli/flags.ts';
import type { FlagValues } from './cli/server-flags/table.ts';
import { createLogger } from './log/log.ts';
import { openLogSink } from './log/sink.ts';
import { parseAdminAddress } from './start-admin.ts';
import { listenError, parseListenAddress, StartError } from './start-error.ts';
import { holdSocket } from './supervisor/held-sockets.ts';
import {
  InheritedSocketsError,
  type SocketName,
  socketNames,
  takeInheritedSockets,
} from './supervisor/inherited-sockets.ts';
import { openNotifier } from './supervisor/notify.ts';
import { startParent } from './supervisor/parent.ts';
import { parseDescriptor, tellReady } from './supervisor/ready-descriptor.ts';

/** @param args the server's flags */
export async function runSupervisor(args: readonly string[]): Promise<number> {
  const parsed = parseServerFlags(args, process.env);
  if (!('values' in parsed)) {
    const message = 'fault' in parsed ? parsed.fault.message : 'matchbox -help lists the flags of the server';
    process.stderr.write(`matchbox supervise: ${message}\n`);
    return 2;
  }
  const { values } = parsed;
  const sink = openLogSink();
  const logger = createLogger({ level: 'info', format: values['log-format'], sink: sink.write });
  const readyDescriptor = parseDescriptor(values['ready-fd']);
  try {
    const parent = startParent({
      command: [process.execPath, ...process.execArgv, process.argv[1]!, ...args],
      sockets: await holdSockets(values),
      // What systemd watches is that machines are served, which a child knows.
      env: { ...process.env, WATCHDOG_PID: undefined },
      logger,
      onReady: () => readyDescriptor !== undefined && tellReady(readyDescriptor),
    });
    process.on('SIGUSR2', () => parent.handOver());
    process.on('SIGHUP', () => parent.reload());
    const notifier = openNotifier({ env: process.env, pid: process.pid, onError: () => {}, watched: false });
    for (const signal of ['SIGTERM', 'SIGINT']) {
      process.on(signal, () => {
        notifier.stopping(parseDuration(values['drain-timeout']) ?? 0);
        parent.stop();
      });
    }
    const code = await parent.ended;
    await notifier.close();
    return code;
  } catch (error) {
    if (!(error instanceof StartError) && !(error instanceof InheritedSocketsError)) throw error;
    logger.fatal(error.message);
    return 1;
  } finally {
    sink.flush();
  }
}

/** What a supervisor of ours handed over, and the rest of what the flags name. @throws StartError, InheritedSocketsError */
async function holdSockets(values: FlagValues): Promise<{ name: SocketName; fd: number }[]> {
  const inherited = takeInheritedSockets(process.env, process.pid);
  const sockets = socketNames.flatMap((name) => inherited.all(name).map((fd) => ({ name, fd })));
  for (const [name, address] of addresses(values)) {
    if (inherited.one(name) !== undefined) continue;
    const { host, port } = name === 'admin' || name === 'ui' ? parseAdminAddress(address) : parseListenAddress(address);
    const socket = await holdSocket(host, port).catch((error: unknown) => {
      throw listenError(error, address);
    });
    sockets.push({ name, fd: socket.fd });
  }
  return sockets;
}

function addresses(values: FlagValues): [SocketName, string][] {
  const all: [SocketName, string][] = [
    [values['web-ssl'] ? 'https' : 'http', values.address],
    ['https', values['web-ssl-address']],
    ['grpc', values['rpc-address']],
    ['admin', values['admin-address']],
    ['ui', values['ui-address']],
  ];
  return all.filter(([, address]) => address !== '');
}
