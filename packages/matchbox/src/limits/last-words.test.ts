import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endSocket } from './last-words.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A socket that tells what becomes of it; its client has read all when `written` is called. */
class FakeSocket extends EventEmitter {
  readonly done: string[] = [];
  written = () => {};
  setTimeout(milliseconds: number): void {
    this.done.push(`silent ${milliseconds}`);
  }
  resume(): void {
    this.done.push('resumed');
  }
  end(lastWords: string, onWritten: () => void): void {
    this.done.push(lastWords);
    this.written = onWritten;
  }
  destroy(): void {
    this.done.push('destroyed');
    this.emit('close');
  }
}

test('endSocket closes a connection soon after its last words, though the client goes on sending', () => {
  const socket = new FakeSocket();
  endSocket(socket, 'bye');
  vi.advanceTimersByTime(60_000);
  expect(socket.done).toEqual(['silent 5000', 'resumed', 'bye']);
  socket.written();
  vi.advanceTimersByTime(4_999);
  expect(socket.done).toHaveLength(3);
  vi.advanceTimersByTime(1);
  expect(socket.done.at(-1)).toBe('destroyed');
  expect(vi.getTimerCount()).toBe(0);
});

test('endSocket leaves nothing behind when the client closes', () => {
  const socket = new FakeSocket();
  endSocket(socket, 'bye');
  socket.written();
  socket.emit('close');
  expect(vi.getTimerCount()).toBe(0);
  expect(() => socket.emit('error', new Error('reset'))).not.toThrow();
});
