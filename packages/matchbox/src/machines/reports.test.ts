import { expect, test } from 'vitest';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { Machines } from './machines.ts';
import { readReport } from './report.ts';
import { ReportDesk } from './reports.ts';

test('take waits for what was seen before a report without holding others up, and keeps the order of reports', async () => {
  const machines = await Machines.open({
    store: openMemoryState(),
    archive: openMemoryArchive(),
    baseUrl: () => 'http://192.0.2.1',
    now: () => 0,
  });
  const desk = new ReportDesk(machines, 'token');
  const labels = new Map([['mac', '52:54:00:a1:9c:ae']]);
  const group = { kind: 'groups', name: 'g.json', revision: '' } as never;
  const [[, url]] = machines.variables({ labels, address: '192.0.2.7', group, profile: undefined }) as [
    [string, string],
  ];
  const token = url.split('/').at(-1)!;
  let release = () => {};
  const waits = [new Promise<void>((resolve) => (release = resolve)), Promise.resolve()];
  const calls: string[] = [];
  machines.catchUp = () => void calls.push('all at once');
  machines.waiting = () => waits.length - calls.length;
  machines.catchUpInTurns = () => {
    calls.push('in turns');
    return waits[calls.length - 1]!;
  };
  const report = (state: string) =>
    desk.take(() => readReport(new Uint8Array(), new Map([['state', state]])), { token, address: '' });
  const both = [report('installing'), report('installed')];
  release();
  expect(await Promise.all(both)).toEqual(['kept', 'kept']);
  const [machine] = [...machines.registry.all()];
  expect([machine!.state, calls]).toEqual(['installed', ['in turns', 'in turns']]);
  await machines.close();
});
