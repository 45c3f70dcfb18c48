/** Many writers and readers at once, and a server that is killed: what was acknowledged must be there, and everything whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { credentials, makeGenericClientConstructor, type ServiceError, status } from '@grpc/grpc-js';
import { errorMessage } from '../../tools/error-message.ts';
import { freePort } from '../../tools/ports.ts';
import { methodsOf } from '../conformance/grpc/client.ts';
import { makeWorkingCopy, readScenario, removeWorkingCopy } from '../conformance/http/scenario.ts';
import { type ServerProcess, startServer } from '../conformance/http/server-process.ts';
import { until } from './until.ts';

const scenario = readScenario(fileURLToPath(new URL('../../golden/matchbox/grpc-write', import.meta.url)));
const Groups = makeGenericClientConstructor(methodsOf('Groups'), 'Groups');
const connections = 8;
const groups = 20;

type GroupsClient = InstanceType<typeof Groups>;

/** A group as it is stored and sent. */
interface Group {
  readonly id: string;
  readonly profile: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly metadata: Buffer;
}

/** A server and who asks it. */
interface Session {
  readonly server: ServerProcess;
  readonly clients: readonly GroupsClient[];
  readonly data: string;
  close(): void;
}

/** Starts the program on a working copy, with clients that have a connection each. */
async function open(dir: string): Promise<Session> {
  const port = await freePort();
  const flags = (scenario.flags.flags ?? []).map((flag) => flag.replace('{rpcaddr}', `127.0.0.1:${port}`));
  const server = await startServer(dir, { ...scenario.flags, flags });
  const read = (name: string): Buffer => readFileSync(join(dir, '_fixtures/certs', name));
  const secure = credentials.createSsl(read('ca.crt'), read('client.key'), read('client.crt'));
  const clients = Array.from(
    { length: connections },
    () => new Groups(`localhost:${port}`, secure, { 'grpc.use_local_subchannel_pool': 1 }),
  );
  const close = (): void => {
    for (const client of clients) client.close();
  };
  return { server, clients, close, data: join(dir, 'data') };
}

/** What the methods answer. */
interface Answers {
  readonly GroupPut: object;
  readonly GroupGet: { readonly group: Group; readonly revision: string };
  readonly GroupList: { readonly groups: readonly Group[] };
}

function call<Method extends keyof Answers>(
  client: GroupsClient | undefined,
  method: Method,
  request: object,
): Promise<Answers[Method]> {
  return new Promise((resolve, reject) => {
    const answered = (error: ServiceError | null, response: Answers[Method]): void =>
      error ? reject(error) : resolve(response);
    client?.[method]?.(request, { deadline: Date.now() + 600_000 }, answered);
  });
}

const groupOf = (id: string, count: number): Group => ({
  id,
  profile: 'soil',
  selector: { load: id },
  metadata: Buffer.from(JSON.stringify({ count, again: count, padding: 'x'.repeat(2000) })),
});

const countIn = (text: string, where: string): number => {
  const { count, again } = JSON.parse(text);
  if (count !== again) throw new Error(`torn ${where}: ${count} and ${again}`);
  return count;
};

export interface LoadOptions {
  readonly writers: number;
  readonly readers: number;
  readonly ms: number;
  /** It goes on until there were so many, on a machine that has more to do. */
  readonly leastWrites?: number;
}

export interface LoadTotal {
  writes: number;
  refused: number;
  reads: number;
  filesRead: number;
  readonly faults: string[];
}

/**
 * Writers add one to a counter in one of a few groups, each only if nobody else did meanwhile (expected_revision); readers get
 * and list; one more looks at the files. At the end every counter must be the number of acknowledged additions.
 */
export async function runWritersAndReaders({ writers, readers, ms, leastWrites = 0 }: LoadOptions): Promise<LoadTotal> {
  const dir = makeWorkingCopy(scenario);
  const { server, clients, close, data } = await open(dir);
  const total: LoadTotal = { writes: 0, refused: 0, reads: 0, filesRead: 0, faults: [] };
  const added = new Map<string, number>();
  const end = Date.now() + ms;
  // A machine that has more to do than this test gets the time that it needs.
  const latest = end + 60_000;
  const goesOn = (): boolean => Date.now() < end || (total.writes < leastWrites && Date.now() < latest);
  const ids = Array.from({ length: groups }, (_, index) => `load-${index}`);
  for (const id of ids) await call(clients[0], 'GroupPut', { group: groupOf(id, 0) });
  const guarded = (work: (index: number) => Promise<void>) => async (_: unknown, index: number) => {
    while (goesOn() && total.faults.length < 10) {
      try {
        await work(index);
      } catch (error) {
        total.faults.push(errorMessage(error));
      }
    }
  };
  let next = 0;
  const pick = (): string => ids[next++ % ids.length]!;
  const write = guarded(async (index) => {
    const client = clients[index % connections];
    const id = pick();
    const { group, revision } = await call(client, 'GroupGet', { id });
    const count = countIn(group.metadata.toString(), `answer for ${id}`);
    try {
      await call(client, 'GroupPut', { group: groupOf(id, count + 1), expected_revision: revision });
      added.set(id, (added.get(id) ?? 0) + 1);
      total.writes++;
    } catch (error) {
      if ((error as ServiceError).code !== status.ABORTED) throw error;
      total.refused++;
    }
  });
  const read = guarded(async (index) => {
    const client = clients[index % connections];
    if (index % 10 === 0) {
      const list = await call(client, 'GroupList', {});
      const ours = list.groups.filter(({ id }) => id?.startsWith('load-'));
      if (ours.length !== groups) throw new Error(`a list has ${ours.length} of ${groups} groups`);
      for (const { id, metadata } of ours) countIn(metadata.toString(), `list at ${id}`);
    } else countIn((await call(client, 'GroupGet', { id: pick() })).group.metadata.toString(), 'answer');
    total.reads++;
  });
  const look = guarded(async () => {
    for (const id of ids) countIn(JSON.stringify(readWhole(data, id)), `file ${id}`);
    total.filesRead += ids.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
  try {
    await Promise.all([
      ...Array.from({ length: writers }, write),
      ...Array.from({ length: readers }, read),
      look(undefined, 0),
    ]);
    for (const id of ids) {
      const { count } = readWhole(data, id);
      if (count !== (added.get(id) ?? 0))
        total.faults.push(`${id}: ${added.get(id)} additions acknowledged, ${count} in the file`);
    }
    return total;
  } finally {
    close();
    await server.stop();
    removeWorkingCopy(dir);
  }
}

function readWhole(data: string, id: string): { readonly count: number; readonly again: number } {
  return JSON.parse(readFileSync(join(data, 'groups', `${id}.json`), 'utf8')).metadata;
}

export interface KillTotal {
  kills: number;
  acknowledged: number;
  /** Half-written files that were left. */
  leftovers: number;
  readonly faults: string[];
}

/** Kills the server in the middle of writes, starts it again on the same data, and looks for what was acknowledged. */
export async function runKills({
  kills,
  writers,
}: {
  readonly kills: number;
  readonly writers: number;
}): Promise<KillTotal> {
  const dir = makeWorkingCopy(scenario);
  const total: KillTotal = { kills: 0, acknowledged: 0, leftovers: 0, faults: [] };
  const acknowledged = new Map<string, number>();
  try {
    for (let round = 0; round < kills; round++) {
      const session = await open(dir);
      await check(session, acknowledged, total);
      let alive = true;
      const work = async (_: unknown, index: number): Promise<void> => {
        const id = `kill-${index}`;
        const client = session.clients[index % connections];
        while (alive) {
          const count = (acknowledged.get(id) ?? 0) + 1;
          // A put without an answer may have been carried out: the next one writes the same again.
          const done = await call(client, 'GroupPut', { group: groupOf(id, count) }).then(
            () => true,
            () => false,
          );
          if (!done) return;
          acknowledged.set(id, count);
          total.acknowledged++;
        }
      };
      const before = total.acknowledged;
      const writing = Promise.all(Array.from({ length: writers }, work));
      await until(() => total.acknowledged > before, 'the first write is acknowledged');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
      process.kill(session.server.pid, 'SIGKILL');
      alive = false;
      session.close();
      await writing;
      await session.server.stop();
      total.kills++;
    }
    const session = await open(dir);
    await check(session, acknowledged, total);
    session.close();
    await session.server.stop();
    total.leftovers = readdirSync(join(dir, 'data/groups')).filter((name) => name.endsWith('tmp')).length;
    return total;
  } finally {
    removeWorkingCopy(dir);
  }
}

/** Every acknowledged count, or the one after it that was under way, in the answer of the new server and in the file. */
async function check(
  { clients, data }: Session,
  acknowledged: ReadonlyMap<string, number>,
  total: KillTotal,
): Promise<void> {
  for (const [id, count] of acknowledged) {
    try {
      const { group } = await call(clients[0], 'GroupGet', { id });
      const answered = countIn(group.metadata.toString(), `answer for ${id}`);
      const stored = countIn(JSON.stringify(readWhole(data, id)), `file ${id}`);
      if (answered !== stored || (stored !== count && stored !== count + 1)) {
        total.faults.push(`${id}: ${count} was acknowledged, ${stored} is in the file, ${answered} was answered`);
      }
    } catch (error) {
      total.faults.push(`${id}: ${errorMessage(error)}`);
    }
  }
}
