import { expect, test } from 'vitest';
import { openMemoryMachines } from '../memory-machines.ts';
import { MachinesByName } from './machines-by-name.ts';

async function open() {
  const machines = await openMemoryMachines();
  const byName = new MachinesByName(machines);
  const see = (number: number, hostname?: string) => {
    const machine = machines.recognise(new Map([['mac', `52:54:00:00:00:0${number}`]]), '192.0.2.1')!;
    if (hostname !== undefined) machines.update({ ...machine, hostname });
    return machine.id;
  };
  const names = async () => (await byName.inOrder()).map(({ name }) => name);
  return { machines, byName, see, names };
}

test('MachinesByName follows machines that come, go and are called otherwise', async () => {
  const { machines, see, names } = await open();
  expect(await names()).toEqual([]);
  see(2, 'node2');
  const first = see(1);
  see(3, 'node3');
  expect(await names()).toEqual(['52:54:00:00:00:01', 'node2', 'node3']);
  see(1, 'node9');
  see(2, 'a-node');
  expect(await names()).toEqual(['a-node', 'node3', 'node9']);
  machines.remove(first);
  see(4, 'node3');
  expect(await names()).toEqual(['a-node', 'node3', 'node3']);
});

test('MachinesByName sorts nothing anew while machines only do what they did before', async () => {
  const { machines, byName, see } = await open();
  const id = see(1, 'node1');
  const before = await byName.inOrder();
  see(1);
  machines.update({ ...machines.registry.get(id)!, stateReason: 'something else' });
  expect(await byName.inOrder()).toBe(before);
});

test('MachinesByName: one look serves all who wait, and none that had begun before they asked', async () => {
  const { machines, byName, see } = await open();
  let looks = 0;
  let goOn = () => {};
  machines.catchUpInTurns = () => {
    looks++;
    return new Promise((resolve) => {
      goOn = resolve;
    });
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const first = byName.inOrder();
  await turn();
  const [second, third] = [byName.inOrder(), byName.inOrder()];
  await turn();
  expect(looks).toBe(1);
  goOn();
  expect(await first).toEqual([]);
  await turn();
  expect(looks).toBe(2);
  see(1, 'node1');
  goOn();
  expect([(await second).map(({ name }) => name), (await third).map(({ name }) => name)]).toEqual([
    ['node1'],
    ['node1'],
  ]);
});
