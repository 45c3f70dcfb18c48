/** The disk of an engine fills up while replicas write: what was acknowledged stays, and all goes on when there is room again. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrateEtcd, migratePostgres, openEtcdStore, openPostgresStore } from 'matchbox/testing';
import { startEtcd } from '../etcd-server.ts';
import { startPostgres } from '../postgres-server.ts';
import { closeAll, startingAt } from './engines.ts';
import { type Figures, writeThrough } from './measure.ts';
import { hasNamespace } from './namespace.ts';
import { Replica } from './replica.ts';
import { judge, type Scenario, type Verdict } from './verdict.ts';

const obstacle = hasNamespace() ? undefined : 'needs root, mount and unshare: run it by main.ts';

/** A file system of its own, seen by this process and its children alone. */
class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'matchbox-disk-'));

  constructor(megabytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'matchbox', this.folder]);
    chmodSync(this.folder, 0o777);
  }

  /** Takes all that is left. */
  fill(): void {
    try {
      for (const bytes of [1 << 20, 1 << 12])
        for (let i = 0; ; i++) writeFileSync(join(this.folder, `ballast-${bytes}-${i}`), Buffer.alloc(bytes));
    } catch {
      execFileSync('sh', ['-c', `dd if=/dev/zero of=${this.folder}/ballast-rest bs=4k 2>/dev/null; true`]);
    }
  }

  free(): void {
    execFileSync('sh', ['-c', `rm -f ${this.folder}/ballast-*`]);
  }

  remove(): void {
    execFileSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Bars {
  /** Somebody has to be told that there is no room. */
  readonly mustRefuse: boolean;
}

function judgeFull(figures: Figures, reasons: ReadonlySet<string>, { mustRefuse }: Bars): Verdict {
  const verdict = judge(figures, { gapMs: Number.POSITIVE_INFINITY, slowestMs: 5000 });
  const told = [...reasons].map((reason) => reason.slice(0, 160));
  const silence = mustRefuse && figures.refused === 0 ? 'the disk was full and nothing was refused' : '';
  return {
    ...verdict,
    figures: `${verdict.figures}; refused for: ${told.join(' | ') || '-'}`,
    fault: [verdict.fault, silence].filter(Boolean).join('; '),
  };
}

const room = 200;

/** @param members how many of the three have no room */
function fullEtcd(members: number): Scenario {
  const run = async (_: unknown, seconds: number) => {
    const disks = Array.from({ length: members }, () => new SmallDisk(room));
    const etcd = await startEtcd({ size: 3, dataFolders: disks.map(({ folder }) => folder) });
    const url = etcd.newUrl();
    await migrateEtcd(url);
    const replicas = [0, 1, 2].map((i) => new Replica(openEtcdStore(startingAt(url, i))));
    try {
      await Promise.all(replicas.map((replica) => replica.open()));
      const figures = await writeThrough(replicas, seconds, async () => {
        for (const disk of disks) disk.fill();
        await sleep(seconds * 800);
        for (const disk of disks) disk.free();
        // One that has died for want of room is started again by whoever watches over it.
        for (const member of etcd.members) member.start();
        await etcd.untilHealthy();
      });
      return judgeFull(figures, replicas[0]!.refusals, { mustRefuse: members > 1 });
    } finally {
      await closeAll(replicas);
      await etcd.close();
      for (const disk of disks) disk.remove();
    }
  };
  const name = members === 1 ? "the disk of etcd's first member is full" : "the disks of all etcd's members are full";
  return { row: 16, name, engine: 'etcd', isShort: false, obstacle, run };
}

function fullPostgres(): Scenario {
  const run = async (_: unknown, seconds: number) => {
    const disk = new SmallDisk(room);
    const folder = join(disk.folder, 'server');
    mkdirSync(folder);
    const server = await startPostgres({ folder });
    const url = await server.createDatabase();
    await migratePostgres(url);
    const replicas = await Promise.all([0, 1, 2].map(async () => new Replica(await openPostgresStore(url)).open()));
    try {
      let readable = false;
      const figures = await writeThrough(replicas, seconds, async () => {
        disk.fill();
        await sleep(seconds * 800);
        readable = await replicas[1]!.store.load().then(
          () => true,
          () => false,
        );
        disk.free();
        await server.revive();
      });
      const verdict = judgeFull(figures, replicas[0]!.refusals, { mustRefuse: true });
      return { ...verdict, figures: `${verdict.figures}; ${readable ? 'readable' : 'not readable'} meanwhile` };
    } finally {
      await closeAll(replicas);
      await server.close();
      disk.remove();
    }
  };
  return { row: 16, name: "the server's disk is full", engine: 'postgres', isShort: false, obstacle, run };
}

export const fullDisks: readonly Scenario[] = [fullEtcd(1), fullEtcd(3), fullPostgres()];
