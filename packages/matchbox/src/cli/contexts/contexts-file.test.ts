import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ContextsError, contextsPath, readContexts, writeContext } from './contexts-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-contexts-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('contextsPath: the variable, XDG, the home, in this order', () => {
  expect(contextsPath({ BOOTCMD_CONFIG: 'c.json', XDG_CONFIG_HOME: '/x', HOME: '/h' })).toBe('c.json');
  expect(contextsPath({ XDG_CONFIG_HOME: '/x', HOME: '/h' })).toBe('/x/matchbox/contexts.json');
  expect(contextsPath({ HOME: '/h' })).toBe('/h/.config/matchbox/contexts.json');
  expect(contextsPath({})).toBeUndefined();
});

test('writeContext adds to the file, makes it the current one, and lets nobody else read it', async () => {
  const path = join(folder, 'new/contexts.json');
  const lab = { endpoints: ['a:1'], caFile: '/c', certFile: '/d', keyFile: '/e' };
  await writeContext(path, 'lab', lab);
  await writeContext(path, '__proto__', { ...lab, endpoints: ['b:2', 'b:3'] });
  expect(readContexts(path)).toEqual({
    current: '__proto__',
    byName: new Map([
      ['lab', lab],
      ['__proto__', { ...lab, endpoints: ['b:2', 'b:3'] }],
    ]),
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('readContexts: no file means none, and paths are relative to the file', () => {
  expect(readContexts(join(folder, 'lost'))).toEqual({ current: undefined, byName: new Map() });
  const path = join(folder, 'relative.json');
  writeFileSync(
    path,
    '{"contexts":{"x":{"endpoints":["h:1"],"ca_file":"certs/ca.crt","cert_file":"/a","key_file":"../k"}}}',
  );
  expect(readContexts(path).byName.get('x')).toEqual({
    endpoints: ['h:1'],
    caFile: join(folder, 'certs/ca.crt'),
    certFile: '/a',
    keyFile: join(folder, '../k'),
  });
  expect(readFileSync(path, 'utf8')).toContain('certs/ca.crt');
});

test.each([
  ['', 'Unexpected end of JSON input'],
  ['[]', 'found no contexts'],
  ['{"contexts":{"x":1}}', 'context "x" is no object'],
  ['{"contexts":{"x":{"endpoints":"h:1"}}}', 'context "x": "endpoints" is no list of addresses'],
  ['{"contexts":{"x":{"endpoints":[],"ca_file":1}}}', 'context "x": "ca_file" is no path'],
  ['{"current":1,"contexts":{}}', '"current" is no name'],
])('readContexts refuses %j', (text, message) => {
  const path = join(folder, 'bad.json');
  writeFileSync(path, text);
  expect(() => readContexts(path)).toThrow(ContextsError);
  expect(() => readContexts(path)).toThrow(`${path}: ${message}; wanted`);
});
