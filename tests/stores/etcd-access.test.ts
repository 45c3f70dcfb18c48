/** Who may use the store in etcd, and what is said to those who may not: TLS, client certificates, users, rights. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { issueAuthority, issueLeaf, type KeyAndCertificate, migrateEtcd, openEtcdStore } from 'matchbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EtcdCluster, startEtcd } from './etcd-server.ts';
import { listen, put, type Store, textOf } from './listener.ts';

const folder = mkdtempSync(join(tmpdir(), 'matchbox-etcd-access-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: Store[] = [];
afterAll(async () => {
  for (const store of opened) await store.close();
});

function open(url: string): Store {
  const store = openEtcdStore(url);
  opened.push(store);
  return store;
}

/** Again while the engine of a busy machine does not answer in time. */
async function commit(store: Store, ...changes: Parameters<Store['commit']>[0]): ReturnType<Store['commit']> {
  for (const id = randomUUID(); ; ) {
    try {
      return await store.commit(changes, id);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'unavailable') throw error;
    }
  }
}

const arrives = { interval: 20 };

describe('with TLS', () => {
  let etcd: EtcdCluster;
  const file = (name: string) => join(folder, name);
  const parameters = (client: string, ca = 'ca') =>
    `cacert=${file(`${ca}.crt`)}&cert=${file(`${client}.crt`)}&key=${file(`${client}.key`)}`;

  beforeAll(async () => {
    const validity = { from: new Date(Date.now() - 3_600_000), days: 9 };
    const save = (name: string, { certificate, key }: KeyAndCertificate) => {
      writeFileSync(file(`${name}.crt`), certificate);
      writeFileSync(file(`${name}.key`), key);
    };
    const authority = await issueAuthority('Authority of the test', validity);
    save('ca', authority);
    save('other-ca', await issueAuthority('Another authority', validity));
    const client = { usage: 'client', alternativeNames: [], validity } as const;
    save('client', await issueLeaf(authority, { ...client, commonName: 'matchbox' }));
    const past = { from: new Date(Date.now() - 9 * 86_400_000), days: 3 };
    save('expired', await issueLeaf(authority, { ...client, commonName: 'matchbox', validity: past }));
    const alternativeNames = [{ type: 'ip', value: '127.0.0.1' } as const];
    save('server', await issueLeaf(authority, { usage: 'server', commonName: 'etcd', alternativeNames, validity }));
    etcd = await startEtcd({
      secure: true,
      args: [
        ...['--cert-file', file('server.crt'), '--key-file', file('server.key')],
        ...['--trusted-ca-file', file('ca.crt'), '--client-cert-auth'],
      ],
      ctlArgs: ['--cacert', file('ca.crt'), '--cert', file('client.crt'), '--key', file('client.key')],
    });
  });
  afterAll(() => etcd.close());

  test('a client with a certificate of the authority reads and writes', async () => {
    const url = `${etcd.newUrl()}?${parameters('client')}`;
    expect(await migrateEtcd(url)).toEqual({ from: 0, to: 1 });
    const store = open(url);
    const heard = await listen(store);
    await commit(store, put('a', '1'));
    await expect.poll(() => heard.lines, arrives).toEqual([expect.stringMatching(/ a=1$/)]);
    await heard.close();
  });

  test.each([
    ['another authority', () => parameters('client', 'other-ca'), 'is signed by an authority that is not in cacert='],
    ['no client certificate', () => `cacert=${file('ca.crt')}`, 'does not accept the client certificate (cert=, key=)'],
    ['an expired client certificate', () => parameters('expired'), 'does not accept the client certificate'],
  ])('%s is refused, and named with the cure', async (_, query, message) => {
    const error = await open(`${etcd.newUrl()}?${query()}`)
      .load()
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: 'denied', message: expect.stringContaining(message) });
  });

  test('etcd:// where TLS is wanted says so', async () => {
    await expect(open(etcd.newUrl().replace('etcds:', 'etcd:')).load()).rejects.toMatchObject({
      message: expect.stringContaining('does it want TLS (etcds://)?'),
    });
  });

  test('a file that is not there is named with its parameter', () => {
    expect(() => openEtcdStore(`etcds://127.0.0.1:1/x?cacert=${file('none')}`)).toThrow(
      `-store: cacert=: open ${file('none')}: no such file or directory`,
    );
  });
});

describe('with users', () => {
  let etcd: EtcdCluster;
  let url: string;
  const as = (user: string, more = '') => url.replace('etcd://', `etcd://${user}@`) + more;

  beforeAll(async () => {
    etcd = await startEtcd();
    url = etcd.newUrl();
    const prefix = `/${url.split('/').at(-1)}/`;
    await migrateEtcd(url);
    etcd.ctl('user', 'add', 'root:secret-of-root');
    etcd.ctl('role', 'add', 'root');
    etcd.ctl('user', 'grant-role', 'root', 'root');
    for (const [user, right] of [
      ['writer', 'readwrite'],
      ['reader', 'read'],
      ['stranger', undefined],
    ] as const) {
      etcd.ctl('user', 'add', `${user}:secret-of-${user}`);
      etcd.ctl('role', 'add', user);
      if (right !== undefined) etcd.ctl('role', 'grant-permission', user, '--prefix=true', right, prefix);
      etcd.ctl('user', 'grant-role', user, user);
    }
    etcd.ctl('auth', 'enable');
  });
  afterAll(() => etcd.close());

  test('who may write writes, and who may only read follows: a replica may be read-only', async () => {
    const writer = open(as('writer:secret-of-writer'));
    const reader = open(as('reader:secret-of-reader'));
    const heard = await listen(reader);
    await commit(writer, put('a', '1'));
    await expect.poll(() => heard.lines, arrives).toEqual([expect.stringMatching(/ a=1$/)]);
    expect(await reader.barrier()).toEqual(await writer.barrier());
    await expect(commit(reader, put('a', '2'))).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining("permission denied; the user's role needs the keys below the prefix"),
    });
    expect(await textOf(reader, 'a')).toBe('1');
    await heard.close();
  });

  test('etcds:// where no TLS is spoken says so', async () => {
    const error = await open(`${url.replace('etcd:', 'etcds:')}`)
      .load()
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('there is no TLS: etcd:// instead of etcds://'),
    });
  });

  test('tokens that the server has forgotten are asked for anew', async () => {
    const writer = open(as('writer:secret-of-writer'));
    const heard = await listen(writer);
    await commit(writer, put('b', '1'));
    await etcd.members[0]!.kill();
    await expect.poll(() => heard.states.at(-1), arrives).toBe('lost');
    etcd.members[0]!.start();
    await expect.poll(() => heard.states.at(-1), arrives).toBe('live');
    await commit(writer, put('b', '2'));
    await expect.poll(() => heard.lines.at(-1), arrives).toMatch(/ b=2$/);
    await heard.close();
  });

  test('a password comes from a file', async () => {
    writeFileSync(join(folder, 'password'), 'secret-of-writer\n');
    await commit(open(as('writer', `?password-file=${join(folder, 'password')}`)), put('c', '1'));
  });

  test.each([
    ['a wrong password', 'writer:secret-but-wrong', 'authentication failed'],
    ['no rights below the prefix', 'stranger:secret-of-stranger', "the user's role needs the keys below the prefix"],
    ['no user at all', '', 'this etcd wants a user'],
  ])('%s is refused, and no password is shown', async (_, user, message) => {
    const error = await open(user === '' ? url : as(user))
      .load()
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: 'denied', message: expect.stringContaining(message) });
    expect(inspect(error, { depth: 9 })).not.toContain('secret');
  });
});
