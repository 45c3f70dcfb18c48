// The program itself: of several faults in its flags it tells of the one that upstream tells of.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../bin/matchbox.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'matchbox-order-'));
const files = `-cert-file=${folder}/bad -key-file=${folder}/bad -ca-file=${folder}/bad`;
const data = `-data-path=${folder} -assets-path=`;

beforeAll(() => {
  for (const name of ['groups', 'profiles']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'bad'), 'no certificate');
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['-data-path=/lost -log-level=x', 'A valid -data-path is required'],
  [
    `${data} -rpc-address=127.0.0.1:0 -cert-file=/lost -log-level=x -key-ring-path=/lost`,
    'Provide a valid TLS server certificate with -cert-file: stat /lost: no such file or directory',
  ],
  [
    `${data} -web-ssl -web-cert-file=/lost -log-level=x`,
    'Provide a valid SSL server certificate with -web-cert-file: stat /lost: no such file or directory',
  ],
  [`${data} -log-level=x -key-ring-path=/lost`, String.raw`invalid log-level: not a valid logrus Level: \"x\"`],
  [`${data} -key-ring-path=/lost -address=:abc`, 'open /lost: no such file or directory'],
  [`${data} -redact=psk,ac`, String.raw`-redact: \"ac\" is in \"mac\", by which machines are known`],
  [`${data} -address=:abc`, 'failed to start listening: listen tcp: lookup tcp/abc: unknown port'],
  [`${data} -address=[::1:80`, "failed to start listening: listen tcp: address [::1:80: missing ']' in address"],
  [
    `${data} -rpc-address=127.0.0.1:abc -address=x ${files}`,
    'failed to start listening: listen tcp: lookup tcp/abc: unknown port',
  ],
  [
    `${data} -rpc-address=192.0.2.1:1 ${files}`,
    'failed to start listening: listen tcp 192.0.2.1:1: bind: cannot assign requested address',
  ],
  [
    `${data} -rpc-address=127.0.0.1:0 ${files}`,
    'Invalid TLS credentials: tls: failed to find any PEM data in certificate input',
  ],
  [
    `${data} -address=192.0.2.1:1 -web-ssl -web-cert-file=${folder}/bad -web-key-file=${folder}/bad`,
    'failed to start listening: listen tcp 192.0.2.1:1: bind: cannot assign requested address',
  ],
])('matchbox %s', (flags, message) => {
  const { stderr, status } = spawnSync(process.execPath, [program, ...flags.split(' ')], { encoding: 'utf8' });
  expect(stderr).toContain(`level=fatal msg="${message}"`);
  expect(status).toBe(1);
});
