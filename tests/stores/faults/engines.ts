/** The engines that are mistreated, started when they are first asked for, and replicas on them. */
import { migrateEtcd, migratePostgres, openEtcdStore, openPostgresStore } from 'matchbox/testing';
import { type EtcdCluster, startEtcd } from '../etcd-server.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { hasNamespace } from './namespace.ts';
import { Replica } from './replica.ts';

export class Engines {
  #etcd: Promise<EtcdCluster> | undefined;
  #postgres: Promise<PostgresServer> | undefined;

  etcd(): Promise<EtcdCluster> {
    this.#etcd ??= startEtcd({ size: 3, isPartable: hasNamespace() });
    return this.#etcd;
  }

  postgres(): Promise<PostgresServer> {
    this.#postgres ??= startPostgres();
    return this.#postgres;
  }

  async etcdReplicas(count: number): Promise<{ readonly replicas: Replica[]; readonly url: string }> {
    const url = (await this.etcd()).newUrl();
    await migrateEtcd(url);
    const opening = Array.from({ length: count }, (_, i) => new Replica(openEtcdStore(startingAt(url, i))).open());
    return { replicas: await Promise.all(opening), url };
  }

  async postgresReplicas(count: number): Promise<{ readonly replicas: Replica[]; readonly url: string }> {
    const url = await (await this.postgres()).createDatabase();
    await migratePostgres(url);
    const opening = Array.from({ length: count }, async () => new Replica(await openPostgresStore(url)).open());
    return { replicas: await Promise.all(opening), url };
  }

  async close(): Promise<void> {
    await (await this.#etcd)?.close();
    await (await this.#postgres)?.close();
  }
}

/** The same cluster, another member first: replicas do not all hang on one. */
export function startingAt(url: string, index: number): string {
  return url.replace(/\/\/([^/]*)/, (_, hosts: string) => {
    const list = hosts.split(',');
    return `//${[...list.slice(index % list.length), ...list.slice(0, index % list.length)].join()}`;
  });
}

export async function closeAll(replicas: readonly Replica[]): Promise<void> {
  await Promise.all(replicas.map((replica) => replica.close()));
}
