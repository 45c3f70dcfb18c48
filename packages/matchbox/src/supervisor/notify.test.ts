import { expect, test } from 'vitest';
import { openNotifier } from './notify.ts';

/** Collects what is told; the notifier of process 77 with these variables. */
function collect(env: Record<string, string>, tell?: (words: readonly string[]) => Promise<void>) {
  const told: string[] = [];
  const errors: string[] = [];
  const notifier = openNotifier({
    env,
    pid: 77,
    onError: ({ message }) => errors.push(message),
    tell: tell ?? (async (words) => void told.push(words.join(' '))),
  });
  return { notifier, told, errors };
}

const socket = { NOTIFY_SOCKET: '/run/systemd/notify' };

test('openNotifier tells of the beginning, of reloading and of the end, one after the other', async () => {
  const { notifier, told } = collect(socket);
  notifier.ready();
  await notifier.reloading(Promise.resolve());
  notifier.stopping(900_000);
  await notifier.close();
  expect(told).toEqual([
    'READY=1',
    expect.stringMatching(/^RELOADING=1 MONOTONIC_USEC=\d+$/),
    'READY=1',
    'STOPPING=1 EXTEND_TIMEOUT_USEC=910000000',
  ]);
});

test('a reload that fails is over, too', async () => {
  const { notifier, told } = collect(socket);
  await notifier.reloading(Promise.reject(new Error('gone')));
  await notifier.close();
  expect(told.at(-1)).toBe('READY=1');
});

test('without NOTIFY_SOCKET nobody is told', async () => {
  const { notifier, told } = collect({ WATCHDOG_USEC: '2000' });
  notifier.ready();
  notifier.stopping(0);
  await notifier.close();
  expect(told).toEqual([]);
});

test('the watchdog is told twice within its time, and only by the process that it watches', async () => {
  const ours = collect({ ...socket, WATCHDOG_USEC: '20000', WATCHDOG_PID: '77' });
  const others = collect({ ...socket, WATCHDOG_USEC: '2000', WATCHDOG_PID: '76' });
  const none = collect({ ...socket, WATCHDOG_USEC: 'soon' });
  await expect.poll(() => ours.told.length).toBeGreaterThan(2);
  expect(new Set(ours.told)).toEqual(new Set(['WATCHDOG=1']));
  expect([others.told, none.told]).toEqual([[], []]);
  await Promise.all([ours.notifier.close(), others.notifier.close(), none.notifier.close()]);
});

test('that systemd cannot be told is said once, and is no reason to end', async () => {
  const { notifier, errors } = collect(socket, () => Promise.reject(new Error('spawn systemd-notify ENOENT')));
  notifier.ready();
  notifier.stopping(0);
  await notifier.close();
  expect(errors).toEqual(['spawn systemd-notify ENOENT']);
});
