/** Judges a server during an attack and after it: probes answered, machines answered rightly, everything given back. */
import { get } from 'node:http';
import { script, type Target } from './target.ts';

export interface Judgement {
  /** The longest that `/healthz` took, in milliseconds. */
  readonly worstMs: number;
  /** The same of a bare server at the same time. */
  readonly controlMs: number;
  /** What a machine was answered, and should not have been. */
  readonly wrong: readonly string[];
  /** Bytes of memory beyond what it was at the start, once it had time to calm down. */
  readonly moreMemory: number;
  readonly moreDescriptors: number;
}

const probeMs = 100;
/** What the server may take to give everything back. */
const calmTries = 2400;
const mebibyte = 1024 * 1024;

export async function attack(target: Target, work: () => Promise<void>): Promise<Judgement> {
  await ask(target.port, '/healthz');
  await ask(target.port, '/ipxe?mac=52-54-00-a1-9c-ae');
  const before = { memory: target.memory(), descriptors: target.descriptors() };
  const wrong: string[] = [];
  let [worstMs, controlMs] = [0, 0];
  let over = false;
  const watch = async () => {
    while (!over) {
      const [healthz, control, machine] = await Promise.all([
        ask(target.port, '/healthz'),
        ask(target.controlPort, '/'),
        ask(target.port, '/ipxe?mac=52-54-00-a1-9c-ae'),
      ]);
      worstMs = Math.max(worstMs, healthz.ms);
      controlMs = Math.max(controlMs, control.ms);
      if (healthz.body !== 'ok\n') wrong.push(`/healthz: ${healthz.status} ${healthz.body}`);
      if (machine.body !== script) wrong.push(`/ipxe: ${machine.status} ${machine.body}`);
      await new Promise((resolve) => setTimeout(resolve, probeMs));
    }
  };
  const watching = watch();
  await work();
  over = true;
  await watching;
  for (let tries = 0; tries < calmTries; tries++) {
    if (target.descriptors() <= before.descriptors && target.memory() < before.memory + 200 * mebibyte) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    worstMs,
    controlMs,
    wrong,
    moreMemory: Math.max(target.memory() - before.memory, 0),
    moreDescriptors: Math.max(target.descriptors() - before.descriptors, 0),
  };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** Asks on a connection of its own. A failure is an answer with status 0. */
export function ask(port: number, path: string): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve) => {
    const fail = ({ message }: Error) => resolve({ status: 0, body: message, ms: performance.now() - started });
    get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, body, ms: performance.now() - started }));
      response.on('error', fail);
    }).on('error', fail);
  });
}

/** What is wrong with it, in words; empty when the server held. */
export function complaints({ worstMs, controlMs, wrong, moreMemory, moreDescriptors }: Judgement): string[] {
  const found = [...new Set(wrong)].slice(0, 5);
  // On a busy machine one of the two may wait alone, for a second or two.
  if (worstMs > controlMs + 5000) found.push(`/healthz took ${worstMs} ms where a bare server took ${controlMs} ms`);
  if (moreMemory > 256 * mebibyte) found.push(`${Math.round(moreMemory / mebibyte)} MiB more than before`);
  // A probe's connection may be there still.
  if (moreDescriptors > 3) found.push(`${moreDescriptors} descriptors more than before`);
  return found;
}
