import { expect, test } from 'vitest';
import { hintForKey } from './hint.ts';
import { translate } from './translate.ts';

const sections = ['version', 'variant', 'ignition', 'passwd', 'storage', 'systemd'];

test.each([
  ['storge', 'did you mean storage?'],
  ['sotrage', 'did you mean storage?'],
  ['Systemd', 'did you mean systemd?'],
  ['versions', 'did you mean version?'],
  ['cloud', undefined],
  ['etcd', 'it is of Container Linux Config, the language before Butane; `matchbox migrate` converts it'],
])('hintForKey of %s', (key, hint) => {
  expect(hintForKey(key, sections, [])).toBe(hint);
});

test('translate says which key was meant', () => {
  const { report } = translate(
    'variant: fcos\nversion: 1.5.0\nsystemd:\n  units: [{name: a.service, enable: true}]\nstorage:\n  files: [{path: /a, filesystem: root}]\n',
  );
  expect(report.map(({ rule, message, hint }) => ({ rule, message, hint }))).toEqual([
    {
      rule: 'unused-key',
      message: 'unused key filesystem',
      hint: 'it is of Container Linux Config, the language before Butane; `matchbox migrate` converts it',
    },
    { rule: 'unused-key', message: 'unused key enable', hint: 'did you mean enabled?' },
  ]);
});

test.each([
  ['variant: fcos\nversion: 1.5\n', 'write 1.5.0'],
  ['variant: openshift\nversion: 4.14\n', 'write 4.14.0'],
  ['variant: fcos\nversion: 9.5\n', undefined],
])('translate %j says how the version is written', (text, hint) => {
  expect(translate(text)).toMatchObject({
    code: 'version-invalid',
    error: 'error parsing version; must be a valid semver',
  });
  expect(translate(text).hint).toBe(hint);
});
