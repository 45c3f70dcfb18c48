import { describe, expect, it } from 'vitest';
import { circlesAmong } from './circles.ts';
import { faultsOf } from './law.ts';
import { pureRooms, rooms } from './rooms.ts';

const messagesOf = (file: string, text: string) => faultsOf({ file, text }).map(({ message }) => message);

/** A file that might be written in a pure room. */
const fileIn = (name: string) => {
  const [path = ''] = rooms.find((room) => room.name === name)?.paths ?? [];
  return path.endsWith('/') ? `${path}new-file.ts` : path;
};

describe.each(pureRooms)('a pure room refuses what acts: %s', (room) => {
  const pure = fileIn(room);

  it('takes nothing amiss in a file that imports nothing', () => {
    expect(faultsOf({ file: pure, text: 'export const answer = 42;' })).toEqual([]);
  });

  it.each([
    ["import { createClient } from '@connectrpc/connect';", 'imports @connectrpc/connect: of packages'],
    ["import { debounce } from 'lodash';", 'imports lodash: of packages'],
    ["import { gzip } from '@matchbox/butane/node';", 'imports @matchbox/butane/node: of packages'],
    ["import { lookup } from 'node:dns';", 'imports node:dns: of Node’s modules'],
    ["import { setTimeout } from 'node:timers/promises';", 'imports node:timers/promises: of Node’s modules'],
    ["import { createRequire } from 'node:module';", 'imports node:module: of Node’s modules'],
    ['export const load = (name: string) => import(`./${name}.ts`);', 'imports what is known only when it runs'],
    ["export const ask = () => fetch('http://192.0.2.1/');", 'uses fetch'],
  ])('%s', (text, message) => {
    expect(messagesOf(pure, text)).toContainEqual(expect.stringContaining(message));
  });
});

const data = 'packages/matchbox/src/data/new-file.ts';

it.each([
  ["export * from 'lodash';", 'imports lodash'],
  ["export { debounce } from 'lodash';", 'imports lodash'],
  ["import type { DebouncedFunc } from 'lodash';", 'imports lodash'],
  ["export type Debounced = import('lodash').DebouncedFunc;", 'imports lodash'],
  ["export const lazy = () => import('lodash');", 'imports lodash'],
  ["import 'lodash';", 'imports lodash'],
  ["import { readFile } from 'fs';", 'imports fs: of packages'],
  ['export const load = () => import(`lodash`);', 'imports what is known only when it runs'],
  ['export const load = (name: string) => import(name);', 'imports what is known only when it runs'],
  ["export const ask = () => globalThis.fetch('x');", 'uses globalThis.fetch'],
  ["export const ask = () => globalThis['fetch']('x');", 'uses globalThis.fetch'],
  ["export const fs = process.getBuiltinModule('fs');", 'uses process.getBuiltinModule'],
  ["export const answer = eval('42');", 'uses eval'],
  ["export const answer = new Function('return 42');", 'uses Function'],
  ["import { answer } from '../answer/answer.ts';", 'data may not import answer, but limits, fault, log'],
  ["import { start } from '../start.ts';", 'data may not import the files at the top'],
  ["import { parse } from '../../../gotemplate/src/index.ts';", 'data may not import gotemplate'],
])('however it is written: %s', (text, message) => {
  expect(messagesOf(data, text)).toContainEqual(expect.stringContaining(message));
});

it('what only has the name of a global is none', () => {
  expect(faultsOf({ file: data, text: 'export const ask = (fetch: () => void) => fetch();' })).toEqual([]);
  expect(faultsOf({ file: data, text: 'export interface Client { fetch(): void }' })).toEqual([]);
  expect(faultsOf({ file: data, text: 'export const run = (client: { fetch(): void }) => client.fetch();' })).toEqual(
    [],
  );
  expect(faultsOf({ file: data, text: 'export const isCallable = (a: unknown): a is Function => !!a;' })).toEqual([]);
});

it('tests are under it too: they reach down, use stand-ins and tools of tests, and nothing above', () => {
  const test = 'packages/matchbox/src/data/new-file.test.ts';
  const fine = ["import { expect } from 'vitest';", "import { openMemoryStore } from '../store/memory.ts';"].join('\n');
  expect(faultsOf({ file: test, text: fine })).toEqual([]);
  expect(messagesOf(test, "import { answer } from '../answer/answer.ts';")).toHaveLength(1);
  expect(messagesOf(test, "import { debounce } from 'lodash';")).toHaveLength(1);
});

it('sockets are opened in files that are listed, and a listed file opens some', () => {
  const text = "import { createServer } from 'node:http';";
  expect(messagesOf('packages/matchbox/src/http/new-file.ts', text)).toEqual([
    expect.stringContaining('uses node:http, and is not among the files that may open sockets'),
  ]);
  expect(faultsOf({ file: 'packages/matchbox/src/http/server.ts', text })).toEqual([]);
  expect(messagesOf('packages/matchbox/src/http/server.ts', '')).toEqual([
    'is listed among the files that open sockets, and opens none',
  ]);
  const types = "import type { Server } from 'node:http';";
  expect(faultsOf({ file: 'packages/matchbox/src/http/new-file.ts', text: types })).toEqual([]);
});

it('every file is in a room, and a fault has its line', () => {
  expect(faultsOf({ file: 'packages/new/src/a.ts', text: '' })).toEqual([
    { file: 'packages/new/src/a.ts', line: 1, message: 'is in no room of tools/import-law/rooms.ts' },
  ]);
  expect(faultsOf({ file: data, text: "// first\n\nimport 'lodash';\n" })[0]?.line).toBe(3);
});

it('circlesAmong finds circles of any length, by types too, and not those that an import() breaks', () => {
  const sources = (texts: Record<string, string>) =>
    Object.entries(texts).map(([name, text]) => ({ file: `packages/gotext/src/${name}`, text }));
  expect(
    circlesAmong(
      sources({
        'a.ts': "import './b.ts';",
        'b.ts': "import type { C } from './c.ts';",
        'c.ts': "export * from './a.ts';",
        'd.ts': "import './a.ts';",
      }),
    ),
  ).toEqual([['packages/gotext/src/a.ts', 'packages/gotext/src/b.ts', 'packages/gotext/src/c.ts']]);
  expect(
    circlesAmong(sources({ 'a.ts': "import './b.ts';", 'b.ts': "export const a = () => import('./a.ts');" })),
  ).toEqual([]);
});
