/** `matchbox store`: prepares an engine that several servers share, and moves data directories in and out. */
import { randomUUID } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemMessage } from '@matchbox/gotext';
import { inSafeOrder } from '../../data/change.ts';
import { nameFault } from '../../data/file-name.ts';
import { kinds } from '../../data/kind.ts';
import { type Change, type Loaded, type Store, StoreError } from '../../data/store.ts';
import { makeFolder } from '../../disk/make-folder.ts';
import { argumentFault } from '../argument-fault.ts';
import type { Command, CommandContext } from '../command.ts';
import { sayUsageFault } from '../command-error.ts';
import { withTwoDashes } from '../data-flags.ts';

const usage = `Usage: matchbox store ACTION [flags]

Prepares a store that several servers share, and moves data in and out.

  init              make what is missing of the store (tables, a key); harmless
                    where it is there
  migrate           the same: leads a store of an older version to this one's
  status            say how far the store has come, and what is in it
  import DIR        bring the files of a data directory into the store, as one
                    change; files that are only in the store stay, and so do
                    tests, schemas and assets where they are
  export DIR        write the files of the store into a folder, which must not
                    have any of them

  -store URL        postgres://USER@HOST:PORT/DATABASE or
                    etcd://HOST:PORT,HOST:PORT/PREFIX (or MATCHBOX_STORE)
  -store-url-file F a file with the URL, so that no password is seen
  -replace          import: remove from the store what the directory has not

Exit code: 0 done; 1 it could not be; 2 wrong usage.

Examples:
  matchbox store init -store postgres://matchbox@127.0.0.1/matchbox
  matchbox store import -store-url-file /etc/matchbox/store /var/lib/matchbox
  matchbox store status -store etcd://127.0.0.1:2379/matchbox
`;

const flags = {
  store: { type: 'string' },
  'store-url-file': { type: 'string' },
  replace: { type: 'boolean' },
} as const;

export const storeCommand: Command = {
  name: 'store',
  summary: 'prepare a store that several servers share, and move data in and out',
  run: runStore,
};

const actions = ['init', 'migrate', 'status', 'import', 'export'] as const;

interface Wanted {
  readonly action: (typeof actions)[number];
  readonly directory: string;
  readonly url: string;
  readonly urlFile: string;
  readonly replace: boolean;
}

async function runStore(args: readonly string[], context: CommandContext): Promise<number> {
  if (args.some((arg) => /^--?h(elp)?$/.test(arg))) {
    context.stdout.write(usage);
    return 0;
  }
  const wanted = readArguments(args, context);
  if (typeof wanted === 'string') return sayUsageFault('matchbox store', wanted, context);
  const { stores } = context;
  if (stores === undefined) throw new TypeError('matchbox store needs access to stores');
  try {
    const url = stores.url(wanted);
    if (wanted.action === 'init' || wanted.action === 'migrate') {
      const { from, to } = await stores.migrate(url);
      context.stdout.write(
        from === to ? `the store is there already (version ${to})\n` : `made the store of version ${to}\n`,
      );
      return 0;
    }
    const store = await stores.open(url);
    try {
      return await act(wanted, store, context);
    } finally {
      await store.close();
    }
  } catch (error) {
    context.stderr.write(`matchbox store: ${systemMessage(error)}\n`);
    return 1;
  }
}

function readArguments(args: readonly string[], { env }: CommandContext): Wanted | string {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof flags; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: withTwoDashes(args), options: flags, allowPositionals: true });
  } catch (error) {
    return argumentFault(error as Error, Object.keys(flags));
  }
  const { store, 'store-url-file': storeUrlFile, replace = false } = parsed.values;
  const [word = '', directory = '', ...more] = parsed.positionals;
  const action = actions.find((each) => each === word);
  if (action === undefined)
    return `${word === '' ? 'no action' : `no action ${JSON.stringify(word)}`}: wanted one of ${actions.join(', ')}`;
  const takesDirectory = action === 'import' || action === 'export';
  if (takesDirectory !== (directory !== '') || more.length > 0)
    return takesDirectory ? `${action} wants one folder` : `${action} wants no further words`;
  const named = storeNamed(store, storeUrlFile, env);
  if (named === undefined) return 'no store: name one with -store or -store-url-file';
  return { action, directory, ...named, replace };
}

/** Flags go before variables. @returns undefined where neither names a store */
function storeNamed(
  store: string | undefined,
  storeUrlFile: string | undefined,
  env: CommandContext['env'],
): Pick<Wanted, 'url' | 'urlFile'> | undefined {
  const urlFile = storeUrlFile ?? env.MATCHBOX_STORE_URL_FILE ?? '';
  const url = store ?? (urlFile === '' ? (env.MATCHBOX_STORE ?? '') : '');
  return url === '' && urlFile === '' ? undefined : { url, urlFile };
}

async function act({ action, directory, replace }: Wanted, store: Store, context: CommandContext): Promise<number> {
  const loaded = await store.load();
  if (action === 'status') {
    context.stdout.write(
      `${store.describe('groups').replace(/\/groups$/, '')}\n  epoch     ${loaded.position.epoch}\n  revision  ${loaded.position.revision}\n`,
    );
    for (const kind of kinds)
      context.stdout.write(`  ${kind.padEnd(9)} ${loaded.files.filter((file) => file.kind === kind).length} files\n`);
    return 0;
  }
  const folder = resolve(context.workingDirectory, directory);
  return action === 'export'
    ? exportTo(folder, loaded, context)
    : importFrom(folder, { store, loaded, replace }, context);
}

async function exportTo(folder: string, { files }: Loaded, { stdout, stderr }: CommandContext): Promise<number> {
  for (const { kind, name } of files) {
    // Whoever can write to the engine's tables must not write to this machine.
    const fault = kinds.includes(kind) ? nameFault(name) : 'no such folder';
    if (fault !== undefined) {
      stderr.write(`matchbox store: nothing was written: ${JSON.stringify(`${kind}/${name}`)}: ${fault}\n`);
      return 1;
    }
  }
  for (const { kind, name, content } of files) {
    if (!(content instanceof Uint8Array)) continue;
    const path = join(folder, kind, name);
    await makeFolder(dirname(path));
    writeFileSync(path, content, { flag: 'wx' });
  }
  stdout.write(`wrote ${files.length} files\n`);
  return 0;
}

interface Import {
  readonly store: Store;
  readonly loaded: Loaded;
  readonly replace: boolean;
}

/** One change where the store's limits allow it, else several in an order that leaves no group without its profile. */
async function importFrom(
  folder: string,
  { store, loaded, replace }: Import,
  { stdout, stderr, stores }: CommandContext,
): Promise<number> {
  const source = stores!.directory(folder);
  const { files, faults } = await source.load();
  await source.close();
  const broken = [
    ...[...faults.values()].flatMap(({ code, message }) => (code === 'not_found' ? [] : [message])),
    ...files.flatMap(({ content }) => (content instanceof StoreError ? [content.message] : [])),
  ];
  if (broken.length > 0 || files.length === 0) {
    stderr.write(
      `matchbox store: nothing was changed: ${broken.length > 0 ? broken.join('; ') : `${folder} has no files of a data directory`}\n`,
    );
    return 1;
  }
  const changes = [...puts(files, loaded), ...(replace ? removals(files, loaded) : [])];
  const ordered = inSafeOrder(changes);
  for (const part of partsOf(ordered, store.limits)) await store.commit(part, randomUUID());
  stdout.write(`${files.length} files, ${changes.length} changes\n`);
  const left = leftBehind(folder);
  if (left.length > 0)
    stderr.write(
      `matchbox store: not in the store, which has what machines are answered with alone (${kinds.join(', ')}): ${left.join(', ')}\n`,
    );
  return 0;
}

/** What else is in a data directory: tests, schemas, assets. */
function leftBehind(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !kinds.some((kind) => kind === name))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
}

/** What the store has not, or has otherwise. */
function puts(files: Loaded['files'], loaded: Loaded): Change[] {
  const before = new Map(loaded.files.map((file) => [keyOf(file), file.content]));
  return files.flatMap(({ kind, name, content }) => {
    const old = before.get(keyOf({ kind, name }));
    const bytes = content as Uint8Array;
    return old instanceof Uint8Array && Buffer.compare(old, bytes) === 0 ? [] : [{ kind, name, bytes }];
  });
}

/** What only the store has. */
function removals(files: Loaded['files'], loaded: Loaded): Change[] {
  const kept = new Set(files.map(keyOf));
  return loaded.files.flatMap(({ kind, name }) =>
    kept.has(keyOf({ kind, name })) ? [] : [{ kind, name, bytes: undefined }],
  );
}

function keyOf({ kind, name }: Pick<Loaded['files'][number], 'kind' | 'name'>): string {
  return `${kind}/${name}`;
}

/** As few parts as the limits allow, in the same order. */
function partsOf(changes: readonly Change[], { filesPerCommit, bytesPerCommit }: Store['limits']): Change[][] {
  const parts: Change[][] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = change.bytes?.length ?? 0;
    const last = parts.at(-1);
    if (last === undefined || last.length === filesPerCommit || bytes + size > bytesPerCommit) {
      parts.push([change]);
      bytes = size;
    } else {
      last.push(change);
      bytes += size;
    }
  }
  return parts;
}
