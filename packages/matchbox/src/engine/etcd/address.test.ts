import { expect, test } from 'vitest';
import { parseEtcdUrl } from './address.ts';

test('parseEtcdUrl reads members, prefix, user and files', () => {
  expect(parseEtcdUrl('etcds://me:p%40ss@a:1,[::1]:2,c/data/centre?cacert=/ca&cert=/c&key=/k')).toEqual({
    endpoints: ['a:1', '[::1]:2', 'c:2379'],
    tls: { caFile: '/ca', certFile: '/c', keyFile: '/k' },
    user: { name: 'me', password: 'p@ss' },
    prefix: '/data/centre',
    shown: 'etcds://a:1,[::1]:2,c:2379/data/centre',
  });
});

test('parseEtcdUrl takes what the URL leaves out from the variables of etcdctl', () => {
  const env = {
    ETCDCTL_ENDPOINTS: 'https://a:1,https://b:2',
    ETCDCTL_CACERT: '/ca',
    ETCDCTL_CERT: '/c',
    ETCDCTL_KEY: '/k',
    ETCDCTL_USER: 'me:secret',
  };
  expect(parseEtcdUrl('etcd://', env)).toEqual({
    endpoints: ['a:1', 'b:2'],
    tls: { caFile: '/ca', certFile: '/c', keyFile: '/k' },
    user: { name: 'me', password: 'secret' },
    prefix: '/matchbox',
    shown: 'etcds://a:1,b:2/matchbox',
  });
  expect(parseEtcdUrl('etcd://me@127.0.0.1', { ETCDCTL_PASSWORD: 'x' }).user).toEqual({ name: 'me', password: 'x' });
  expect(parseEtcdUrl('etcd://me@localhost?password-file=/p').user).toEqual({ name: 'me', password: { file: '/p' } });
  expect(parseEtcdUrl('etcd:///').endpoints).toEqual(['127.0.0.1:2379']);
});

test.each([
  ['http://a', 'no URL: wanted etcd://HOST:PORT'],
  ['etcd://a:0/x', 'no HOST:PORT'],
  ['etcd://a:99999/x', 'no HOST:PORT'],
  ['etcd://a,,b/x', 'no HOST:PORT'],
  ['etcd://a b/x', 'no HOST:PORT'],
  ['etcd://a/x?sslmode=require', 'sslmode= is not known: wanted cacert=, cert=, key=, password-file='],
  ['etcd://a/x?cert=/c', 'cert= and key= (ETCDCTL_CERT, ETCDCTL_KEY) are given both or not at all'],
  ['etcd://u:secret@db.example.com/x', 'a password would go to db.example.com:2379 for everybody to read'],
  ['etcd://u@127.0.0.1/x', 'no password for the user "u"'],
  ['etcd://u:secret@127.0.0.1/x?password-file=/p', 'password-file= is given beside a password'],
  ['etcd://127.0.0.1/x?password-file=/p', 'password-file= is given without a user'],
  ['etcd://127.0.0.1/x//y', 'the prefix has an empty part or a control character'],
  ['etcd://127.0.0.1/%zz', 'the prefix has a % without two hexadecimal digits'],
])('parseEtcdUrl refuses %s, and shows no password', (text, message) => {
  let error: unknown;
  try {
    parseEtcdUrl(text, {});
  } catch (fault) {
    error = fault;
  }
  expect(error).toMatchObject({ code: 'denied', message: expect.stringContaining(message) });
  expect(String(error)).not.toContain('secret');
});
