import { expect, test } from 'vitest';
import { InheritedSocketsError, takeInheritedSockets } from './inherited-sockets.ts';

const take = (env: Record<string, string | undefined>, isSocket = (_: number) => true) =>
  takeInheritedSockets(env, 77, isSocket);

test('takeInheritedSockets gives descriptors by name, from 3 on', () => {
  const sockets = take({ LISTEN_PID: '77', LISTEN_FDS: '3', LISTEN_FDNAMES: 'grpc:http:https' });
  expect([sockets.one('http'), sockets.one('https'), sockets.one('grpc'), sockets.one('admin')]).toEqual([
    4,
    5,
    3,
    undefined,
  ]);
});

test('takeInheritedSockets takes the variables away, also those that are for another process', () => {
  const env = { LISTEN_PID: '77', LISTEN_FDS: '1', LISTEN_FDNAMES: 'http', LISTEN_PIDFDID: '9', HOME: '/' };
  take(env);
  expect(env).toEqual({ HOME: '/' });
  const others = { LISTEN_PID: '76', LISTEN_FDS: '1', LISTEN_FDNAMES: 'http' };
  expect(take(others).one('http')).toBeUndefined();
  expect(others).toEqual({});
});

test.each([undefined, '', 'unknown'])('a single socket with the names %j is the one of machines', (LISTEN_FDNAMES) => {
  expect(take({ LISTEN_PID: '77', LISTEN_FDS: '1', LISTEN_FDNAMES }).one('http')).toBe(3);
});

test.each([
  [
    { LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:web' },
    'LISTEN_FDNAMES: found "web", wanted FileDescriptorName= of each to be one of http, https, grpc, admin',
  ],
  [{ LISTEN_FDS: '1', LISTEN_FDNAMES: 'matchbox.socket' }, 'found "matchbox.socket"'],
  [{ LISTEN_FDS: '2' }, 'LISTEN_FDNAMES: found 0 names for 2 sockets'],
  [{ LISTEN_FDS: '2', LISTEN_FDNAMES: 'http' }, 'LISTEN_FDNAMES: found 1 names for 2 sockets'],
  [
    { LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:http' },
    'LISTEN_FDNAMES: found several sockets of the name http, wanted one',
  ],
  [{ LISTEN_FDS: 'x' }, 'LISTEN_FDS: found "x", wanted a number of sockets'],
  [{ LISTEN_FDS: '-1' }, 'LISTEN_FDS: found "-1"'],
  [{ LISTEN_FDS: '100000' }, 'LISTEN_FDS: found "100000"'],
])('%j is refused: %s', (env, message) => {
  expect(() => take({ LISTEN_PID: '77', ...env })).toThrow(InheritedSocketsError);
  expect(() => take({ LISTEN_PID: '77', ...env })).toThrow(message);
});

test('a descriptor that is no socket is refused', () => {
  const env = { LISTEN_PID: '77', LISTEN_FDS: '2', LISTEN_FDNAMES: 'http:grpc' };
  expect(() => take(env, (descriptor) => descriptor !== 4)).toThrow('file descriptor 4 (grpc) is no socket');
});
