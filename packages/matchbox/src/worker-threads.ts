/** Threads of this same program that do parts of long work; `main.ts` runs in them, too. */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { gzip } from '@matchbox/butane/node';
import { type Part, type PartResults, runPart } from './foresight/part.ts';

/** Rejects where there can be no thread, its work failed, or it was stopped. */
export function runInThread<P extends Part>(part: P, stop?: AbortSignal): Promise<PartResults[P['work']]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(process.argv[1]!, { workerData: { part } });
    stop?.addEventListener('abort', () => void worker.terminate(), { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread ended with ${code} before its work was done`)));
  });
}

/** What such a thread does. */
export async function runPartThread(): Promise<void> {
  const { part } = workerData as { readonly part: Part };
  parentPort!.postMessage(await runPart(part, gzip));
}
