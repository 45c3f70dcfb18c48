/** The store in etcd: the contract of all stores against a real server, and what that server's death does. */
import { join } from 'node:path';
import { migrateEtcd, openEtcdStore } from 'matchbox/testing';
import { afterAll, beforeAll, expect } from 'vitest';
import { describeStore } from '../../packages/matchbox/src/store/store.contract.ts';
import { type EtcdCluster, startEtcd } from './etcd-server.ts';

let etcd: EtcdCluster;
let snapshots = 0;
beforeAll(async () => {
  etcd = await startEtcd();
});
afterAll(() => etcd.close());

async function newStore(): Promise<string> {
  const url = etcd.newUrl();
  expect(await migrateEtcd(url)).toEqual({ from: 0, to: 1 });
  return url;
}

function saveSnapshot(): string {
  const path = join(etcd.folder, `snapshot-${++snapshots}`);
  etcd.ctl('snapshot', 'save', path);
  return path;
}

describeStore('openEtcdStore', {
  isShared: true,
  create: async () => {
    const url = await newStore();
    const empty = saveSnapshot();
    return {
      open: () => openEtcdStore(url),
      trim: async () => {
        const [status] = JSON.parse(etcd.ctl('endpoint', 'status', '-w', 'json')) as {
          Status: { header: { revision: number } };
        }[];
        etcd.ctl('compact', `${status!.Status.header.revision}`);
      },
      restore: () => etcd.restore(empty),
      dispose: async () => {},
    };
  },
});
