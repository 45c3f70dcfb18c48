/**
 * A replica of the soak: a catalog on the store of a URL that writes groups of its own, and says in JSON lines what it does and has.
 * Ends, with what it has in the end, when its input does.
 */
import { createHash } from 'node:crypto';
import { openCatalog } from 'matchbox';
import { storeAccess } from 'matchbox/testing';

/** What a replica says. Revisions are those of contents. */
export type SoakLine =
  | { readonly is: 'state'; readonly position: string; readonly hash: string }
  | { readonly is: 'attempt' | 'made' | 'unknown' | 'refused'; readonly name: string; readonly revision: string }
  | { readonly is: 'heap'; readonly bytes: number }
  | { readonly is: 'end'; readonly position: string; readonly files: Readonly<Record<string, string>> };

const [url = '', owner = '', everyMs = '300'] = process.argv.slice(2);
const namesEach = 17;
const heapEveryMs = 2000;
const say = (line: SoakLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
const catalog = await openCatalog(await storeAccess.open(url));
const positionOf = () => `${catalog.position.epoch}/${catalog.position.revision}`;
const filesOf = () =>
  Object.fromEntries(
    [0, 1, 2].flatMap((each) =>
      Array.from({ length: namesEach }, (_, i) => {
        const name = `soak-${each}-${i}.json`;
        return [name, catalog.snapshot.file('groups', name)?.revision ?? ''];
      }),
    ),
  );
const hash = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');
catalog.onChange(() => say({ is: 'state', position: positionOf(), hash: hash(JSON.stringify(filesOf())) }));

let isOver = false;
let number = 0;
async function write(): Promise<void> {
  const i = number++;
  const name = `soak-${owner}-${i % namesEach}.json`;
  const bytes = new TextEncoder().encode(JSON.stringify({ id: name.slice(0, -5), profile: 'p', metadata: { i } }));
  const revision = hash(bytes);
  say({ is: 'attempt', name, revision });
  try {
    await catalog.put('groups', name, bytes);
    say({ is: 'made', name, revision });
  } catch (error) {
    say({ is: (error as { code?: string }).code === 'unknown_outcome' ? 'unknown' : 'refused', name, revision });
  }
}
const writing = (async () => {
  while (!isOver) {
    await write();
    await new Promise((resolve) => setTimeout(resolve, Number(everyMs)));
  }
})();
const timer = setInterval(() => {
  globalThis.gc?.();
  say({ is: 'heap', bytes: process.memoryUsage().heapUsed });
}, heapEveryMs);
process.stdin.resume().once('end', () => void end());

async function end(): Promise<void> {
  isOver = true;
  await writing;
  // What others have written is to come.
  await catalog.refresh();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  clearInterval(timer);
  say({ is: 'end', position: positionOf(), files: filesOf() });
  await catalog.close();
  process.exit();
}
