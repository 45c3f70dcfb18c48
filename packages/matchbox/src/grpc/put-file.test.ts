import { expect, test } from 'vitest';
import type { Group } from '../data/group.ts';
import { groupFile, profileFile } from './put-file.ts';

const group: Group = { id: 'g', name: '', profile: 'p', selector: new Map(), metadata: undefined };

test('groupFile accepts what is read as it was put, an address in another spelling too', () => {
  const bytes = groupFile({
    ...group,
    selector: new Map([
      ['MAC', '52-54-00-AA-BB-CC'],
      ['__proto__', ''],
    ]),
  });
  expect(JSON.parse(new TextDecoder().decode(bytes)).selector.MAC).toBe('52-54-00-AA-BB-CC');
});

test('groupFile refuses what would be read as something else', () => {
  const lone = { ...group, selector: new Map([['k', '\ud800']]) };
  expect(() => groupFile(lone)).toThrow('group "g" refused: its file would not be read as what was sent');
});

test('groupFile leaves a file that cannot be read to the catalog, which names the place', () => {
  expect(groupFile({ ...group, selector: new Map([['mac', 'none']]) }).length).toBeGreaterThan(0);
});

test('profileFile refuses what would be read as something else', () => {
  const profile = { id: 'p', name: '\udc00', boot: undefined, ignitionId: '', cloudId: '', genericId: '' };
  expect(() => profileFile(profile)).toThrow('profile "p" refused: its file would not be read as what was sent');
});
