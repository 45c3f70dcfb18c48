/** Rules about single files: can they be read, and are their fields right? */
import { duplicateKeyRule, faultRule, idMismatchRule, unknownFieldRule } from '../checks/file.ts';
import { testFileRule } from '../checks/test-file.ts';
import { goodGroup, goodProfile, groupWith, type Rule } from '../rule.ts';

export const fileRules: readonly Rule[] = [
  {
    id: 'unreadable',
    severity: 'error',
    title: 'A file cannot be read: no permission, a link to nowhere, a device',
    check: faultRule('unreadable'),
    bad: ['groups/b.json', '(a link to a file that is not there)'],
    good: goodGroup,
  },
  {
    id: 'json-syntax',
    severity: 'error',
    title: 'A group or profile is not JSON',
    check: faultRule('json-syntax'),
    bad: ['groups/b.json', '{"id": "b",}'],
    good: goodGroup,
  },
  {
    id: 'field-type',
    severity: 'error',
    title: 'A field has a value of another type',
    check: faultRule('field-type'),
    bad: ['groups/b.json', '{"id": "b", "profile": "p", "selector": {"rack": 7}}'],
    good: groupWith('"rack": "7"', 'b'),
  },
  {
    id: 'id-missing',
    severity: 'error',
    title: 'A profile has no id',
    check: faultRule('id-missing'),
    bad: ['profiles/q.json', '{"name": "q"}'],
    good: goodProfile,
  },
  {
    id: 'mac-invalid',
    severity: 'error',
    title: 'A selector’s MAC address is none',
    check: faultRule('mac-invalid'),
    bad: groupWith('"mac": "52:54:00:a1:9c"', 'b'),
    good: goodGroup,
  },
  {
    id: 'unknown-field',
    severity: 'error',
    title: 'A field does not exist, so that it is ignored',
    check: unknownFieldRule,
    bad: ['groups/b.json', '{"id": "b", "profile": "p", "selectors": {"rack": "7"}, "metadata": {"disk": "sda"}}'],
    good: groupWith('"rack": "7"', 'b'),
  },
  {
    id: 'duplicate-key',
    severity: 'warning',
    title: 'A key is given twice in one object',
    check: duplicateKeyRule,
    bad: groupWith('"rack": "7", "rack": "8"', 'b'),
    good: groupWith('"rack": "7", "row": "8"', 'b'),
  },
  {
    id: 'id-mismatch',
    severity: 'warning',
    title: 'An id differs from the file’s name',
    check: idMismatchRule,
    bad: ['groups/b.json', '{"id": "c", "profile": "p", "selector": {"rack": "7"}, "metadata": {"disk": "sda"}}'],
    good: groupWith('"rack": "7"', 'b'),
  },
  {
    id: 'test-file',
    severity: 'error',
    title: 'A file of `tests/` cannot be read, or has a key that does not exist',
    check: testFileRule,
    bad: ['tests/a.yaml', 'tests:\n  - name: the machine\n    lables: {mac: 52:54:00:a1:9c:ae}\n    group: a\n'],
    good: ['tests/a.yaml', 'tests:\n  - name: the machine\n    labels: {mac: 52:54:00:a1:9c:ae}\n    group: a\n'],
  },
];
