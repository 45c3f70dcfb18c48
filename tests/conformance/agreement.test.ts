/** The server, `matchbox render`, `explain` and `impact` say the same about every recorded config request: same status, same bytes. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzip } from '@matchbox/butane/node';
import { decodeLatin1 } from '@matchbox/gotext';
import { answer, type Catalog, explain, openCatalog, openFileStore, type Snapshot } from 'matchbox';
import {
  configEndpoints,
  createComparison,
  createHandler,
  createLruCache,
  kinds,
  renderCommand,
} from 'matchbox/testing';
import { expect, test } from 'vitest';
import { applyOperation } from './http/file-operations.ts';
import { makeWorkingCopy, removeWorkingCopy, scenariosIn } from './http/scenario.ts';
import type { HttpRequest, Scenario } from './recorded.ts';

/** A request for a configuration. */
interface Asked {
  readonly endpoint: (typeof configEndpoints)[number];
  readonly target: string;
  readonly query: string;
  readonly accept: string | undefined;
}

/** An answer. */
interface Said {
  readonly status: number;
  readonly body: Uint8Array;
}

/** What is told of an answer: its body, or how many bytes that has, or neither. */
interface Told {
  readonly status: number;
  readonly body?: Uint8Array;
  readonly bytes?: number | undefined;
}

const golden = fileURLToPath(new URL('../../golden/matchbox', import.meta.url));

/** The endpoint and query of a request that is answered from the configuration; undefined for all others. */
function configRequest({
  method = 'GET',
  target,
  target_base64: base64,
  headers = {},
}: HttpRequest): Asked | undefined {
  const text = base64 === undefined ? target : Buffer.from(base64, 'base64').toString('latin1');
  const [, path, rawQuery = ''] = /^\/([^?]*)(?:\?([^#]*))?$/s.exec(text ?? '') ?? [];
  const endpoint = configEndpoints.find((each) => each === path);
  if (method !== 'GET' || endpoint === undefined || text === undefined) return undefined;
  const accept = Object.entries(headers).find(([name]) => name.toLowerCase() === 'accept')?.[1];
  return { endpoint, target: text, query: decodeLatin1(rawQuery), accept: accept?.toString() };
}

/** Who is asked. */
interface Asking {
  readonly handler: ReturnType<typeof createHandler>;
  readonly catalog: Catalog;
  /** Before the files were changed last. */
  readonly earlier: Snapshot;
  /** What the server answered. */
  readonly served: Said;
}

async function ask(handler: Asking['handler'], { target, accept }: Pick<Asked, 'accept' | 'target'>): Promise<Said> {
  const headers = accept === undefined ? {} : { accept };
  const { status, body } = await handler({ method: 'GET', target, headers, remoteAddress: '192.0.2.1:1' });
  return { status, body: Buffer.from(body as Uint8Array) };
}

/** What each of the parties says, in the same form; undefined where it has no say. */
const parties: Readonly<Record<string, (asking: Asking, asked: Asked) => Promise<Told | undefined>>> = {
  answer: async ({ catalog }, { endpoint, query, accept }) => {
    const { status, body } = answer(catalog.snapshot, endpoint, query, { gzip, accept });
    return { status, body };
  },
  // Says on stderr why there is no answer, beginning with the place or the status.
  render: async ({ catalog }, { endpoint, query, accept }) => {
    // Of a folder without data it says that it is none.
    if (catalog.snapshot.folderFaults.size === kinds.length) return undefined;
    const out: Buffer[] = [];
    const err: string[] = [];
    const accepting = accept === undefined ? [] : [`-accept=${accept}`];
    const code = await renderCommand.run([...accepting, endpoint, '--', query], {
      stdin: (async function* () {})(),
      stdout: { write: (chunk) => void out.push(Buffer.from(chunk as Uint8Array)), isTerminal: false },
      stderr: { write: (chunk) => void err.push(`${chunk}`), isTerminal: false },
      env: {},
      workingDirectory: '/',
      signal: new AbortController().signal,
      data: { openSnapshot: async () => catalog.snapshot, gzip },
    });
    if (code === 0) return { status: 200, body: Buffer.concat(out) };
    const told = err.find((line) => !line.startsWith('note: '));
    return { status: Number(/^(?:\S.*?: )?(\d{3}): /s.exec(told ?? '')?.[1]) };
  },
  explain: async ({ catalog }, { endpoint, query, accept }) => {
    const { answers } = explain(catalog.snapshot, query, { gzip, accept });
    const { status, bytes } = answers.find((each) => each.endpoint === endpoint)!;
    return { status, bytes };
  },
  // Tells of a change of the answer exactly where the server's differs from the one before the files were changed.
  impact: async ({ catalog, earlier, served }, { endpoint, query, target, accept }) => {
    if (accept !== undefined) return undefined;
    const before = await ask(
      handlerFor(() => earlier),
      { target, accept },
    );
    const change = createComparison(earlier, catalog.snapshot, { gzip })({ query, isMadeUp: false });
    const told = change?.answers.find((each) => each.endpoint === endpoint);
    if (told === undefined) return before;
    // It fails in the same way in both, so that nothing can be said of what it would become.
    if (told.isIncomparable) return told.after;
    if (isSame(told.before, before) && !isSame(told.before, told.after)) return told.after;
    return { status: Number.NaN, bytes: served.body.length };
  },
};

function handlerFor(snapshot: () => Snapshot): Asking['handler'] {
  return createHandler({ snapshot, assetsPath: undefined, answers: { gzip, ignitionCache: createLruCache(1 << 24) } });
}

function isSame(a: Said, b: Said): boolean {
  return a.status === b.status && Buffer.compare(a.body, b.body) === 0;
}

/** What came of a scenario. */
interface Found {
  compared: number;
  readonly disagreements: string[];
}

/** @returns how many requests were compared, and what the parties do not agree about */
async function replay(scenario: Scenario): Promise<Found> {
  const dir = makeWorkingCopy(scenario);
  const { flags = [] } = scenario.flags;
  const onBrokenGroup = [flags].flat().join(' ').includes('on-broken-group=skip') ? 'skip' : 'hold';
  const catalog = await openCatalog(openFileStore(join(dir, 'data')), { watch: false, onBrokenGroup });
  const handler = handlerFor(() => catalog.snapshot);
  let earlier = catalog.snapshot;
  const found: Found = { compared: 0, disagreements: [] };
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
      const served = await ask(handler, asked);
      for (const [name, party] of Object.entries(parties)) {
        const said = await party({ handler, catalog, earlier, served }, asked);
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

function agrees(served: Said, { status, body, bytes }: Told): boolean {
  if (status !== served.status) return false;
  if (bytes !== undefined && bytes !== served.body.length) return false;
  return body === undefined || Buffer.compare(body, served.body) === 0;
}

function describe({ status, body, bytes = body?.length }: Told): string {
  return `${status}, ${bytes} bytes`;
}

test('the server, render, explain and impact agree byte for byte on every recorded config request', async () => {
  const outcomes: Found[] = [];
  for (const scenario of scenariosIn([golden])) outcomes.push(await replay(scenario));
  expect(outcomes.flatMap(({ disagreements }) => disagreements)).toEqual([]);
  expect(outcomes.reduce((sum, { compared }) => sum + compared, 0)).toBeGreaterThan(600);
});
