import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { explain } from '../../foresight/explain/explain.ts';
import { formatExplanation } from '../../foresight/explain/format.ts';
import { openMemoryStore } from '../../store/memory.ts';
import type { Response } from '../message.ts';
import { createAdminHandler } from './handler.ts';

const files = {
  'groups/a.json': '{"id":"a","profile":"p","selector":{"zone":"é"}}',
  'profiles/p.json': '{"id":"p","generic_id":"t"}',
  'generic/t': 'zone {{.zone}}',
};
const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
const handler = createAdminHandler({
  snapshot: () => snapshot,
  metrics: { contentType: 'text/plain', text: async () => '' },
  ready: () => true,
});

async function get(target: string, accept?: string, method = 'GET') {
  const response: Response = await handler({ method, target, headers: { accept }, remoteAddress: '127.0.0.1:1' });
  const text = new TextDecoder().decode(response.body as Uint8Array);
  return { ...response, text };
}

test('/explain answers text that no browser takes for anything else, and that nobody keeps', async () => {
  const { status, headers, text } = await get('/explain?zone=%c3%a9');
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  expect(text).toBe(formatExplanation(explain(snapshot, 'zone=%c3%a9')));
  expect(text).toContain('Group  a (groups/a.json)\n');
});

test('/explain answers JSON to who accepts that, and takes no label of a machine for a setting', async () => {
  const { headers, text } = await get('/explain?zone=%c3%a9&format=text&output=text', 'application/json');
  expect(headers['Content-Type']).toBe('application/json');
  expect(JSON.parse(text)).toEqual(explain(snapshot, 'zone=%c3%a9&format=text&output=text'));
  for (const accept of ['text/html,application/xhtml+xml,*/*;q=0.8', '*/*', undefined]) {
    expect((await get('/explain?zone=a&format=json', accept)).text).toMatch(/^Labels\n/);
  }
});

test('/explain reads the bytes of a query as the machine side does', async () => {
  const raw = `/explain?zone=${Buffer.from('é').toString('latin1')}`;
  expect((await get(raw)).text).toContain('Group  a (groups/a.json)\n');
});

test('/explain lets nothing of a query through that a terminal would obey', async () => {
  const { text } = await get('/explain?%1b%5b2J=%0d%0aX-Header:%20x&k=%e2%80%ae\u0085');
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(text).toContain('\\x1b[2J');
});

test('/explain refuses a query of any length beyond reason', async () => {
  const { status, text } = await get(`/explain?${'a=b&'.repeat(20_000)}`);
  expect([status, text]).toEqual([414, 'the URL is too long\n']);
});

test('/explain is read only', async () => {
  expect((await get('/explain?a=b', undefined, 'POST')).status).toBe(405);
});
