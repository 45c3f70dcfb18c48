import { createHmac, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { silentLogger } from '../log/log.ts';
import { Machines } from '../machines/machines.ts';
import { openMemoryArchive } from '../state/archive.ts';
import { openMemoryState } from '../state/memory.ts';
import { headersOf } from './message.ts';
import { parseReceivers } from './receiver.ts';
import { judge } from './schedule.ts';
import { type Post, startWebhooks } from './sender.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const noFile = () => {
  throw new Error('not read');
};

test('headersOf signs id, time and body', () => {
  const headers = headersOf('e-1', '{}', [secret], 1_700_000_000_999);
  const expected = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update('e-1.1700000000.{}')
    .digest('base64');
  expect(headers).toEqual({
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'webhook-id': 'e-1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': `v1,${expected}`,
  });
});

test('headersOf signs as the example of Standard Webhooks', () => {
  // The example in the specification's reference libraries.
  const { 'webhook-signature': signature } = headersOf(
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '{"test": 2432232314}',
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    1_614_265_330_000,
  );
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test.each([
  ['{}', 'a list of receivers is wanted'],
  ['[{"url":"ftp://x"}]', 'receiver 1: url: an http or https URL is wanted'],
  [
    '[{"url":"http://x","secret":"whsec_c2hvcnQ="}]',
    'receiver 1: secret: wanted whsec_ and the base64 of 24 to 64 bytes',
  ],
  [
    '[{"url":"http://x","topic":["state"]}]',
    'receiver 1: "topic" is not known; wanted url, secret, secret_file, topics, states',
  ],
  ['[{"url":"http://x","topics":["boot"]}]', 'receiver 1: topics: "boot" is none; wanted state, loop, identity'],
])('parseReceivers refuses %s', (text, message) => {
  expect(() => parseReceivers(text, noFile)).toThrow(message);
});

test('parseReceivers reads secrets from a file', () => {
  const [receiver] = parseReceivers('[{"url":"https://x/y","secret_file":"/run/secret"}]', () => `${secret}\n`);
  expect(receiver).toEqual({ url: 'https://x/y', secrets: [secret], topics: ['state', 'loop'], states: [] });
});

test('judge follows what receivers answer', () => {
  expect(judge(204, 1, undefined, 0.5)).toEqual({ kind: 'done' });
  expect(judge(302, 1, undefined, 0.5)).toEqual({ kind: 'later', afterMs: 5000 });
  expect(judge(undefined, 2, undefined, 0.5)).toEqual({ kind: 'later', afterMs: 300_000 });
  expect(judge(429, 1, 60, 0.5)).toEqual({ kind: 'later', afterMs: 60_000 });
  expect(judge(429, 1, 1e9, 0.5)).toEqual({ kind: 'later', afterMs: 3_600_000 });
  expect(judge(410, 1, undefined, 0)).toEqual({ kind: 'gone' });
  expect(judge(415, 1, undefined, 0).kind).toBe('give_up');
  expect(judge(500, 7, undefined, 0)).toEqual({ kind: 'give_up', why: '7 attempts failed' });
});

async function site(
  post: Post,
  receivers = '[{"url":"http://receiver.example/hook?token=x","states":["booting","failed"]}]',
) {
  const store = openMemoryState();
  const machines = await Machines.open({ store, archive: openMemoryArchive(), baseUrl: () => '' });
  const open = () =>
    startWebhooks({
      receivers: parseReceivers(receivers, noFile),
      machines,
      source: 'http://matchbox.example',
      logger: silentLogger,
      post,
    });
  const machine = machines.recognise(new Map([['mac', '52:54:00:a1:9c:ae']]), '192.0.2.7')!;
  const boot = (at: number) => machines.apply(machine.id, { kind: 'step', step: 'script', at, newBoot: () => 'b-1' });
  return { store, machines, machine, boot, open };
}

test('startWebhooks sends an event once, as a CloudEvent', async () => {
  const bodies: string[] = [];
  let sent: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const { boot, machine, open, store } = await site(async (_url, _headers, body) => {
    bodies.push(body);
    sent();
    return { status: 204 };
  });
  const webhooks = open();
  const at = Date.now();
  boot(at);
  await first;
  await webhooks.close();
  expect(bodies.map((body) => JSON.parse(body))).toMatchObject([
    {
      specversion: '1.0',
      type: 'dev.matchbox.machine.state.v1',
      source: 'http://matchbox.example',
      subject: machine.id,
      time: new Date(at).toISOString(),
      data: { state: 'booting', macs: ['52:54:00:a1:9c:ae'] },
    },
  ]);
  expect([webhooks.waiting, store.table('deliveries').size]).toEqual([0, 0]);
});

test('startWebhooks keeps what was not taken over a restart, under the same id', async () => {
  const ids: string[] = [];
  let answered: () => void = () => {};
  const wait = () =>
    new Promise<void>((resolve) => {
      answered = resolve;
    });
  let status = 500;
  const { boot, open, store } = await site(async (_url, headers) => {
    ids.push(headers['webhook-id']!);
    queueMicrotask(answered);
    return { status };
  });
  const first = open();
  const failed = wait();
  boot(Date.now());
  await failed;
  await first.close();
  expect(store.table('deliveries').size).toBe(1);
  status = 200;
  // As if the pause were over.
  const [[key, value]] = [...store.table('deliveries')] as [[string, object]];
  await store.commit({ puts: [{ table: 'deliveries', key, value: { ...value, dueAt: 0 } }] });
  const taken = wait();
  const second = open();
  await taken;
  await second.close();
  expect([ids.length, new Set(ids).size, store.table('deliveries').size]).toEqual([2, 1, 0]);
});

test.each([
  [
    '[{"url":"https://u:hunter2@x/y"}]',
    'receiver 1: url: user and password are not sent; receivers know us by the signature',
  ],
  ['[{"url":"https://x/y"},{"url":"https://x/y","topics":["loop"]}]', 'receiver 2: url: another receiver has the same'],
  ['[{"url":"https://x/y","secret":"hunter2"]', 'is no JSON'],
])('parseReceivers refuses %s, and shows no secret', (text, message) => {
  let told = '';
  try {
    parseReceivers(text, noFile);
  } catch (error) {
    told = inspect(error, { depth: 9 }).split('\n    at ')[0]!;
  }
  expect(told).toContain(message);
  expect(told).not.toContain('hunter2');
});

test('startWebhooks waits for no receiver when it is told to stop, and forgets what nobody waits for', async () => {
  let asked: () => void = () => {};
  const asking = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { boot, open, store } = await site(
    (_url, _headers, _body, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        asked();
      }),
  );
  await store.commit({ puts: [{ table: 'deliveries', key: 'old', value: { id: 'old', url: 'http://gone.example' } }] });
  const webhooks = open();
  boot(Date.now());
  await asking;
  await webhooks.close();
  const left = [...store.table('deliveries')] as [string, { attempts: number }][];
  expect(left.map(([key, { attempts }]) => [key === 'old', attempts])).toEqual([[false, 0]]);
});
