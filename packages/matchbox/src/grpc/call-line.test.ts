import { expect, test } from 'vitest';
import { createCallLine } from './call-line.ts';

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

test('createCallLine begins a call a turn, connections in turn, and a few of each at a time', async () => {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const line = createCallLine({ mostOfConnection: 2 });
  const take = (connection: object, name: string, isOver = () => false) =>
    line.take(
      connection,
      () => {
        begun.push(name);
        return new Promise((resolve) => ends.push(resolve));
      },
      isOver,
    );
  const [a, b] = [{}, {}];
  for (let i = 1; i <= 4; i++) take(a, `a${i}`);
  take(b, 'b1');
  await turns(1);
  expect(begun).toEqual(['a1']);
  await turns(10);
  expect(begun).toEqual(['a1', 'b1', 'a2']);
  ends[0]!();
  await turns(10);
  expect(begun).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test('createCallLine never begins what was taken back before its turn', async () => {
  const begun: number[] = [];
  const line = createCallLine();
  for (let i = 0; i < 100; i++)
    line.take(
      line,
      async () => void begun.push(i),
      () => i !== 99,
    );
  await turns(3);
  expect(begun).toEqual([99]);
});

test('createCallLine begins no call before its turn among all that is done', async () => {
  const begun: number[] = [];
  let goOn = () => {};
  const line = createCallLine({ turn: () => new Promise((resolve) => (goOn = resolve)) });
  const take = (i: number) =>
    line.take(
      line,
      async () => void begun.push(i),
      () => false,
    );
  take(1);
  take(2);
  await turns(3);
  expect(begun).toEqual([]);
  goOn();
  await turns(3);
  expect(begun).toEqual([1]);
  goOn();
  await turns(3);
  expect(begun).toEqual([1, 2]);
});
