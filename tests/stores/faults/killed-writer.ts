/** A process writes and is killed in the middle, its clock right or wrong: what it has said that it wrote is on the others. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { closeAll, type Engines } from './engines.ts';
import type { Replica } from './replica.ts';
import type { Scenario } from './verdict.ts';

const program = fileURLToPath(new URL('./writer.ts', import.meta.url));
const runner = fileURLToPath(new URL('../../../tools/run.js', import.meta.url));

export function killedWriter(engine: Scenario['engine']): Scenario {
  const run = async (engines: Engines, seconds: number) => {
    const { replicas, url } = await replicasOn(engine, engines);
    return judgeWriter(replicas, await writeUntilKilled([url], seconds), {});
  };
  return { row: 3, name: 'a replica is killed while it writes', engine, isShort: false, run };
}

/** The clock jumps while it writes; the one that timers go by does not, as it is on a real machine. */
export function jumpingWriter(engine: Scenario['engine'], jump: string): Scenario {
  const run = async (engines: Engines, seconds: number) => {
    const { replicas, url } = await replicasOn(engine, engines);
    const folder = mkdtempSync(join(tmpdir(), 'matchbox-clock-'));
    const file = join(folder, 'clock');
    writeFileSync(file, '+0\n');
    const env = {
      ...process.env,
      LD_PRELOAD: fakeLibrary(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    try {
      const words = [url, 'clock'];
      const lines = await writeUntilKilled(words, seconds, { env, midway: () => writeFileSync(file, `${jump}\n`) });
      return await judgeWriter(replicas, lines, { jump });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const obstacle = fakeLibrary() === undefined ? 'faketime is missing' : undefined;
  return {
    row: 15,
    name: `a replica's clock jumps by ${jump}, and it is killed`,
    engine,
    isShort: false,
    obstacle,
    run,
  };
}

/** Where Debian's package puts it. */
function fakeLibrary(): string | undefined {
  try {
    const listed = execFileSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketime.so.1'], { encoding: 'utf8' });
    return listed.trim().split('\n')[0];
  } catch {
    return undefined;
  }
}

function replicasOn(engine: Scenario['engine'], engines: Engines) {
  return engine === 'etcd' ? engines.etcdReplicas(1) : engines.postgresReplicas(1);
}

interface Surroundings {
  readonly env?: NodeJS.ProcessEnv;
  /** Called when half of the time is over. */
  readonly midway?: () => void;
}

/** @returns what it has said: half a line at the end was not said */
async function writeUntilKilled(
  words: readonly string[],
  seconds: number,
  { env, midway }: Surroundings = {},
): Promise<string[]> {
  const options = { stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'], ...(env && { env }) };
  const child = spawn(process.execPath, [runner, program, ...words], options);
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  let ended: string | undefined;
  const closed = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended ??= error.message;
      resolve();
    });
    child.once('close', (code, signal) => {
      ended ??= `ended with ${signal ?? code}`;
      resolve();
    });
  });
  while (!said.includes('\n') && ended === undefined) await sleep(20);
  await sleep(seconds * 150);
  midway?.();
  await sleep(seconds * 150);
  // One that has ended by then is waited for in vain, and has not shown what it was to show.
  if (ended !== undefined) throw new Error(`the process that writes ${ended} before it was killed`);
  child.kill('SIGKILL');
  await closed;
  return said.split('\n').slice(0, -1);
}

/** Each line is the text of a commit of two files, and where it was wanted the year, month, day and hour that the writer believed in. */
async function judgeWriter(replicas: readonly Replica[], lines: readonly string[], { jump }: { jump?: string }) {
  const [replica] = replicas;
  const acknowledged = lines.map((line) => line.split(' ')[0]!);
  const hours = new Set(lines.flatMap((line) => line.split(' ').slice(1)));
  await sleep(1000);
  const lost = acknowledged.filter((text) => !replica!.heardAt.has(text)).length;
  const torn = [...replica!.files].filter(
    ([name, text]) => name.startsWith('k') && replica!.files.get(`twin-${name}`) !== text,
  ).length;
  await closeAll(replicas);
  const faults = [
    acknowledged.length === 0 && 'nothing was written',
    lost > 0 && `${lost} acknowledged writes are lost`,
    torn > 0 && `${torn} commits are there in part`,
    jump !== undefined && hours.size < 2 && 'the clock has not jumped',
  ];
  const figures = `${acknowledged.length} acknowledged, ${lost} lost, ${torn} in part`;
  return { figures, fault: faults.filter(Boolean).join('; '), late: '' };
}
