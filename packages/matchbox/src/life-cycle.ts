/** A server from the moment it serves to its end: signals, and what the supervisor is told. */
import type { Logger } from './log/log.ts';
import type { RunningServer } from './start.ts';
import { openNotifier } from './supervisor/notify.ts';
import { parentMessages } from './supervisor/parent-messages.ts';
import { tellReady } from './supervisor/ready-descriptor.ts';

export interface LifeOptions {
  readonly server: RunningServer;
  readonly logger: Logger;
  /** Downloads may go on for so long after the signal. */
  readonly drainMs: number;
  readonly readyDescriptor: number | undefined;
}

/** What ends after the downloads: writes, the log. */
const overtimeMs = 3_000;

/**
 * SIGTERM and SIGINT stop the server gracefully, a second one at once; SIGHUP reads the data directory again and opens log
 * files anew. Resolves when all has ended.
 */
export async function runUntilStopped({ server, logger, drainMs, readyDescriptor }: LifeOptions): Promise<void> {
  const hasParent = process.send !== undefined;
  const notifier = openNotifier({
    env: process.env,
    pid: process.pid,
    onError: ({ message }) => logger.warn(`systemd cannot be told how the service fares: ${message.split('\n')[0]}`),
  });
  process.on('SIGHUP', () => {
    const reload = server.reload();
    reload.catch((error: unknown) => logger.error(`reading the data directory failed: ${error}`));
    void notifier.reloading(reload);
  });
  const stopped = new Promise<void>((resolve, reject) => {
    let stopping = false;
    const stop = () => {
      if (stopping) process.exit(1);
      stopping = true;
      // Of a service that has a parent only the parent ends it.
      if (!hasParent) notifier.stopping(drainMs);
      // Should anything hang: an end that is announced comes.
      setTimeout(() => process.exit(1), drainMs + overtimeMs).unref();
      server.close(drainMs).then(resolve, reject);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    // The parent of `matchbox supervise` has died, and the next one wants its sockets.
    process.once('disconnect', () => stopping || stop());
  });
  tellParent();
  if (readyDescriptor !== undefined && !hasParent) tellReady(readyDescriptor);
  notifier.ready();
  await stopped;
  await notifier.close();
}

/** `matchbox supervise` waits for it. */
function tellParent(): void {
  process.send?.(parentMessages.ready);
  process.channel?.unref();
}
