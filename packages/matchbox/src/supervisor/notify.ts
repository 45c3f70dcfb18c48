/**
 * Tells systemd how the service fares (`sd_notify(3)`). Node has no datagram sockets of the Unix kind, so `systemd-notify`
 * says it, a child of ours: the unit needs `NotifyAccess=all`.
 */
import { execFile } from 'node:child_process';

export interface Notifier {
  ready(): void;
  /** Tells that configuration is read again, until `done` has an outcome, whichever; resolves then. */
  reloading(done: Promise<unknown>): Promise<void>;
  /** @param graceMs the end may take so long, and systemd waits for it whatever `TimeoutStopSec=` says */
  stopping(graceMs: number): void;
  /** Resolves when all that was told has been passed on. */
  close(): Promise<void>;
}

/** Passes the words `NAME=VALUE` on, as `systemd-notify` takes them. */
export type Tell = (words: readonly string[]) => Promise<void>;

export interface NotifierOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Told once, if systemd cannot be told. */
  readonly onError: (error: Error) => void;
  readonly tell?: Tell;
  /** false: whoever is watched is another process of the service. */
  readonly watched?: boolean;
}

const silent: Notifier = { ready: () => {}, reloading: async () => {}, stopping: () => {}, close: async () => {} };
/** More than systemd-notify takes, even on a busy machine. */
const tellTimeoutMs = 10_000;
/** After what runs has ended, there is the rest to be closed. */
const afterGraceMs = 10_000;

/** Without `NOTIFY_SOCKET` nobody is told. */
export function openNotifier({
  env,
  pid,
  onError,
  tell = systemdNotify(env),
  watched = true,
}: NotifierOptions): Notifier {
  if (!env.NOTIFY_SOCKET) return silent;
  let failed = false;
  let last: Promise<void> = Promise.resolve();
  // One after the other: systemd must not hear of the end before the beginning.
  const say = (...words: readonly string[]): void => {
    last = last
      .then(() => tell(words))
      .catch((error: Error) => {
        if (!failed) onError(error);
        failed = true;
      });
  };
  const timer = watched ? startWatchdog(env, pid, () => say('WATCHDOG=1')) : undefined;
  return {
    ready: () => say('READY=1'),
    reloading: (done) => {
      say('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
      const over = () => say('READY=1');
      return done.then(over, over);
    },
    stopping: (graceMs) => say('STOPPING=1', `EXTEND_TIMEOUT_USEC=${(graceMs + afterGraceMs) * 1000}`),
    close: () => {
      clearInterval(timer);
      return last;
    },
  };
}

/** The timer runs in the loop that serves machines, so it stops when that does. */
function startWatchdog(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
  ping: () => void,
): NodeJS.Timeout | undefined {
  const { WATCHDOG_USEC = '', WATCHDOG_PID } = env;
  const intervalMs = Number(WATCHDOG_USEC) / 1000 / 2;
  const ours = WATCHDOG_PID === undefined || WATCHDOG_PID === String(pid);
  if (!ours || !/^\d{1,15}$/.test(WATCHDOG_USEC) || intervalMs < 1) return undefined;
  return setInterval(ping, Math.min(intervalMs, 2 ** 31 - 1)).unref();
}

function systemdNotify(env: Readonly<Record<string, string | undefined>>): Tell {
  return (words) =>
    new Promise((resolve, reject) => {
      const { NOTIFY_SOCKET, PATH } = env;
      execFile('systemd-notify', [...words], { env: { NOTIFY_SOCKET, PATH }, timeout: tellTimeoutMs }, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
}
