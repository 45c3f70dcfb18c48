import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessage, generateKey, type PrivateKey, sign } from 'openpgp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CommandContext } from '../command.ts';
import { runGet } from './get.ts';

const patient = { stallTimeoutMs: 600_000, attempts: 3, backoffMs: 10 };
const version = '40.20240101.3.0';
const build = `prod/streams/stable/builds/${version}/x86_64`;
const kernelName = `fedora-coreos-${version}-live-kernel-x86_64`;
const initramfsName = `fedora-coreos-${version}-live-initramfs.x86_64.img`;
const rootfsName = `fedora-coreos-${version}-live-rootfs.x86_64.img`;

let key: PrivateKey;
let work: string;
let keyFile: string;
let assets: string;
let site: Map<string, Uint8Array>;
let requests: { path: string; range: string | undefined }[];
/** Takes a request over from the site; returns whether it did. */
let disturb: (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
let base: string;
let stdout: string;
let stderr: string;

const server = createServer((request, response) => {
  const path = decodeURI((request.url ?? '').slice(1));
  requests.push({ path, range: request.headers.range });
  if (disturb(request, response, path)) return;
  serve(request, response, site.get(path));
});

function serve(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array | undefined): void {
  if (!bytes) {
    response.writeHead(404).end('no such file');
    return;
  }
  const etag = `"${createHash('sha1').update(bytes).digest('hex')}"`;
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const condition = request.headers['if-range'];
  if (!match || (condition !== undefined && condition !== etag)) {
    response.writeHead(200, { etag, 'content-length': bytes.length }).end(bytes);
    return;
  }
  const [start, end] = [Number(match[1]), Math.min(Number(match[2]), bytes.length - 1)];
  const headers = { etag, 'content-range': `bytes ${start}-${end}/${bytes.length}`, 'content-length': end - start + 1 };
  response.writeHead(206, headers).end(bytes.subarray(start, end + 1));
}

async function signed(bytes: Uint8Array, signer = key): Promise<Uint8Array> {
  const message = await createMessage({ binary: bytes });
  return (await sign({ message, signingKeys: signer, detached: true, format: 'binary' })) as Uint8Array;
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  site.set(path, bytes);
  site.set(`${path}.sig`, await signed(bytes));
}

function stream(sha256: (path: string) => string | undefined): Uint8Array {
  const file = (name: string) => ({
    location: `https://builds.coreos.fedoraproject.org/${build}/${name}`,
    signature: `https://builds.coreos.fedoraproject.org/${build}/${name}.sig`,
    sha256: sha256(`${build}/${name}`),
  });
  const pxe = { kernel: file(kernelName), initramfs: file(initramfsName), rootfs: file(rootfsName) };
  const metal = { release: version, formats: { pxe } };
  return Buffer.from(JSON.stringify({ architectures: { x86_64: { artifacts: { metal } } } }));
}

function context(): CommandContext {
  return {
    stdin: (async function* () {})(),
    stdout: { write: (chunk) => (stdout += chunk), isTerminal: false },
    stderr: { write: (chunk) => (stderr += chunk), isTerminal: false },
    env: {},
    workingDirectory: work,
    signal: new AbortController().signal,
  };
}

function get(args: string, limits = patient): Promise<number> {
  return runGet([...args.split(' '), '--base-url', base, '--assets-path', assets, '--key', keyFile], context(), limits);
}

async function assetFiles(): Promise<string[]> {
  const entries = await readdir(assets, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

beforeAll(async () => {
  key = (await generateKey({ type: 'curve25519', userIDs: [{ name: 'Test builds' }], format: 'object' })).privateKey;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'matchbox-get-'));
  assets = join(work, 'assets');
  keyFile = join(work, 'key.asc');
  await writeFile(keyFile, key.toPublic().armor());
  site = new Map();
  requests = [];
  disturb = () => false;
  stdout = '';
  stderr = '';
  await put(`${build}/${kernelName}`, Buffer.from('kernel'));
  await put(`${build}/${initramfsName}`, randomBytes(1000));
  await put(`${build}/${rootfsName}`, randomBytes(20_000_000));
  site.set(
    'streams/stable.json',
    stream((path) => createHash('sha256').update(site.get(path)!).digest('hex')),
  );
});
afterEach(() => rm(work, { recursive: true, force: true }));

test('get fedora-coreos: the newest build of the stream, each file with its signature, and the profile on stdout', async () => {
  expect(await get('fedora-coreos')).toBe(0);
  expect(await assetFiles()).toEqual(
    [kernelName, initramfsName, rootfsName].flatMap((name) => [name, `${name}.sig`]).sort(),
  );
  const rootfs = await readFile(join(assets, 'fedora-coreos', rootfsName));
  expect(rootfs.equals(site.get(`${build}/${rootfsName}`)!)).toBe(true);
  const profile = JSON.parse(stdout);
  expect(profile.boot.kernel).toBe(`/assets/fedora-coreos/${kernelName}`);
  expect(profile.boot.args).toContain(
    `coreos.live.rootfs_url=http://matchbox.example.com:8080/assets/fedora-coreos/${rootfsName}`,
  );
  expect(stderr).toContain('checksum and signature verified');
});

test('get fedora-coreos STREAM VERSION: works from the files alone, without any metadata', async () => {
  site.delete('streams/stable.json');
  expect(await get(`fedora-coreos stable ${version}`)).toBe(0);
  expect(await assetFiles()).toContain(rootfsName);
});

test('get flatcar: the version of version.txt, in a folder of its own, with the OEM image asked for', async () => {
  site.set('amd64-usr/current/version.txt', Buffer.from('FLATCAR_BUILD=4081\nFLATCAR_VERSION=4081.2.0\n'));
  for (const name of [
    'flatcar_production_pxe.vmlinuz',
    'flatcar_production_pxe_image.cpio.gz',
    'flatcar_production_ami_image.bin.bz2',
  ]) {
    await put(`amd64-usr/4081.2.0/${name}`, Buffer.from(name));
  }
  expect(await get('flatcar beta --oem ami')).toBe(0);
  expect(await readdir(join(assets, 'flatcar', '4081.2.0'))).toContain('flatcar_production_ami_image.bin.bz2');
  expect(JSON.parse(stdout).boot.args).toContain('flatcar.first_boot=yes');
});

test('get: what is there and verifies is not fetched again', async () => {
  expect(await get('fedora-coreos')).toBe(0);
  requests = [];
  expect(await get('fedora-coreos')).toBe(0);
  expect(requests.map(({ path }) => path)).toEqual(['streams/stable.json']);
});

test('get: goes on after the bytes that came when connections break off', async () => {
  let breaks = 0;
  disturb = (request, response, path) => {
    if (!path.endsWith('rootfs.x86_64.img') || request.headers.range === 'bytes=0-0' || breaks >= 4) return false;
    breaks++;
    const bytes = site.get(path)!;
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range!)![1]);
    const end = Number(/-(\d+)$/.exec(request.headers.range!)![1]);
    response.writeHead(206, {
      'content-range': `bytes ${start}-${end}/${bytes.length}`,
      'content-length': end - start + 1,
    });
    response.write(bytes.subarray(start, start + 100_000), () => response.destroy());
    return true;
  };
  expect(await get('fedora-coreos')).toBe(0);
  expect(breaks).toBe(4);
  expect(await assetFiles()).toContain(rootfsName);
});

test('get: a run that failed is gone on with by the next one, and the assets folder stays without the file meanwhile', async () => {
  const blocks = new Set<string>();
  disturb = (request, response, path) => {
    if (!path.endsWith('rootfs.x86_64.img')) return false;
    if (request.headers.range?.startsWith('bytes=16777216')) {
      setTimeout(() => response.destroy(), 150);
      return true;
    }
    if (request.headers.range !== 'bytes=0-0') blocks.add(request.headers.range!);
    return false;
  };
  expect(await get('fedora-coreos --connections 1')).toBe(1);
  expect(stderr).toContain('the connection');
  expect(blocks.size).toBe(2);
  expect(await assetFiles()).not.toContain(rootfsName);
  disturb = () => false;
  requests = [];
  expect(await get('fedora-coreos')).toBe(0);
  const ranges = requests.filter(({ path }) => path.endsWith('rootfs.x86_64.img')).map(({ range }) => range);
  expect(ranges).toEqual(['bytes=0-0', 'bytes=16777216-19999999']);
});

test('get: a server that sends nothing is given up after the stall time, with its address', async () => {
  disturb = (_request, _response, path) => path.endsWith(kernelName);
  expect(await get('fedora-coreos', { ...patient, stallTimeoutMs: 400 })).toBe(1);
  expect(stderr).toContain(`${base}/${build}/${kernelName}: no byte for 0.4 s`);
  expect(await assetFiles()).toEqual([]);
});

test('get: a file that changes on the site while it is fetched is begun anew and never mixed', async () => {
  const path = `${build}/${rootfsName}`;
  site.delete('streams/stable.json');
  let changed = false;
  disturb = (request, _response, asked) => {
    if (asked === path && request.headers.range?.startsWith('bytes=8388608') && !changed) {
      changed = true;
      site.set(path, replacement);
      site.set(`${path}.sig`, replacementSignature);
    }
    return false;
  };
  const replacement = randomBytes(19_000_000);
  const replacementSignature = await signed(replacement);
  // The signature was fetched before the change, so it does not match: nothing is installed, and the next run succeeds.
  expect(await get(`fedora-coreos stable ${version} --connections 1`)).toBe(1);
  expect(stderr).toContain('signature does not match');
  expect(await assetFiles()).not.toContain(rootfsName);
  expect(await get(`fedora-coreos stable ${version}`)).toBe(0);
  expect((await readFile(join(assets, 'fedora-coreos', rootfsName))).equals(replacement)).toBe(true);
});

test('get: a signature over other bytes installs nothing and removes the download', async () => {
  site.set(`${build}/${kernelName}.sig`, await signed(Buffer.from('other')));
  expect(await get('fedora-coreos')).toBe(1);
  expect(stderr).toContain(`${kernelName}: the signature does not match the file`);
  expect(await assetFiles()).toEqual([]);
  expect(await readdir(join(work, '.matchbox-get'))).toEqual([]);
});

test('get: a signature by a key that is not trusted says whose key it is and where keys are published', async () => {
  const stranger = (await generateKey({ type: 'curve25519', userIDs: [{ name: 'Stranger' }], format: 'object' }))
    .privateKey;
  site.set(`${build}/${kernelName}.sig`, await signed(site.get(`${build}/${kernelName}`)!, stranger));
  expect(await get('fedora-coreos')).toBe(1);
  expect(stderr).toMatch(/made by the unknown key [0-9A-F]{16}.*fedoraproject\.org\/security.*--key FILE/);
  expect(await assetFiles()).toEqual([]);
});

test('get: without --key the built-in keys decide, so a mirror’s own signatures are refused', async () => {
  expect(await runGet(['fedora-coreos', '--base-url', base, '--assets-path', assets], context(), patient)).toBe(1);
  expect(stderr).toContain('made by the unknown key');
});

test('get: a wrong checksum installs nothing', async () => {
  site.set(
    'streams/stable.json',
    stream(() => '0'.repeat(64)),
  );
  expect(await get('fedora-coreos')).toBe(1);
  expect(stderr).toMatch(/SHA-256 is [0-9a-f]{64}, wanted 0{64}/);
  expect(await assetFiles()).toEqual([]);
});

test('get: a web page with status 200 in place of a file is told as what it is', async () => {
  disturb = (_request, response, path) => {
    if (!path.endsWith(kernelName)) return false;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>Please log in</html>');
    return true;
  };
  expect(await get('fedora-coreos')).toBe(1);
  expect(stderr).toContain('a web page in place of the file');
  expect(await assetFiles()).toEqual([]);
});

test('get: a web page in place of the signature is no signature', async () => {
  site.set(`${build}/${kernelName}.sig`, Buffer.from('<html>'));
  expect(await get('fedora-coreos')).toBe(1);
  expect(stderr).toContain(`${kernelName}.sig is no OpenPGP signature`);
});

test('get: a site without byte ranges works too', async () => {
  disturb = (_request, response, path) => {
    const bytes = site.get(path);
    if (!bytes) return false;
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    return true;
  };
  expect(await get('fedora-coreos')).toBe(0);
});

test('get: a missing version names the address and what to check', async () => {
  expect(await get('fedora-coreos stable 1.2.3')).toBe(1);
  expect(stderr).toMatch(/1\.2\.3-live-kernel-x86_64\.sig: the site has no such signature/);
});

test('get --mirror: the site’s layout with metadata, from which --base-url works', async () => {
  const mirror = join(work, 'mirror');
  expect(await get(`fedora-coreos --mirror ${mirror}`)).toBe(0);
  expect(await readFile(join(mirror, build, kernelName), 'utf8')).toBe('kernel');
  expect(await readFile(join(mirror, 'streams/stable.json'))).toEqual(site.get('streams/stable.json'));
  expect(await assetFiles()).toEqual([]);
});

test('get: unverified files may not lie where they would be served', async () => {
  expect(await get(`fedora-coreos --staging-dir ${assets}/partial`)).toBe(1);
  expect(stderr).toContain('is inside');
});

test.runIf(existsSync('/proc/self'))(
  'get: a staging folder that no system makes is refused, and nothing hangs',
  async () => {
    expect(await get('fedora-coreos --staging-dir /proc/matchbox/staging')).toBe(1);
    expect(stderr).toContain('the folder /proc/matchbox/staging cannot be made (ENOENT)');
  },
);

test('get: stream metadata that names a path out of the folder is refused', async () => {
  site.set(
    'streams/stable.json',
    Buffer.from(
      stream(() => undefined)
        .toString()
        .replaceAll(build, '../../etc'),
    ),
  );
  expect(await get('fedora-coreos')).toBe(1);
  expect(await assetFiles()).toEqual([]);
});

test('get: wrong usage ends with exit code 2 and one line', async () => {
  expect(await get('debian')).toBe(2);
  expect(stderr).toBe(
    'matchbox get: "debian" is not an operating system that can be fetched; there are: fedora-coreos, flatcar, ipxe; matchbox get -help lists the flags\n',
  );
  expect(await get('flatcar stable 1 2')).toBe(2);
  expect(await get('flatcar --board sparc')).toBe(2);
});

test('get: a channel that nobody knows is tried, and doubted', async () => {
  expect(await get('flatcar stabel')).toBe(1);
  expect(stderr).toMatch(/^note: stabel is none of the channels that are known \(stable, .*did you mean "stable"\?\n/);
  stderr = '';
  expect(await get('flatcar 4152.2.3')).toBe(1);
  expect(stderr).toContain('a version comes after it: matchbox get flatcar stable 4152.2.3\n');
});

test('get --list and --help: answer without a network', async () => {
  expect(await runGet(['--list', '--assets-path', assets], context(), patient)).toBe(0);
  expect(stdout).toContain('fedora-coreos\n  streams: stable testing next\n');
  stdout = '';
  expect(await runGet(['--help'], context(), patient)).toBe(0);
  expect(stdout).toContain('matchbox get fedora-coreos [stream] [version]');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(requests).toEqual([]);
});
