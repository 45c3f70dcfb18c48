import { expect, test } from 'vitest';
import { auditCommand, explainCommand, getCommand, listCommand, showCommand } from './command.ts';

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

test('getCommand: the board of Flatcar, the architecture of others, a version where one is wanted', () => {
  expect(getCommand({ system: 'flatcar', channel: 'beta', architecture: 'arm64-usr', version: '' })).toBe(
    'matchbox get flatcar beta --board arm64-usr',
  );
  expect(getCommand({ system: 'fedora-coreos', channel: 'stable', architecture: 'x86_64', version: '41.1' })).toBe(
    'matchbox get fedora-coreos stable 41.1 --arch x86_64',
  );
});
