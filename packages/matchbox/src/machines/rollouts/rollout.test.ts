import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Member, memberStates, mergeMembers } from './rollout.ts';

const anyMember: fc.Arbitrary<Member> = fc.record({
  machine: fc.constant('m-1'),
  state: fc.constantFrom(...memberStates),
  begunAt: fc.nat(3),
  stateSince: fc.nat(3),
  reason: fc.constantFrom('', 'a', 'b'),
  boots: fc.uniqueArray(fc.constantFrom(...Array.from({ length: 12 }, (_, i) => `b-${i}`)), { maxLength: 12 }),
  failed: fc.boolean(),
  returned: fc.boolean(),
  stranger: fc.boolean(),
  turn: fc.nat(3),
});

test('mergeMembers comes to the same in any order, and to no more when it is done again', () => {
  fc.assert(
    fc.property(anyMember, anyMember, anyMember, (a, b, c) => {
      const merged = mergeMembers(a, b);
      expect(mergeMembers(b, a)).toEqual(merged);
      expect(mergeMembers(merged, b)).toEqual(merged);
      expect(mergeMembers(mergeMembers(a, b), c)).toEqual(mergeMembers(a, mergeMembers(b, c)));
    }),
  );
});

test('mergeMembers forgets no failure, and takes success for good', () => {
  const member: Member = {
    ...{ machine: 'm-1', state: 'succeeded', begunAt: 1, stateSince: 2, reason: 'it reported running', boots: ['b-1'] },
    ...{ failed: false, returned: false, stranger: false, turn: 1 },
  };
  const silent: Member = { ...member, state: 'failed', stateSince: 9, reason: 'nothing said', failed: true, boots: [] };
  expect(mergeMembers(silent, member)).toEqual({ ...member, failed: true });
});
