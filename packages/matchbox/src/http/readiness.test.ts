import { expect, test } from 'vitest';
import type { StoreStatus } from '../data/store-watch.ts';
import type { Request } from './message.ts';
import { readyResponse } from './readiness.ts';

const request: Request = { method: 'GET', target: '/readyz', headers: {}, remoteAddress: '127.0.0.1:1' };
const calm: StoreStatus = {
  position: { epoch: 'e1', revision: 7 },
  heard: { epoch: 'e1', revision: 7 },
  servedFrom: 'engine',
  lost: undefined,
  isStale: false,
  cacheWrittenAtMs: undefined,
};

async function ask(rawQuery: string, status: Partial<StoreStatus> = {}, more: Partial<Request> = {}) {
  let revision = status.position?.revision ?? 7;
  const store = { status: () => ({ ...calm, ...status }), has: (wanted: number) => revision >= wanted };
  const response = readyResponse({ store, obstacle: undefined }, { ...request, ...more }, rawQuery);
  const isWaiting = response instanceof Promise;
  if (isWaiting && rawQuery.includes('wait=29')) revision = 8;
  const { status: code, headers, body } = await response;
  return { code, headers, text: Buffer.from(body as Uint8Array).toString(), isWaiting };
}

test('/readyz is ok, and says in headers which revision is in force', async () => {
  const { code, headers, text } = await ask('');
  expect([code, text, headers['X-Matchbox-Revision'], headers['X-Matchbox-Epoch']]).toEqual([200, 'ok\n', '7', 'e1']);
});

test.each([
  ['revision=7', 200, 'ok\n', undefined],
  ['revision=8', 503, 'revision 8 is not in force here yet; 7 is\n', '1'],
  ['revision=x', 400, 'wanted revision=NUMBER, and wait=SECONDS up to 30\n', undefined],
  ['revision=-1', 400, 'wanted revision=NUMBER, and wait=SECONDS up to 30\n', undefined],
  ['revision=8&wait=31', 400, 'wanted revision=NUMBER, and wait=SECONDS up to 30\n', undefined],
])('/readyz?%s is answered at once: %i', async (query, code, text, retryAfter) => {
  const answer = await ask(query);
  expect([answer.code, answer.text, answer.isWaiting]).toEqual([code, text, false]);
  if (code === 503) expect(answer.headers['Retry-After']).toBe(retryAfter);
});

test('/readyz?revision=N&wait=S waits until the revision is in force', async () => {
  expect(await ask('revision=8&wait=29')).toMatchObject({ code: 200, text: 'ok\n', isWaiting: true });
});

test('/readyz?revision=N&wait=S stops waiting for whoever has left', async () => {
  expect(await ask('revision=8&wait=30', {}, { gone: true })).toMatchObject({ code: 503, isWaiting: true });
});

test('/readyz waits for no more than may be in work', async () => {
  expect(await ask('revision=8&wait=30', {}, { enter: () => false })).toMatchObject({ code: 503, isWaiting: false });
});

test('/readyz stays ok while the store is away, and says for how long', async () => {
  const lost = { sinceMs: 0, forMs: 61_000, reason: 'connection refused' };
  expect(await ask('', { lost, servedFrom: 'cache' })).toMatchObject({
    code: 200,
    text: 'ok\nthe store cannot be reached for 61 s (connection refused): the cache is served, as of revision 7\n',
  });
  expect(await ask('', { lost, isStale: true })).toMatchObject({
    code: 503,
    text: 'the store cannot be reached for 61 s (connection refused): what was known is served, as of revision 7\n',
  });
});

test('/readyz says that the store has lost something', async () => {
  expect((await ask('', { servedFrom: 'older' })).text).toBe(
    'ok\nthe store has lost what came before revision 7: the cache is served, and writes are refused\n',
  );
});

test('/readyz is 503 while the server stops, whatever the store does', async () => {
  const response = await readyResponse({ store: undefined, obstacle: 'stopping' }, request, '');
  expect(response.status).toBe(503);
});

test('/readyz: who waits for one store keeps nobody from waiting for another', async () => {
  const storeAt7 = () => ({ status: () => calm, has: (wanted: number) => wanted <= 7 });
  const wait = (store: ReturnType<typeof storeAt7>, asks: { gone?: boolean }) =>
    readyResponse({ store, obstacle: undefined }, Object.assign(asks, request), 'revision=8&wait=30');
  const [one, other] = [storeAt7(), storeAt7()];
  const asking = Array.from({ length: 66 }, (): { gone?: boolean } => ({}));
  const answers = asking.slice(0, 65).map((asks) => wait(one, asks));
  answers.push(wait(other, asking[65]!));
  expect(answers.map((answer) => answer instanceof Promise)).toEqual([...Array(64).fill(true), false, true]);
  for (const asks of asking) asks.gone = true;
  for (const answer of answers) await answer;
});
