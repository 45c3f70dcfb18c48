// The server, `matchbox render`, `explain` and `impact` say the same about every recorded config request: same status, same bytes.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzip } from '@matchbox/butane/node';
import { expect, test } from 'vitest';
import { renderCommand } from '../../packages/matchbox/src/cli/render/render.ts';
import { answer } from '../../packages/matchbox/src/core/answer.ts';
import { decodeLatin1 } from '../../packages/matchbox/src/core/byte-string.ts';
import { openCatalog } from '../../packages/matchbox/src/core/catalog.ts';
import { configEndpoints } from '../../packages/matchbox/src/core/endpoint.ts';
import { explain } from '../../packages/matchbox/src/core/explain.ts';
import { createComparison } from '../../packages/matchbox/src/core/impact/compare-machine.ts';
import { kinds } from '../../packages/matchbox/src/core/kind.ts';
import { createLruCache } from '../../packages/matchbox/src/core/lru-cache.ts';
import { createHandler } from '../../packages/matchbox/src/http/handler.ts';
import { openFileStore } from '../../packages/matchbox/src/store/file.ts';
import { applyOperation } from './http/file-operations.js';
import { makeWorkingCopy, removeWorkingCopy, scenariosIn } from './http/scenario.js';

const golden = fileURLToPath(new URL('../../golden/matchbox', import.meta.url));

/** The endpoint and query of a request that is answered from the configuration; undefined for all others. */
function configRequest({ method = 'GET', target, target_base64: base64, headers = {} }) {
  const text = base64 === undefined ? target : Buffer.from(base64, 'base64').toString('latin1');
  const [, path, rawQuery = ''] = /^\/([^?]*)(?:\?([^#]*))?$/s.exec(text ?? '') ?? [];
  const endpoint = configEndpoints.find((each) => each === path);
  if (method !== 'GET' || endpoint === undefined) return undefined;
  const accept = Object.entries(headers).find(([name]) => name.toLowerCase() === 'accept')?.[1];
  return { endpoint, target: text, query: decodeLatin1(rawQuery), accept };
}

/** What each of the parties says, in the same form. */
const parties = {
  handler: async ({ handler }, { target, accept }) => {
    const request = { method: 'GET', target, headers: { accept }, remoteAddress: '192.0.2.1:1' };
    const { status, body } = await handler(request);
    return { status, body };
  },
  answer: async ({ catalog }, { endpoint, query, accept }) => {
    const { status, body } = answer(catalog.snapshot, endpoint, query, { gzip, accept });
    return { status, body };
  },
  // Says on stderr why there is no answer, beginning with the place or the status.
  render: async ({ catalog }, { endpoint, query, accept }) => {
    // Of a folder without data it says that it is none.
    if (catalog.snapshot.folderFaults.size === kinds.length) return undefined;
    const written = { out: [], err: [] };
    const accepting = accept === undefined ? [] : [`-accept=${accept}`];
    const code = await renderCommand.run([...accepting, endpoint, '--', query], {
      stdin: (async function* () {})(),
      stdout: { write: (chunk) => void written.out.push(Buffer.from(chunk)), isTerminal: false },
      stderr: { write: (chunk) => void written.err.push(`${chunk}`), isTerminal: false },
      env: {},
      workingDirectory: '/',
      signal: new AbortController().signal,
      data: { openSnapshot: async () => catalog.snapshot, gzip },
    });
    if (code === 0) return { status: 200, body: Buffer.concat(written.out) };
    const told = written.err.find((line) => !line.startsWith('note: '));
    return { status: Number(/^(?:\S.*?: )?(\d{3}): /s.exec(told)?.[1]) };
  },
  explain: async ({ catalog }, { endpoint, query, accept }) => {
    const { answers } = explain(catalog.snapshot, query, { gzip, accept });
    const { status, bytes } = answers.find((each) => each.endpoint === endpoint);
    return { status, bytes };
  },
  // Tells of a change of the answer exactly where the server's differs from the one before the files were changed.
  impact: async ({ catalog, earlier, served }, { endpoint, query, target, accept }) => {
    if (accept !== undefined) return undefined;
    const before = await parties.handler({ handler: handlerFor(() => earlier) }, { target });
    const change = createComparison(earlier, catalog.snapshot, { gzip })(query);
    const told = change?.answers.find((each) => each.endpoint === endpoint);
    if (told === undefined) return before;
    if (isSame(told.before, before) && !isSame(told.before, told.after)) return told.after;
    return { status: Number.NaN, bytes: served.body.length };
  },
};

function handlerFor(snapshot) {
  return createHandler({ snapshot, answers: { gzip, ignitionCache: createLruCache(1 << 24) } });
}

function isSame(a, b) {
  return a.status === b.status && Buffer.compare(a.body, b.body) === 0;
}

/** @returns how many requests were compared, and what the parties do not agree about */
async function replay(scenario) {
  const dir = makeWorkingCopy(scenario);
  const { flags = [] } = scenario.flags;
  const onBrokenGroup = [flags].flat().join(' ').includes('on-broken-group=skip') ? 'skip' : 'hold';
  const catalog = await openCatalog(openFileStore(join(dir, 'data')), { watch: false, onBrokenGroup });
  const handler = handlerFor(() => catalog.snapshot);
  let earlier = catalog.snapshot;
  const found = { compared: 0, disagreements: [] };
  try {
    for (const request of scenario.requests) {
      for (const operation of request.before ?? []) applyOperation(dir, operation);
      if (request.before) {
        earlier = catalog.snapshot;
        await catalog.reload();
      }
      const asked = configRequest(request);
      if (asked === undefined) continue;
      found.compared++;
      const served = await parties.handler({ handler }, asked);
      for (const [name, ask] of Object.entries(parties)) {
        const said = await ask({ handler, catalog, earlier, served }, asked);
        if (said === undefined || agrees(served, said)) continue;
        found.disagreements.push(`${request.id}: the server ${describe(served)}, ${name} ${describe(said)}`);
      }
    }
  } finally {
    await catalog.close();
    removeWorkingCopy(dir);
  }
  return found;
}

function agrees(served, { status, body, bytes }) {
  if (status !== served.status) return false;
  if (bytes !== undefined && bytes !== served.body.length) return false;
  return body === undefined || Buffer.compare(body, served.body) === 0;
}

function describe({ status, body, bytes = body?.length }) {
  return `${status}, ${bytes} bytes`;
}

test('the server, render, explain and impact agree byte for byte on every recorded config request', async () => {
  const outcomes = [];
  for (const scenario of scenariosIn([golden])) outcomes.push(await replay(scenario));
  expect(outcomes.flatMap(({ disagreements }) => disagreements)).toEqual([]);
  expect(outcomes.reduce((sum, { compared }) => sum + compared, 0)).toBeGreaterThan(600);
}, 120_000);
