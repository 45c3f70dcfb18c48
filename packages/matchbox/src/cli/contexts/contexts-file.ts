/** The contexts file of `bootcmd`: servers by name, each with its addresses and certificates, and which of them is meant. */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errnoOf, systemMessage } from '@matchbox/gotext';
import { makeFolder } from '../../disk/make-folder.ts';

/** A server as a client reaches it. */
export interface Context {
  /** `host:port` */
  readonly endpoints: readonly string[];
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Contexts {
  /** The one that is meant unless another is asked for. */
  readonly current: string | undefined;
  readonly byName: ReadonlyMap<string, Context>;
}

/** The message names the file. */
export class ContextsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ContextsError';
  }
}

type Env = Readonly<Record<string, string | undefined>>;

/** `BOOTCMD_CONFIG`, or `matchbox/contexts.json` where configuration is (XDG); undefined without a home. */
export function contextsPath(env: Env): string | undefined {
  if (env.BOOTCMD_CONFIG) return env.BOOTCMD_CONFIG;
  const folder = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, '.config') : undefined);
  return folder && join(folder, 'matchbox', 'contexts.json');
}

/** Names of a file that is not there: none. Paths in it are relative to it. @throws ContextsError */
export function readContexts(path: string): Contexts {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { current: undefined, byName: new Map() };
    throw new ContextsError(`open ${path}: ${systemMessage(error)}`, { cause: error });
  }
  return parseContexts(text, path);
}

/** Adds or replaces one, and makes it the current one. @throws ContextsError */
export async function writeContext(path: string, name: string, context: Context): Promise<void> {
  const { byName } = readContexts(path);
  await writeContexts(path, { current: name, byName: new Map([...byName, [name, context]]) });
}

/** In one step, and for the owner's eyes. @throws ContextsError */
export async function writeContexts(path: string, { current, byName }: Contexts): Promise<void> {
  const contexts = [...byName].map(([name, { endpoints, caFile, certFile, keyFile }]) => [
    name,
    { endpoints, ca_file: caFile, cert_file: certFile, key_file: keyFile },
  ]);
  const text = `${JSON.stringify({ current, contexts: Object.fromEntries(contexts) }, null, 2)}\n`;
  const temporary = `${path}.${randomUUID()}`;
  try {
    await makeFolder(dirname(path), 0o700);
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new ContextsError(`write ${path}: ${systemMessage(error)}`, { cause: error });
  }
}

function parseContexts(text: string, path: string): Contexts {
  const fail = (what: string) =>
    new ContextsError(
      `${path}: ${what}; wanted {"current": NAME, "contexts": {NAME: {"endpoints": ["HOST:PORT"], …}}}`,
    );
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw fail((error as Error).message);
  }
  if (!isRecord(file) || !isRecord(file.contexts)) throw fail('found no contexts');
  if (file.current !== undefined && typeof file.current !== 'string') throw fail('"current" is no name');
  const byName = new Map<string, Context>();
  for (const [name, value] of Object.entries(file.contexts)) {
    if (!isRecord(value)) throw fail(`context ${JSON.stringify(name)} is no object`);
    const { endpoints } = value;
    if (!Array.isArray(endpoints) || !endpoints.every((each) => typeof each === 'string')) {
      throw fail(`context ${JSON.stringify(name)}: "endpoints" is no list of addresses`);
    }
    const pathOf = (key: string): string => {
      if (typeof value[key] !== 'string') throw fail(`context ${JSON.stringify(name)}: "${key}" is no path`);
      return resolve(dirname(path), value[key]);
    };
    byName.set(name, {
      endpoints,
      caFile: pathOf('ca_file'),
      certFile: pathOf('cert_file'),
      keyFile: pathOf('key_file'),
    });
  }
  return { current: file.current, byName };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
