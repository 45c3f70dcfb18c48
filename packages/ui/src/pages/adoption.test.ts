import { expect, test } from 'vitest';
import { adoptionDraft, metadataOf, wantedKeys } from './adoption.ts';

test('metadataOf puts fields that are filled beside the free text, and reads JSON in them', () => {
  expect(metadataOf({ name: 'node1', ntp: '', disks: '["sda"]' }, '{"rack":"a1"}')).toBe(
    '{"rack":"a1","name":"node1","disks":["sda"]}',
  );
});

test('metadataOf leaves the free text alone where no field is filled', () => {
  expect([metadataOf({ ntp: ' ' }, ''), metadataOf({}, '{"a":')]).toEqual(['', '{"a":']);
});

test('metadataOf refuses what is no object', () => {
  expect(() => metadataOf({ ntp: 'x' }, '[1]')).toThrow('a JSON object is wanted');
  expect(() => metadataOf({ disks: '["sda"' }, '')).toThrow(SyntaxError);
});

test('wantedKeys leaves out what machines send', () => {
  expect(wantedKeys([{ name: 'ntp' }, { name: 'request.query.serial' }])).toEqual(['ntp']);
});

test('adoptionDraft is the group that would be written', () => {
  const { kind, name, content } = adoptionDraft(
    { macs: ['52:54:00:00:00:01'], uuids: [] },
    { group: 'node1', profile: 'worker', selectBy: 'mac', metadataJson: '{"ntp":"x"}' },
  );
  expect([kind, name, JSON.parse(new TextDecoder().decode(content))]).toEqual([
    'groups',
    'node1',
    { id: 'node1', name: 'node1', profile: 'worker', selector: { mac: '52:54:00:00:00:01' }, metadata: { ntp: 'x' } },
  ]);
});
