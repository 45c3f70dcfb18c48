import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calledBy } from '../machines/machine.ts';
import { parseMachineQuery } from '../machines/query.ts';
import { openMemoryMachines } from '../memory-machines.ts';
import { MachinesByName } from './machines-by-name.ts';
import { StandingLists } from './standing-lists.ts';

async function open(most?: number) {
  const machines = await openMemoryMachines();
  let version = 0;
  const groups = new Map<string, string>();
  machines.groupValue = (group) => groups.get(group);
  let looks = 0;
  const byName = new MachinesByName(machines);
  const lists = new StandingLists({ machines, byName, version: () => version, ...(most !== undefined && { most }) });
  const mac = (number: number) => `52:54:00:00:00:${number.toString(16).padStart(2, '0')}`;
  return {
    machines,
    see: (number: number) => machines.recognise(new Map([['mac', mac(number)]]), '192.0.2.1')!,
    find: async (query: string) => {
      const matches = parseMachineQuery(query, machines.groupValue);
      const { found, states } = await lists.find(query, (machine) => {
        looks++;
        return matches(machine);
      });
      return { names: found.map(({ name }) => name), states: { ...states } };
    },
    /** How many machines were looked at since it was asked last. */
    looks: () => {
      const count = looks;
      looks = 0;
      return count;
    },
    setGroup: (group: string, value: string) => {
      groups.set(group, value);
      version++;
    },
  };
}

test('StandingLists finds what a look at every machine finds, whatever became of them', async () => {
  const states = ['booting', 'installed', 'stalled'] as const;
  const queries = ['', 'state:stalled', '-state:booting node', 'rack:r1', 'name:a*'];
  const step = fc.record({
    number: fc.nat(12),
    does: fc.constantFrom('see', 'name', 'group', 'state', 'forget', 'rack', 'ask', 'ask'),
    with: fc.nat(4),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { machines, see, find, setGroup } = await open();
      for (const { number, does, with: word } of steps) {
        if (does === 'ask') {
          const query = queries[word]!;
          const matches = parseMachineQuery(query, machines.groupValue);
          const all = [...machines.registry.all()].filter(matches);
          const names = all.map((each) => `${calledBy(each)}\n${each.id}`).sort();
          const counts: Record<string, number> = {};
          for (const { state } of all) counts[state] = (counts[state] ?? 0) + 1;
          expect(await find(query)).toEqual({ names: names.map((key) => key.split('\n')[0]), states: counts });
          continue;
        }
        if (does === 'rack') {
          setGroup(`node${number}`, `r${word}`);
          continue;
        }
        const machine = see(number);
        if (does === 'forget') machines.remove(machine.id);
        if (does === 'name') machines.update({ ...machine, hostname: `${'abc'[word % 3]}${word}` });
        if (does === 'group') machines.update({ ...machine, inbox: word === 0, group: `node${word}` });
        if (does === 'state') machines.update({ ...machine, state: states[word % 3]! });
      }
    }),
    { numRuns: 150 },
  );
});

test('StandingLists looks again only at machines of which something else is known', async () => {
  const { machines, see, find, looks } = await open();
  const seen = Array.from({ length: 40 }, (_, number) => see(number));
  await find('state:booting');
  expect(looks()).toBe(40);
  await find('state:booting');
  expect(looks()).toBe(0);
  for (const { id } of seen.slice(0, 3)) machines.update({ ...machines.registry.get(id)!, state: 'booting' });
  // It is the same as before.
  see(39);
  expect((await find('state:booting')).names.length).toBe(3);
  expect(looks()).toBe(3);
});

test('StandingLists: a look that has begun is followed by another for who asks meanwhile, and what changed during it is not lost', async () => {
  const { machines, see, find } = await open();
  for (let number = 0; number < 5; number++) see(number);
  const first = find('state:stalled');
  await Promise.resolve();
  const { id } = see(3);
  machines.update({ ...machines.registry.get(id)!, state: 'stalled', hostname: 'a' });
  const second = find('state:stalled');
  expect((await second).names).toEqual(['a']);
  machines.update({ ...machines.registry.get(id)!, state: 'booting' });
  expect([(await find('state:stalled')).names, (await first).names.length <= 1]).toEqual([[], true]);
});

test('StandingLists keeps so many lists, and looks at everything for one that was dropped', async () => {
  const { see, find, looks } = await open(2);
  for (let number = 0; number < 10; number++) see(number);
  for (const query of ['a', 'b', 'a', 'c', 'a']) await find(query);
  expect(looks()).toBe(30);
  await find('b');
  expect(looks()).toBe(10);
});

test('StandingLists drops a list that nobody asks for while more changes than it has, and follows nothing any more', async () => {
  const { machines, see, find, looks } = await open();
  const { id } = see(1);
  await find('');
  expect(looks()).toBe(1);
  for (let count = 0; count < 1500; count++) {
    const mac = `52:54:00:01:${(count >> 8).toString(16).padStart(2, '0')}:${(count & 255).toString(16).padStart(2, '0')}`;
    machines.recognise(new Map([['mac', mac]]), '192.0.2.2');
  }
  machines.remove(id);
  expect((await find('')).names.length).toBe(1500);
  // Each of them once, as for a query that was never asked.
  expect(looks()).toBe(1500);
});
