/** `bootcmd apply` and `bootcmd diff`: a whole data directory at once. */

import { JsonError } from '../../core/go-json.ts';
import { decodeGroup, encodeGroup } from '../../core/group.ts';
import { type Kind, type TemplateKind, templateKinds } from '../../core/kind.ts';
import { diffContents } from '../../core/line-diff.ts';
import { decodeProfile, encodeProfile } from '../../core/profile.ts';
import { type ApiClient, ApiError, type Stored } from './api.ts';
import type { BootCommand, Session } from './command.ts';
import { BootcmdError, exitCodes } from './error.ts';
import { listUserFiles, readUserFile } from './files.ts';
import type { Flag } from './flag.ts';

const filename: Flag = {
  name: 'filename',
  shorthand: 'f',
  type: 'string',
  default: '',
  usage: 'directory with groups, profiles, ignition, cloud and generic in it',
  required: true,
};

export const applyCommand: BootCommand = {
  name: 'apply',
  short: 'Put every file of a directory that differs from the server',
  long: `Put every file of a directory that differs from what the server has: templates first, then profiles, then groups, so
that nothing refers to what is not there yet. Nothing is deleted. Somebody else's change in between is not overwritten.`,
  args: '-f DIRECTORY',
  added: true,
  flags: [filename],
  run: async (session) => {
    const plan = await makePlan(session);
    for (const item of plan) {
      if (item.state !== 'unchanged') await item.put();
      session.stdout.write(`${item.path} ${item.state}\n`);
    }
    return 0;
  },
};

export const diffCommand: BootCommand = {
  name: 'diff',
  short: 'Show what apply would change',
  long: `Show what apply would change: lines with - are on the server, lines with + in the directory.
Exit code 0: nothing differs, ${exitCodes.differences}: something does.`,
  args: '-f DIRECTORY',
  added: true,
  flags: [filename],
  run: async (session) => {
    const changes = (await makePlan(session)).filter((item) => item.state !== 'unchanged');
    for (const item of changes) {
      session.stdout.write(`${item.path} ${item.state}\n${diffContents(item.before, item.after)}\n`);
    }
    return changes.length > 0 ? exitCodes.differences : 0;
  },
};

interface Item {
  /** `groups/node1.json` */
  readonly path: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
  readonly state: 'created' | 'changed' | 'unchanged';
  put(): Promise<void>;
}

/** One file of the directory: what it is, what the server has, how to put it. */
interface Source {
  readonly path: string;
  readonly after: Uint8Array;
  readonly get: () => Promise<Stored<Uint8Array>>;
  readonly put: (expectedRevision: string) => Promise<void>;
}

/** Every file is read and checked before anything is sent. */
async function makePlan(session: Session): Promise<Item[]> {
  const client = await session.connect();
  const sources = [
    ...templateKinds.flatMap((kind) =>
      readSources(session, kind, (name, bytes) => templateSource(client, kind, name, bytes)),
    ),
    ...readSources(session, 'profiles', (name, bytes) => profileSource(client, name, bytes)),
    ...readSources(session, 'groups', (name, bytes) => groupSource(client, name, bytes)),
  ];
  if (sources.length === 0) {
    throw new BootcmdError(
      `${session.flags.values.get('filename')}: found no groups/*.json, profiles/*.json, ignition/*, cloud/* or generic/* in it`,
    );
  }
  const items: Item[] = [];
  for (const source of sources) items.push(await compare(source));
  return items;
}

async function compare({ path, after, get, put }: Source): Promise<Item> {
  const stored = await get().catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'rpc' && isMissing(error)) return undefined;
    throw error;
  });
  const before = stored?.value;
  const state = before === undefined ? 'created' : Buffer.compare(before, after) === 0 ? 'unchanged' : 'changed';
  return { path, before, after, state, put: () => put(stored?.revision ?? '') };
}

/** Upstream's text for what is not there, which ours keeps; its code is UNKNOWN. */
function isMissing(error: ApiError): boolean {
  return /: no such file or directory$/.test(error.message);
}

function readSources(
  session: Session,
  kind: Kind,
  make: (name: string, bytes: Uint8Array) => Omit<Source, 'path'>,
): Source[] {
  const folder = `${session.flags.values.get('filename')}/${kind}`;
  const names = listUserFiles(session.workingDirectory, folder).filter((name) => isOurs(kind, name));
  return names.map((name) => {
    const file = `${folder}/${name}`;
    const bytes = readUserFile(session.workingDirectory, file);
    try {
      return { path: `${kind}/${name}`, ...make(name, bytes) };
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new BootcmdError(`${file}:${error.line}:${error.column}: ${error.message}`, { cause: error });
    }
  });
}

function isOurs(kind: Kind, name: string): boolean {
  if (name.split('/').some((part) => part.startsWith('.'))) return false;
  return (kind !== 'groups' && kind !== 'profiles') || name.endsWith('.json');
}

function templateSource(client: ApiClient, kind: TemplateKind, name: string, bytes: Uint8Array) {
  return {
    after: bytes,
    get: () => client.getTemplate(kind, name),
    put: (revision: string) => client.putTemplate(kind, name, bytes, revision),
  };
}

/** Compared in the form that the server would write, so that white space and the order of keys do not matter. */
function groupSource(client: ApiClient, name: string, bytes: Uint8Array) {
  const group = { ...decodeGroup(bytes), id: idOf(name) };
  return {
    after: encodeGroup(group),
    get: async () => encoded(await client.getGroup(group.id), encodeGroup),
    put: (revision: string) => client.putGroup(group, revision),
  };
}

function profileSource(client: ApiClient, name: string, bytes: Uint8Array) {
  const read = decodeProfile(bytes);
  // The server tells no difference between an empty boot section and none.
  const profile = { ...read, id: idOf(name), boot: read.boot ?? { kernel: '', initrd: [], args: [] } };
  return {
    after: encodeProfile(profile),
    get: async () => encoded(await client.getProfile(profile.id), encodeProfile),
    put: (revision: string) => client.putProfile(profile, revision),
  };
}

/** The file's name is what finds a group or profile. */
function idOf(name: string): string {
  return name.slice(0, -'.json'.length);
}

function encoded<T>(stored: Stored<T>, encode: (value: T) => Uint8Array): Stored<Uint8Array> {
  return { value: encode(stored.value), revision: stored.revision };
}
