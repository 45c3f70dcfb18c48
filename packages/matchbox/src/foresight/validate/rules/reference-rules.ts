/** Rules about what names what: groups their profile, profiles their templates and assets. */
import {
  assetMissingRule,
  profileMissingRule,
  profileUnusedRule,
  templateMissingRule,
  templateUnusedRule,
} from '../checks/reference.ts';
import { goodGeneric, goodProfile, groupWith, profileWith, type Rule } from '../rule.ts';

export const referenceRules: readonly Rule[] = [
  {
    id: 'profile-missing',
    severity: 'error',
    title: 'A group’s profile does not exist',
    check: profileMissingRule,
    bad: ['groups/b.json', '{"id": "b", "profile": "worker", "selector": {"rack": "7"}}'],
    good: groupWith('"rack": "7"', 'b'),
  },
  {
    id: 'template-missing',
    severity: 'error',
    title: 'A profile’s template does not exist',
    check: templateMissingRule,
    bad: ['profiles/p.json', '{"id": "p", "ignition_id": "i.yml", "cloud_id": "c.yaml", "generic_id": "g"}'],
    good: goodProfile,
  },
  {
    id: 'asset-missing',
    severity: 'warning',
    title: 'A kernel or initrd below /assets/ does not exist',
    check: assetMissingRule,
    bad: profileWith('"kernel": "/assets/missing"'),
    good: profileWith('"kernel": "https://example.com/vmlinuz"'),
  },
  {
    id: 'profile-unused',
    severity: 'warning',
    title: 'No group uses a profile',
    check: profileUnusedRule,
    bad: ['profiles/spare.json', '{"id": "spare"}'],
    good: goodProfile,
  },
  {
    id: 'template-unused',
    severity: 'warning',
    title: 'No profile uses a template',
    check: templateUnusedRule,
    bad: ['generic/spare', 'text\n'],
    good: goodGeneric,
  },
];
