import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestHttp, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, openCatalog } from 'matchbox';
import {
  createHandler,
  createOriginClient,
  type HttpServer,
  noMetrics,
  openHttpServer,
  openMemoryStore,
  openPublisher,
  openPullThrough,
  type PullThrough,
  type PullTimes,
  parseOrigin,
  publish,
} from 'matchbox/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeS3, startFakeS3 } from './fake-s3.ts';

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI+K7MDENG+bPxRfiCYEXAMPLEKEY' };
const env = { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey, HOME: '/nonexistent' };
const mebibyte = 1024 * 1024;

let folder = '';
let s3: FakeS3;
let lines: string[] = [];
let pull: PullThrough;
let server: HttpServer;
const { snapshot } = await openCatalog(openMemoryStore({}), { watch: false });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'matchbox-origin-'));
  mkdirSync(join(folder, 'assets'));
  lines = [];
  s3 = await startFakeS3(keys);
  await open();
});
afterEach(async () => {
  await server.close(0);
  await pull.close();
  await s3.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Options {
  readonly mostBytes?: number;
  readonly times?: Partial<PullTimes>;
  readonly environment?: Record<string, string>;
}

async function open({ mostBytes = 100 * mebibyte, times, environment = env }: Options = {}) {
  await server?.close(0);
  await pull?.close();
  const address = parseOrigin(`s3://images/boot?endpoint=${s3.endpoint}`, environment);
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => void lines.push(line) });
  pull = await openPullThrough({
    ...{ root: join(folder, 'assets'), address, client: createOriginClient(address, environment), mostBytes, logger },
    ...(times && { times }),
  });
  server = await openHttpServer({
    ...{ host: '127.0.0.1', port: 0, metrics: noMetrics, onError: () => {} },
    handler: createHandler({ snapshot: () => snapshot, assetsPath: join(folder, 'assets'), assets: pull.serve }),
    requestLog: { finished: () => {}, close: () => {} },
  });
}

interface Got {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
  /** Whether all that was announced came. */
  readonly isWhole: boolean;
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = requestHttp({ host: '127.0.0.1', port: server.address.port, path, headers, method, agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => {});
      response.on('close', () => {
        const { statusCode: status = 0, headers: found, complete: isWhole } = response;
        resolve({ status, headers: found, body: Buffer.concat(chunks), isWhole });
      });
    });
    asked.end();
  });
}

const put = (key: string, content: string | Uint8Array) =>
  void s3.objects.set(`/images/boot/${key}`, typeof content === 'string' ? Buffer.from(content) : content);
const gets = (key: string) => s3.requests.filter((line) => line === `GET /images/boot/${key}`).length;
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const bytesOf = (size: number) => Buffer.alloc(size, 'abcdefghijklmnopqrstuvwxyz0123456789');

/** The origin sends a part, and the rest when told. */
function slowly(key: string, content: Uint8Array, first: number): { readonly finish: () => void } {
  let response: ServerResponse | undefined;
  let isTold = false;
  const finish = () => {
    isTold = true;
    response?.end(content.subarray(first));
  };
  s3.before = (request, answer) => {
    if (request.method !== 'GET' || request.url !== `/images/boot/${key}`) return false;
    answer.writeHead(200, { 'content-length': content.length, 'last-modified': 'Fri, 24 May 2013 00:00:00 GMT' });
    answer.write(content.subarray(0, first));
    response = answer;
    if (isTold) finish();
    return true;
  };
  return { finish };
}

test('an asset that is not here is fetched, signed, kept, and served from here from then on', async () => {
  put('v1/kernel', 'the kernel');
  const first = await get('/assets/v1/kernel');
  expect([first.status, first.body.toString(), first.headers['last-modified']]).toEqual([
    200,
    'the kernel',
    'Fri, 24 May 2013 00:00:00 GMT',
  ]);
  await expect.poll(() => existsSync(join(folder, 'assets/v1/kernel'))).toBe(true);
  expect(await get('/assets/v1/kernel')).toMatchObject({ status: 200, body: Buffer.from('the kernel') });
  expect(gets('v1/kernel')).toBe(1);
  expect(s3.refused).toEqual([]);
});

test('forty who ask at once make one download, and all of them have every byte', async () => {
  const content = bytesOf(3 * mebibyte);
  const origin = slowly('image', content, mebibyte);
  const waiting = Array.from({ length: 40 }, () => get('/assets/image'));
  await expect.poll(() => gets('image')).toBe(1);
  setTimeout(origin.finish, 50);
  const got = await Promise.all(waiting);
  expect(got.every(({ status, body }) => status === 200 && body.equals(content))).toBe(true);
  expect(gets('image')).toBe(1);
});

test('ranges and HEAD are answered as of the whole file while it still comes', async () => {
  const content = bytesOf(2 * mebibyte);
  const origin = slowly('image', content, mebibyte);
  const head = await get('/assets/image', {}, 'HEAD');
  expect([head.status, head.headers['content-length']]).toEqual([200, `${2 * mebibyte}`]);
  const early = await get('/assets/image', { range: 'bytes=10-19' });
  expect([early.status, early.body.toString(), early.headers['content-range']]).toEqual([
    206,
    content.subarray(10, 20).toString(),
    `bytes 10-19/${2 * mebibyte}`,
  ]);
  const late = get('/assets/image', { range: `bytes=${2 * mebibyte - 5}-` });
  origin.finish();
  expect((await late).body.equals(content.subarray(-5))).toBe(true);
  expect(gets('image')).toBe(1);
});

test.each([
  ['a sum beside it', () => put('image.sha256', sha256('right'))],
  ['a list of sums', () => put('SHA256SUMS', `${sha256('x')}  other\n${sha256('right')} *image\n`)],
  [
    'the sum that S3 keeps',
    () =>
      s3.headers.set('/images/boot/image', {
        'x-amz-checksum-sha256': Buffer.from(sha256('right'), 'hex').toString('base64'),
      }),
  ],
  [
    'the ETag',
    () => s3.headers.set('/images/boot/image', { etag: `"${createHash('md5').update('right').digest('hex')}"` }),
  ],
])('nobody has a whole file that is not what %s says', async (_, say) => {
  say();
  put('image', 'wrong');
  const got = await Promise.all([get('/assets/image'), get('/assets/image')]);
  for (const { status, isWhole, body } of got) {
    expect(status === 503 || (!isWhole && body.length < 5), `${status} ${body}`).toBe(true);
  }
  expect(existsSync(join(folder, 'assets/image'))).toBe(false);
  expect(lines.join('')).toContain('s3://images/boot/image is not used: its ');
  put('image', 'right');
  s3.headers.clear();
  expect((await get('/assets/image')).body.toString()).toBe('right');
});

test('an ETag that is no sum of the content is not taken for one', async () => {
  for (const etag of [`"${'a'.repeat(32)}-2"`, '"v1"']) s3.headers.set(`/images/boot/${etag.length}`, { etag });
  s3.headers.set('/images/boot/kms', { etag: `"${'a'.repeat(32)}"`, 'x-amz-server-side-encryption': 'aws:kms' });
  for (const key of ['36', '4', 'kms']) {
    put(key, 'content');
    expect((await get(`/assets/${key}`)).body.toString()).toBe('content');
  }
});

test('an answer that is cut off is nobody’s file, and is fetched again', async () => {
  const content = bytesOf(mebibyte);
  s3.before = (request, answer) => {
    if (request.url !== '/images/boot/image') return false;
    answer.writeHead(200, { 'content-length': content.length });
    answer.write(content.subarray(0, 1000), () => answer.destroy());
    return true;
  };
  await open({ times: { awayMs: 1 } });
  const cut = await get('/assets/image');
  expect(cut.isWhole && cut.status === 200).toBe(false);
  s3.before = undefined;
  put('image', content);
  await expect.poll(async () => (await get('/assets/image')).body.equals(content)).toBe(true);
  expect(readdirSync(join(folder, '.matchbox-origin/parts'))).toEqual([]);
});

test('an origin that is away stops nothing that is here, and is not asked by each machine', async () => {
  put('here', 'x');
  await get('/assets/here');
  await expect.poll(() => existsSync(join(folder, 'assets/here'))).toBe(true);
  await s3.close();
  expect((await get('/assets/here')).body.toString()).toBe('x');
  const got = await Promise.all(Array.from({ length: 10 }, () => get('/assets/other')));
  expect(new Set(got.map(({ status }) => status))).toEqual(new Set([503]));
  expect(lines.filter((line) => line.includes('assets cannot be fetched'))).toHaveLength(1);
  s3 = await startFakeS3(keys);
});

test('what the origin does not have is not asked for again for a while', async () => {
  for (let i = 0; i < 5; i++) expect((await get('/assets/none')).status).toBe(404);
  expect(gets('none')).toBe(1);
  await open({ times: { absentMs: 1 } });
  put('none', 'now');
  await get('/assets/none');
  expect((await get('/assets/none')).body.toString()).toBe('now');
});

test('what was asked for least lately goes when there is no more room; files of an operator stay', async () => {
  await open({ mostBytes: 2500 });
  writeFileSync(join(folder, 'assets/own'), bytesOf(5000));
  for (const name of ['a', 'b', 'c']) put(name, bytesOf(1000));
  const here = () => readdirSync(join(folder, 'assets')).sort();
  for (const name of ['a', 'b']) {
    await get(`/assets/${name}`);
    await expect.poll(here).toContain(name);
  }
  await get('/assets/a');
  await get('/assets/c');
  await expect.poll(here).toEqual(['a', 'c', 'own']);
  // What was kept is known after a restart, too.
  await open({ mostBytes: 1500 });
  put('d', bytesOf(1000));
  await get('/assets/d');
  await expect.poll(here).toEqual(['d', 'own']);
  put('large', bytesOf(2000));
  expect((await get('/assets/large')).status).toBe(503);
});

test('another version at the origin comes in the place of the one that is here', async () => {
  await open({ times: { freshMs: 0 } });
  put('image', 'one');
  await get('/assets/image');
  await expect.poll(() => existsSync(join(folder, 'assets/image'))).toBe(true);
  put('image', 'other');
  await expect.poll(async () => (await get('/assets/image')).body.toString()).toBe('other');
});

test.each([
  '/assets/../../secret',
  '/assets/..%2f..%2fsecret',
  '/assets/%2e%2e/%2e%2e/secret',
  '/assets//secret',
  '/assets/secret/',
  '/assets/a%00b',
  '/assets/%ff',
])('%s leads nowhere but below the prefix', async (path) => {
  s3.objects.set('/secret', Buffer.from('hidden words'));
  s3.objects.set('/images/secret', Buffer.from('hidden words'));
  expect((await get(path)).body.toString()).not.toContain('hidden words');
  expect(s3.requests.every((line) => line.startsWith('GET /images/boot/'))).toBe(true);
});

test('a name with odd characters is asked for and signed as it is', async () => {
  put('a b+c%é', 'odd');
  expect((await get('/assets/a%20b%2Bc%25%C3%A9')).body.toString()).toBe('odd');
  expect(s3.refused).toEqual([]);
});

test('redirects are followed without credentials, within limits, and to no place that means something else here', async () => {
  const other = await startFakeS3(keys);
  const to = (location: string) => {
    s3.before = (request, answer) => {
      if (request.url !== '/images/boot/image') return false;
      answer.writeHead(302, { location }).end();
      return true;
    };
  };
  await open({ times: { awayMs: 0 } });
  let seen: string | undefined = 'none';
  for (const [location, text] of [
    ['/images/boot/image', 'more than 5 redirects'],
    ['http://169.254.169.254/latest', 'a redirect to 169.254.169.254'],
    [`http://localhost:${new URL(other.endpoint).port}/x`, 'a redirect to localhost'],
    ['ftp://mirror.example/x', 'a redirect from http:// to ftp://'],
  ] as const) {
    to(location);
    expect((await get('/assets/image')).status).toBe(503);
    expect(lines.join('')).toContain(text);
  }
  other.before = (request, answer) => {
    seen = request.headers.authorization;
    answer.writeHead(200, { 'content-length': 2 }).end('ok');
    return true;
  };
  // The fake verifies signatures before it asks; this one is to get none.
  to(`${other.endpoint}/x`);
  await get('/assets/image');
  expect(other.refused).toEqual(['GET /x']);
  expect(seen).toBe('none');
  await other.close();
});

test('a wrong secret gets nothing', async () => {
  await open({ environment: { ...env, AWS_SECRET_ACCESS_KEY: 'wrong' } });
  put('image', 'x');
  expect((await get('/assets/image')).status).toBe(404);
  expect(s3.refused.length).toBeGreaterThan(0);
  expect(lines.join('')).toContain('the origin refuses an asset');
});

test('half-written files of a process that was killed are removed at the start, and never served', async () => {
  writeFileSync(join(folder, '.matchbox-origin/parts/9'), 'half');
  await open();
  expect(readdirSync(join(folder, '.matchbox-origin/parts'))).toEqual([]);
  expect(readFileSync(join(folder, '.matchbox-origin/kept.json'), 'utf8')).toBe('[]');
});

test('what matchbox get publishes is what servers fetch, and S3 is told its sum', async () => {
  const url = `s3://images/boot?endpoint=${s3.endpoint}`;
  writeFileSync(join(folder, 'kernel'), 'a kernel');
  let told = '';
  const stderr = {
    isTerminal: false,
    write: (text: string) => {
      told += text;
    },
  };
  let sum: string | string[] | undefined;
  s3.before = ({ method, headers }) => {
    if (method === 'PUT') sum = headers['x-amz-checksum-sha256'];
    return false;
  };
  await publish(openPublisher(url, { env }), folder, ['kernel'], { stderr });
  expect(told).toBe('published kernel (0.0 MB)\n');
  expect(sum).toBe(createHash('sha256').update('a kernel').digest('base64'));
  expect((await get('/assets/kernel')).body.toString()).toBe('a kernel');
  const wrong = openPublisher(url, { env: { ...env, AWS_SECRET_ACCESS_KEY: 'wrong' } });
  await expect(publish(wrong, folder, ['kernel'], { stderr })).rejects.toThrow(
    'write s3://images/boot/kernel: HTTP 403 (SignatureDoesNotMatch)',
  );
  expect(() => openPublisher('https://mirror.example/', { env })).toThrow('wanted s3://BUCKET/PREFIX');
});

test('what is wrong with one name is no reason to ask the origin for nothing else', async () => {
  put('ok', 'good');
  s3.before = (request, answer) => {
    if (!request.url?.includes('odd')) return false;
    answer.writeHead(400).end('<Code>KeyTooLongError</Code>');
    return true;
  };
  expect((await get('/assets/odd')).status).toBe(404);
  expect((await get('/assets/ok')).body.toString()).toBe('good');
});

test('a kept file that stands where the origin has a folder by now makes way for it', async () => {
  put('a', 'a file');
  expect((await get('/assets/a')).status).toBe(200);
  await expect.poll(() => existsSync(join(folder, 'assets/a'))).toBe(true);
  await expect.poll(() => lines.join('')).toMatch(/an asset was fetched/);
  s3.objects.delete('/images/boot/a');
  put('a/b/c', 'below it');
  expect((await get('/assets/a/b/c')).body.toString()).toBe('below it');
  expect(readFileSync(join(folder, 'assets/a/b/c'), 'utf8')).toBe('below it');
  // It is remembered no more: what lies there now is a folder.
  await pull.close();
  expect(readFileSync(join(folder, '.matchbox-origin/kept.json'), 'utf8')).not.toContain('"/a"');
});

test('an operator’s file that stands where a folder is wanted stays, and ends neither the server nor other downloads', async () => {
  writeFileSync(join(folder, 'assets/a'), 'an operator’s');
  put('a/b', 'below it');
  put('c', 'another');
  const below = await get('/assets/a/b');
  expect(below.isWhole && below.status === 200).toBe(false);
  await expect.poll(() => lines.join('')).toMatch(/an asset is not fetched/);
  expect(readFileSync(join(folder, 'assets/a'), 'utf8')).toBe('an operator’s');
  expect((await get('/assets/c')).body.toString()).toBe('another');
});

test('a folder’s name that the origin redirects to a list is no file', async () => {
  put('boot/kernel', 'the kernel');
  s3.before = (request, answer) => {
    const isList = request.url === '/images/boot/boot/';
    if (isList) answer.writeHead(200, { 'content-length': 4 }).end('list');
    else if (request.url === '/images/boot/boot') answer.writeHead(301, { location: '/images/boot/boot/' }).end();
    else return false;
    return true;
  };
  expect((await get('/assets/boot')).status).toBe(404);
  expect((await get('/assets/boot/kernel')).body.toString()).toBe('the kernel');
});

test.each(['/assets/', '/', 'a/../..', 'a\0b', 'folder/'])(
  'who serves from the folder alone fills it with no %j',
  async (path) => {
    expect(await pull.fill(path)).toBe(true);
    expect(s3.requests).toEqual([]);
  },
);

test('who serves from the folder alone is told what is known, and when nobody can say', async () => {
  put('there', 'it is');
  expect(await pull.fill('/there')).toBe(true);
  expect(readFileSync(join(folder, 'assets/there'), 'utf8')).toBe('it is');
  expect([await pull.fill('/nowhere'), await pull.fill('/nowhere')]).toEqual([true, true]);
  s3.before = (_, answer) => {
    answer.writeHead(500).end();
    return true;
  };
  expect([await pull.fill('/other'), await pull.fill('/another')]).toEqual([false, false]);
});
