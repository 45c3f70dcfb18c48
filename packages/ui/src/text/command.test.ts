import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  auditCommand,
  curlCommand,
  explainCommand,
  getCommand,
  listCommand,
  machineCommand,
  machinesCommand,
  rolloutCommand,
  showCommand,
} from './command.ts';

test('listCommand and showCommand: groups, profiles and networks are described, templates are shown as they are', () => {
  expect(['groups', 'ignition'].map(listCommand)).toEqual(['bootcmd group list', 'bootcmd ignition list']);
  expect([showCommand('networks', 'lab'), showCommand('generic', 'sub/node.sh')]).toEqual([
    'bootcmd network describe lab -o json',
    'bootcmd generic show sub/node.sh',
  ]);
});

test('commands: what a stranger named is one word of the shell', () => {
  expect(showCommand('groups', "x'; rm -rf ~ #$(id)`id`")).toBe(
    `bootcmd group describe 'x'\\''; rm -rf ~ #$(id)\`id\`' -o json`,
  );
  expect(auditCommand('/var/log/my audit.log', 200)).toBe("tail -n 200 '/var/log/my audit.log'");
  expect(explainCommand('mac=52:54:00:00:00:01&os=a')).toBe("matchbox explain 'mac=52:54:00:00:00:01&os=a'");
});

test('commands: controls and what is invisible are escapes, so that pasting does nothing else', () => {
  expect(showCommand('groups', 'a\n\u001b[31m\u202e\u{e0041}é\\')).toBe(
    "bootcmd group describe $'a\\u000a\\u001b[31m\\u202e\\U000e0041\\u00e9\\\\' -o json",
  );
});

test('commands: what begins as a flag does is none', () => {
  const hostile = '--endpoints=evil.example:8081';
  expect([
    showCommand('groups', hostile),
    showCommand('generic', hostile),
    explainCommand('-data-path=/&mac=a'),
    machinesCommand('-group:lab state:failed'),
    machineCommand('events', hostile),
    rolloutCommand('-h'),
  ]).toEqual([
    `bootcmd group describe -o json -- ${hostile}`,
    `bootcmd generic show -- ${hostile}`,
    "matchbox explain -- '-data-path=/&mac=a'",
    "bootcmd machine list -- '-group:lab state:failed'",
    `bootcmd machine events -- ${hostile}`,
    'bootcmd rollout show -- -h',
  ]);
  expect([machinesCommand(''), machinesCommand('state:failed')]).toEqual([
    'bootcmd machine list',
    'bootcmd machine list state:failed',
  ]);
});

const hostileWords = [
  "x'; echo owned #",
  '$(echo owned)`echo owned`',
  "é'; echo owned; '",
  'a\u2019b\\',
  '!!\n\techo owned',
  '~root *? [a-z] {a,b} <&1 >x | y',
  '"; echo owned; "',
  '\u202e\u001b]0;x\u0007',
];

test('commands: shells take a hostile word for one word, those that know no escapes, too', () => {
  const wordsOf = (shell: string, word: string) => {
    const script = curlCommand('http://127.0.0.1/ipxe', word).replace(/^curl /, "printf '<%s>' ");
    return execFileSync(shell, ['-c', script], { env: { LC_ALL: 'C.UTF-8' } }).toString();
  };
  for (const word of hostileWords) {
    expect(wordsOf('bash', word)).toBe(`<http://127.0.0.1/ipxe?${word}>`);
    // What is printed is one word, and nothing is printed beside it.
    expect(wordsOf('sh', word)).toMatch(/^<\$?http:[^<>]*(?:<&1 >x[^<>]*)?>$/);
  }
});

test('getCommand: the board of Flatcar, the architecture of others, a version where one is wanted', () => {
  expect(getCommand({ system: 'flatcar', channel: 'beta', architecture: 'arm64-usr', version: '' })).toBe(
    'matchbox get flatcar beta --board arm64-usr',
  );
  expect(getCommand({ system: 'fedora-coreos', channel: 'stable', architecture: 'x86_64', version: '41.1' })).toBe(
    'matchbox get fedora-coreos stable 41.1 --arch x86_64',
  );
});
