/** Rules about which machines get which group. */

import {
  archFormRule,
  groupUnreachableRule,
  selectorCaseRule,
  selectorEmptyRule,
  selectorKeyRule,
  selectorsEqualRule,
  selectorValueRule,
  severalDefaultsRule,
  uuidFormRule,
} from '../checks/selector.ts';
import { groupWith, type Rule } from '../rule.ts';

export const selectorRules: readonly Rule[] = [
  {
    id: 'selectors-equal',
    severity: 'error',
    title: 'Two groups have equal selectors, so that one of them never wins',
    check: selectorsEqualRule,
    bad: groupWith('"mac": "52-54-00-A1-9C-AE"', 'b'),
    good: groupWith('"mac": "52:54:00:a1:9c:af"', 'b'),
  },
  {
    id: 'several-defaults',
    severity: 'error',
    title: 'More than one group has no selectors',
    check: severalDefaultsRule,
    bad: groupWith('', 'b'),
    good: groupWith('"rack": "7"', 'b'),
  },
  {
    id: 'group-unreachable',
    severity: 'warning',
    title: 'A file among the groups is none that matching reads, so that it never wins',
    check: groupUnreachableRule,
    bad: ['groups/rack7/b.json', '{"id": "rack7/b", "profile": "p", "selector": {"rack": "7"}}'],
    good: groupWith('"rack": "7"', 'b'),
  },
  {
    id: 'selector-case',
    severity: 'warning',
    title: 'Selectors of one group differ only in case',
    check: selectorCaseRule,
    bad: groupWith('"rack": "7", "Rack": "7"', 'b'),
    good: groupWith('"rack": "7"', 'b'),
  },
  {
    id: 'selector-key',
    severity: 'error',
    title: 'A selector’s key is a label of boot loaders, or `os`, misspelt or in another case, which no machine sends',
    check: selectorKeyRule,
    bad: groupWith('"UUID": "9a1c2b3d-0000-4000-8000-52540012ab34"', 'b'),
    good: groupWith('"uuid": "9a1c2b3d-0000-4000-8000-52540012ab34"', 'b'),
  },
  {
    id: 'selector-empty',
    severity: 'warning',
    title: 'A selector’s value is empty, which matches machines that do not send the label',
    check: selectorEmptyRule,
    bad: groupWith('"rack": ""', 'b'),
    good: groupWith('"rack": "7"', 'b'),
  },
  {
    id: 'selector-value',
    severity: 'warning',
    title: 'A selector’s value is like one that a URL sends and no group selects by',
    check: selectorValueRule,
    bad: groupWith('"stage": "secnd"', 'b'),
    good: groupWith('"stage": "second"', 'b'),
  },
  {
    id: 'uuid-form',
    severity: 'error',
    title: 'A selector’s UUID cannot match as written',
    check: uuidFormRule,
    bad: groupWith('"uuid": "9A1C2B3D-0000-4000-8000-52540012AB34"', 'b'),
    good: groupWith('"uuid": "9a1c2b3d-0000-4000-8000-52540012ab34"', 'b'),
  },
  {
    id: 'arch-form',
    severity: 'error',
    title: 'A selector’s architecture has another name than iPXE has for it',
    check: archFormRule,
    bad: groupWith('"arch": "amd64"', 'b'),
    good: groupWith('"arch": "x86_64"', 'b'),
  },
];
