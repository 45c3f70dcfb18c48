import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Store } from '../../data/store.ts';
import { openFileStore } from '../../store/file.ts';
import { openRevision } from './git-store.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

function makeRepository(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'impact-git-')));
  made.push(folder);
  run(folder, 'init', '-q');
  write(folder, files);
  commit(folder);
  return folder;
}

function write(folder: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function run(folder: string, ...args: string[]): string {
  const settings = ['-c', 'user.name=n', '-c', 'user.email=e@example.com', '-c', 'commit.gpgSign=false'];
  return execFileSync('git', [...settings, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: environment,
    stdio: 'pipe',
  });
}

const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...environment } = process.env;

function commit(folder: string): void {
  run(folder, 'add', '-A');
  run(folder, 'commit', '-q', '--allow-empty', '-m', 'message');
}

async function contentOf(store: Store): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const file of (await store.load()).files) {
    const text = file.content instanceof Uint8Array ? Buffer.from(file.content).toString('latin1') : 'fault';
    content[`${file.kind}/${file.name}`] = text;
  }
  return content;
}

test('a revision has the files that the folder had, links and subfolders as on disk', async () => {
  const folder = makeRepository({
    'infra/mb/groups/a.json': '{}',
    'infra/mb/groups/sub/ü b.json': 'inner',
    'infra/mb/groups/..data/hidden.json': 'not looked into',
    'infra/mb/groups/x.1.matchbox-tmp': 'half',
    'infra/mb/ignition/bin.ign': '\u0000\n\n',
    'infra/mb/assets/kernel': 'large',
    'infra/common/generic/one': '1',
    'infra/common/cloud.yaml': '#cloud-config',
  });
  const data = join(folder, 'infra/mb');
  symlinkSync('../../common/cloud.yaml', join(data, 'groups/linked.json'));
  symlinkSync('../common/generic', join(data, 'generic'));
  symlinkSync('nowhere', join(data, 'groups/broken.json'));
  symlinkSync('sub', join(data, 'groups/also'));
  commit(folder);
  const onDisk = await contentOf(openFileStore(data));
  write(data, { 'groups/a.json': 'changed', 'groups/new.json': 'new' });
  const { store, commit: hash } = await openRevision(data, 'HEAD');
  expect(hash).toBe(run(folder, 'rev-parse', 'HEAD').trim());
  const content = await contentOf(store!);
  expect(content).toEqual(onDisk);
  expect(content).toMatchObject({
    'groups/a.json': '{}',
    'groups/also/ü b.json': 'inner',
    'groups/broken.json': 'fault',
    'generic/one': '1',
  });
});

test('a revision cannot be written to', async () => {
  const folder = makeRepository({ 'groups/a.json': '{}' });
  const { store } = await openRevision(folder, 'HEAD');
  const change = { kind: 'groups', name: 'a.json', bytes: new Uint8Array() } as const;
  await expect(store!.commit([change], 'id')).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringMatching(/^write [0-9a-f]{10}:groups\/a\.json: it cannot be changed$/),
  });
});

test('a GIT_DIR in the environment is about another repository', async () => {
  const [folder, other] = [makeRepository({ 'groups/a.json': '{}' }), makeRepository({ 'groups/b.json': '{}' })];
  const before = process.env.GIT_DIR;
  process.env.GIT_DIR = join(other, '.git');
  try {
    const { store } = await openRevision(folder, 'HEAD');
    expect(await contentOf(store!)).toEqual({ 'groups/a.json': '{}' });
  } finally {
    if (before === undefined) delete process.env.GIT_DIR;
    else process.env.GIT_DIR = before;
  }
});

test('tags, branches and older commits are revisions; a folder that was not there has no store', async () => {
  const folder = makeRepository({ README: '' });
  run(folder, 'tag', '-a', '-m', 'annotated', 'v1');
  write(folder, { 'data/groups/a.json': '{}' });
  commit(folder);
  expect((await openRevision(join(folder, 'data'), 'v1')).store).toBeUndefined();
  expect((await openRevision(join(folder, 'data'), 'HEAD~')).store).toBeUndefined();
  expect((await openRevision(join(folder, 'data'), 'HEAD')).store).toBeDefined();
});

test('what is no revision is no option of git either', async () => {
  const folder = makeRepository({ 'groups/a.json': '{}' });
  for (const revision of ['nowhere', '--help', '--git-dir', 'HEAD:groups', 'a b; touch x', '']) {
    await expect(openRevision(folder, revision), revision).rejects.toThrow(
      `the repository has no revision ${JSON.stringify(revision)}; git log`,
    );
  }
});

test('of a shallow clone it is said that its history is cut', async () => {
  const folder = makeRepository({ 'groups/a.json': '{}' });
  commit(folder);
  const clone = join(folder, 'clone');
  run(folder, 'clone', '-q', '--depth=1', `file://${folder}`, clone);
  await expect(openRevision(clone, 'HEAD~')).rejects.toThrow('the clone is shallow');
});

test('without a repository, or with a submodule, the reason is given', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'impact-none-')));
  made.push(folder);
  await expect(openRevision(folder, 'HEAD')).rejects.toThrow(
    `${folder} is in no git repository, so it has no revisions`,
  );
  const outer = makeRepository({ 'groups/a.json': '{}' });
  const inner = makeRepository({ 'b.json': '{}' });
  cpSync(inner, join(outer, 'groups/inner'), { recursive: true });
  commit(outer);
  await expect(openRevision(outer, 'HEAD')).rejects.toThrow('groups/inner is a submodule');
});
