import { expect, test } from 'vitest';
import { recogniseConfig } from './recognise.ts';

test.each([
  ['variant: flatcar\nversion: 1.1.0\nnetworkd: {}\n', 'butane', 'variant'],
  ['{"ignition":{"version":"3.4.0"}}', 'ignition-3', '3.4.0'],
  ['{"ignition":{"version":"2.3.0"}}', 'ignition-2', '2.3.0'],
  ['ignition_version: 1\nsystemd: {}\n', 'ignition-1', 'ignition_version'],
  ['passwd: {}\nnetworkd: {}\n', 'container-linux-config', 'networkd'],
  ['systemd: {units: [{name: a, enable: true}]}\n', 'container-linux-config', 'enable'],
  ['storage: {files: [{path: /a}, {filesystem: root}]}\n', 'container-linux-config', 'filesystem'],
  ['storage: {filesystems: [{name: a, mount: {}}]}\n', 'container-linux-config', 'mount'],
  ['storage: {}\n', 'container-linux-config', 'storage'],
  ['{{if .x}}\npasswd: {}\n{{end}}\nupdate: {group: {{.group}}}\n', 'container-linux-config', 'update'],
  ['machine: {}\n', 'unknown', undefined],
  ['- a\n', 'unknown', undefined],
  ['a: [', 'unknown', undefined],
] as const)('recogniseConfig of %j', (text, language, by) => {
  const found = recogniseConfig(text);
  expect({ language: found.language, by: found.by?.value }).toEqual({ language, by });
});

test('recogniseConfig guesses where Butane’s first lines may be missing', () => {
  expect(recogniseConfig('storage: {files: [{path: /a}]}\n')).toMatchObject({ isGuess: true });
  expect(recogniseConfig('storage: {files: [{filesystem: root}]}\n')).not.toHaveProperty('isGuess');
});
