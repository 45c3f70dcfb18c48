/**
 * Open pages without their browsers, which would take the processor that the server is measured on: for each the stream of changes, and
 * the list asked anew as the page asks while something happens. At the lowest priority; ends with its parent.
 * watchers.ts URL COOKIE PAGES
 */
import { request } from 'node:http';
import { setPriority } from 'node:os';

const [url = '', cookie = '', pages = '20'] = process.argv.slice(2);
/** As in `packages/ui/src/live/machine-window.ts` and `pace.ts`. */
const refreshMs = 3000;
setPriority(19);

function call(method: string, type: string, body: Buffer, onBytes: (bytes: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      Origin: new URL(url).origin,
      Cookie: cookie,
      'Content-Type': type,
      'Content-Length': body.length,
    };
    const asked = request(new URL(`/rpcpb.Machines/${method}`, url), { method: 'POST', headers }, (response) => {
      response.on('data', (chunk: Buffer) => onBytes(chunk.length));
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const read = { stream: 0, lists: 0 };
/** Two hundred rows, `brief`: a message whose field 2 is 200, and field 5 true. */
const listRequest = Buffer.from([0x10, 0xc8, 1, 0x28, 1]);
/** Connect's envelope of a message whose field 2, `batched`, is true. */
const everything = Buffer.from([0, 0, 0, 0, 2, 0x10, 1]);

for (let page = 0; page < Number(pages); page++) {
  void call('MachineWatch', 'application/connect+proto', everything, (bytes) => {
    read.stream += bytes;
  });
  setTimeout(() => void list(), (page * refreshMs) / Number(pages));
}

/** Again and again; less often where answers take long. */
async function list(): Promise<void> {
  const begunMs = performance.now();
  await call('MachineList', 'application/proto', listRequest, (bytes) => {
    read.lists += bytes;
  });
  setTimeout(() => void list(), Math.max(refreshMs, 15 * (performance.now() - begunMs)));
}

process.on('message', () => process.send?.(read));
process.on('disconnect', () => process.exit(0));
process.send?.('open');
