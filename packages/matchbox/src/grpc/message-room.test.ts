import { expect, test } from 'vitest';
import { createMessageRoom } from './message-room.ts';

test('createMessageRoom cuts off the call that is in work longest, until there is room', () => {
  const full: string[] = [];
  const cut: string[] = [];
  const room = createMessageRoom((address) => full.push(address), 100);
  const enter = (address: string) => room.enter(address, () => cut.push(address));
  const [empty, first, second, third] = [enter('a'), enter('b'), enter('c'), enter('d')];
  first.hold(40);
  second.hold(60);
  expect(cut).toEqual([]);
  third.hold(50);
  expect([cut, full]).toEqual([
    ['b', 'c'],
    ['b', 'c'],
  ]);
  // What was cut off holds nothing any more, whatever it says.
  first.hold(1000);
  empty.hold(50);
  expect(cut).toHaveLength(2);
});

test('createMessageRoom forgets what a call held once its answer waits, and all when it is over', () => {
  const cut: string[] = [];
  const room = createMessageRoom(() => {}, 100);
  for (let i = 0; i < 10; i++) {
    const call = room.enter('a', () => cut.push('a'));
    call.hold(90);
    call.answers(10);
    call.leave();
  }
  const call = room.enter('a', () => cut.push('a'));
  call.hold(100);
  expect(cut).toEqual([]);
});

test('createMessageRoom lets one call that is alone have more than there is room for', () => {
  const cut: string[] = [];
  const room = createMessageRoom(() => {}, 100);
  const enter = (address: string) => room.enter(address, () => cut.push(address));
  const large = enter('a');
  large.answers(250);
  expect(cut).toEqual([]);
  enter('b').hold(1);
  expect(cut).toEqual(['a']);
});
