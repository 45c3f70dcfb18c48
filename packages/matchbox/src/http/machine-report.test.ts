import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Machines } from '../machines/machines.ts';
import { ReportDesk } from '../machines/reports.ts';
import type { StateStore } from '../machines/state-store.ts';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { reportResponse } from './machine-report.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

test('a report is accepted only once it is in force, however slow the store is: a script that is asked for then is answered by it', async () => {
  const inner = openMemoryState();
  let slowStore: Promise<void> | undefined;
  const store: StateStore = {
    ...inner,
    commit: async (change) => {
      await slowStore;
      await inner.commit(change);
    },
  };
  const machines = await Machines.open({
    store,
    archive: openMemoryArchive(),
    baseUrl: () => 'http://192.0.2.1',
    now: () => 0,
  });
  const labels = new Map([['mac', '52:54:00:a1:9c:ae']]);
  const group = { kind: 'groups', name: 'g.json', revision: '' } as never;
  const [[, url = ''] = []] = machines.variables({ labels, address: '192.0.2.7', group, profile: undefined });
  let caughtUp = () => {};
  machines.waiting = () => 1;
  machines.catchUpInTurns = () => new Promise((resolve) => (caughtUp = resolve));
  slowStore = new Promise(() => {});

  const request = { method: 'GET', target: '', headers: {}, remoteAddress: '192.0.2.7:1234' };
  const desk = new ReportDesk(machines, 'token');
  let status = 0;
  const answered = reportResponse(desk, request, new URL(url).pathname, 'state=installed').then((response) => {
    status = response.status;
  });
  await vi.advanceTimersByTimeAsync(60_000);
  const [before] = [...machines.registry.all()];
  expect([status, before?.installed]).toEqual([0, undefined]);

  caughtUp();
  await vi.advanceTimersByTimeAsync(1000);
  await answered;
  const [machine] = [...machines.registry.all()];
  expect([status, machine?.installed?.by]).toEqual([202, 'report']);
});
