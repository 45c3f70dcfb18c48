/** Seeds faults into a copy of the examples, and says where `matchbox validate` has to find them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzip } from '@matchbox/butane/node';
import { openCatalog } from '../../data/catalog.ts';
import { kinds } from '../../data/kind.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { validate } from './validate.ts';

const examples = fileURLToPath(new URL('../../../../../examples', import.meta.url));

type Content = string | Uint8Array;
/** By path: `groups/node1.json`. */
export type Files = Map<string, Content>;
/** Changes the files; throws where there is nothing to change. */
export type Edit = (files: Files) => void;

export interface Seed {
  readonly edits: readonly Edit[];
  readonly finds: readonly Expected[];
}

/** What has to be found: the rule, the file, and text of the file that is there once, with ¦ at the place. */
export type Expected = readonly [rule: string, file: string, at: string];

export function replace(file: string, from: string, to: string): Edit {
  return (files) => {
    const text = files.get(file);
    if (typeof text !== 'string' || !text.includes(from)) throw new Error(`${file} has no ${from}`);
    files.set(
      file,
      text.replace(from, () => to),
    );
  };
}

/** A new file, or another content. */
export function write(file: string, content: Content): Edit {
  return (files) => files.set(file, content);
}

export function rename(file: string, to: string): Edit {
  return (files) => {
    const content = files.get(file);
    if (content === undefined) throw new Error(`there is no ${file}`);
    files.delete(file);
    files.set(to, content);
  };
}

export function remove(file: string): Edit {
  return (files) => {
    if (!files.delete(file)) throw new Error(`there is no ${file}`);
  };
}

/** Passes a file through a function, as one that changes its line ends. */
export function convert(file: string, change: (text: string) => Content): Edit {
  return (files) => {
    const text = files.get(file);
    if (typeof text !== 'string') throw new Error(`there is no ${file}`);
    files.set(file, change(text));
  };
}

const originals: Files = new Map(
  kinds.flatMap((kind) =>
    readdirSync(join(examples, kind)).map((name) => [
      `${kind}/${name}`,
      readFileSync(join(examples, kind, name), 'utf8'),
    ]),
  ),
);

export function seeded(edits: readonly Edit[]): Files {
  const files = new Map(originals);
  for (const edit of edits) edit(files);
  return files;
}

/** `rule file:line:column` for each finding that somebody has to mend, sorted. */
export async function findIn(files: Files): Promise<string[]> {
  const findings = await messagesIn(files);
  // The examples have the host of the documentation, which is a note.
  return findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ rule, file, line, column }) => `${rule} ${file}:${line}:${column}`)
    .sort();
}

export async function messagesIn(files: Files) {
  const data = [...files].filter(([file]) => !/^(?:assets|tests)\//.test(file));
  const testFiles = [...files].flatMap(([file, text]) =>
    file.startsWith('tests/') ? { file, text: String(text) } : [],
  );
  const { snapshot } = await openCatalog(openMemoryStore(Object.fromEntries(data)), { watch: false });
  return validate(snapshot, { gzip, testFiles, assetExists: (path) => files.has(path.slice(1)) });
}

/** As `findIn` writes them. */
export function expectedIn(files: Files, finds: readonly Expected[]): string[] {
  return finds.map(([rule, file, at]) => `${rule} ${file}:${placeOf(files, file, at)}`).sort();
}

function placeOf(files: Files, file: string, at: string): string {
  const content = files.get(file);
  const text = typeof content === 'string' ? content : new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
  const [before = '', after] = at.split('¦');
  const start = text.indexOf(before + (after ?? ''));
  const again = at === '¦' ? -1 : text.indexOf(before + after, start + 1);
  if (after === undefined || start < 0 || again >= 0) {
    throw new Error(`${file} has to have ${JSON.stringify(at)} once`);
  }
  const lines = text.slice(0, start + before.length).split('\n');
  return `${lines.length}:${Array.from(lines.at(-1)!).length + 1}`;
}

/** Files that a fault changes, and those in which it is found. */
export function touchedBy({ edits, finds }: Seed): string[] {
  const files = seeded(edits);
  const changed = [...files].filter(([file, content]) => originals.get(file) !== content).map(([file]) => file);
  const gone = [...originals.keys()].filter((file) => !files.has(file));
  return [...new Set([...changed, ...gone, ...finds.map(([, file]) => file)])];
}
