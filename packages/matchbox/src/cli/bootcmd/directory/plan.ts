/** What a directory would change on a server: every file compared with what the server has. */

import { JsonError } from '../../../data/go-json.ts';
import { decodeGroup, encodeGroup, type Group } from '../../../data/group.ts';
import { isDescriptionKind, type Kind, type TemplateKind, templateKinds } from '../../../data/kind.ts';
import { decodeNetwork, encodeNetwork } from '../../../data/network.ts';
import { decodeProfile, encodeProfile, type Profile } from '../../../data/profile.ts';
import { type ApiChange, type ApiClient, ApiError, type Stored } from '../api.ts';
import type { Session } from '../command.ts';
import { BootcmdError } from '../error.ts';
import { listUserFiles, readUserFile } from '../files.ts';
import type { Flag } from '../flag.ts';

export const filename: Flag = {
  name: 'filename',
  shorthand: 'f',
  type: 'string',
  default: '',
  usage: 'directory with groups, profiles, networks, ignition, cloud and generic in it',
  required: true,
};

export interface Item {
  readonly kind: Kind;
  /** `node1.json` */
  readonly name: string;
  /** As it is written in the directory. */
  readonly written: Uint8Array;
  /** As the server has it, and would have it. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
  readonly state: 'created' | 'changed' | 'unchanged';
  put(): Promise<void>;
  /** The same, to be made together with others. */
  readonly change: ApiChange;
}

/** One file of the directory: what it is, what the server has, how to put it. */
interface Source {
  readonly kind: Kind;
  readonly name: string;
  readonly written: Uint8Array;
  readonly after: Uint8Array;
  readonly get: () => Promise<Stored<Uint8Array>>;
  readonly put: (expectedRevision: string) => Promise<void>;
  readonly change: (expectedRevision: string) => ApiChange;
}

/** Templates first, then profiles, then groups, then networks; every file is read before anything is sent. */
export async function makePlan(session: Session, client: ApiClient): Promise<Item[]> {
  const sources = [
    ...templateKinds.flatMap((kind) =>
      readSources(session, kind, (name, bytes) => templateSource(client, kind, name, bytes)),
    ),
    ...readSources(session, 'profiles', (name, bytes) => profileSource(client, name, bytes)),
    ...readSources(session, 'groups', (name, bytes) => groupSource(client, name, bytes)),
    ...readSources(session, 'networks', (name, bytes) => networkSource(client, name, bytes)),
  ];
  if (sources.length === 0) {
    throw new BootcmdError(
      `${session.flags.values.get('filename')}: found no groups/*.json, profiles/*.json, networks/*.json, ignition/*, cloud/* or generic/* in it`,
    );
  }
  const items: Item[] = [];
  for (const source of sources) items.push(await compare(source));
  return items;
}

export function pathOf({ kind, name }: Item): string {
  return `${kind}/${name}`;
}

async function compare({ get, put, change, ...source }: Source): Promise<Item> {
  const stored = await get().catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'rpc' && isMissing(error)) return undefined;
    throw error;
  });
  const before = stored?.value;
  const state = before === undefined ? 'created' : Buffer.compare(before, source.after) === 0 ? 'unchanged' : 'changed';
  const revision = stored?.revision ?? '';
  return { ...source, before, state, put: () => put(revision), change: change(revision) };
}

/** Quirk: upstream says in words alone that something is not there, its code being UNKNOWN (matchbox/rpc/errors.go, grpcError), and ours keeps that. */
export function isMissing(error: ApiError): boolean {
  return /: no such file or directory$/.test(error.message);
}

function readSources(
  session: Session,
  kind: Kind,
  make: (name: string, bytes: Uint8Array) => Pick<Source, 'after' | 'get' | 'put' | 'change'>,
): Source[] {
  const folder = `${session.flags.values.get('filename')}/${kind}`;
  const names = listUserFiles(session.workingDirectory, folder).filter((name) => isOurs(kind, name));
  return names.map((name) => {
    const file = `${folder}/${name}`;
    const written = readUserFile(session.workingDirectory, file);
    try {
      return { kind, name, written, ...make(name, written) };
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new BootcmdError(`${file}:${error.line}:${error.column}: ${error.message}`, { cause: error });
    }
  });
}

function isOurs(kind: Kind, name: string): boolean {
  if (name.split('/').some((part) => part.startsWith('.'))) return false;
  return !isDescriptionKind(kind) || name.endsWith('.json');
}

function templateSource(client: ApiClient, kind: TemplateKind, name: string, bytes: Uint8Array) {
  return {
    after: bytes,
    get: () => client.getTemplate(kind, name),
    put: (revision: string) => client.putTemplate(kind, name, bytes, revision),
    change: (expectedRevision: string): ApiChange => ({ kind, name, config: bytes, expectedRevision }),
  };
}

function groupSource(client: ApiClient, name: string, bytes: Uint8Array) {
  const group = { ...decodeGroup(bytes), id: idOf(name) };
  const { getGroup: get, putGroup: put } = client;
  return describedSource<Group>(group, encodeGroup, {
    get,
    put,
    change: (expectedRevision) => ({ kind: 'groups', group, expectedRevision }),
  });
}

function profileSource(client: ApiClient, name: string, bytes: Uint8Array) {
  const read = decodeProfile(bytes);
  // The server tells no difference between an empty boot section and none.
  const profile = { ...read, id: idOf(name), boot: read.boot ?? { kernel: '', initrd: [], args: [] } };
  const { getProfile: get, putProfile: put } = client;
  return describedSource<Profile>(profile, encodeProfile, {
    get,
    put,
    change: (expectedRevision) => ({ kind: 'profiles', profile, expectedRevision }),
  });
}

function networkSource(client: ApiClient, name: string, bytes: Uint8Array) {
  const network = { ...decodeNetwork(bytes), id: idOf(name) };
  const { getNetwork: get, putNetwork: put } = client;
  return describedSource(network, encodeNetwork, {
    get,
    put,
    change: (expectedRevision) => ({ kind: 'networks', network, expectedRevision }),
  });
}

interface Described<T> {
  readonly get: (id: string) => Promise<Stored<T>>;
  readonly put: (value: T, revision: string) => Promise<void>;
  readonly change: (expectedRevision: string) => ApiChange;
}

/** Compared in the form that the server would write, so that white space and the order of keys do not matter. */
function describedSource<T extends { readonly id: string }>(
  value: T,
  encode: (value: T) => Uint8Array,
  { get, put, change }: Described<T>,
) {
  return {
    after: encode(value),
    get: async () => encoded(await get(value.id), encode),
    put: (revision: string) => put(value, revision),
    change,
  };
}

/** The file's name is what finds a group, profile or network. */
function idOf(name: string): string {
  return name.slice(0, -'.json'.length);
}

function encoded<T>(stored: Stored<T>, encode: (value: T) => Uint8Array): Stored<Uint8Array> {
  return { value: encode(stored.value), revision: stored.revision };
}
