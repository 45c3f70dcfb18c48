/**
 * The intended differences from the recorded server over gRPC, as rules that also judge cases nobody has seen.
 */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMac, isMacAddress, normalMac, readSelector } from './group-file.ts';
import type { CallAnswer } from './grpc/client.ts';
import type { CallContext, Message, RecordedCall } from './grpc/replay.ts';
import type { Rule } from './recorded.ts';

export const rules: readonly Rule<CallContext>[] = [
  {
    name: 'bad-name',
    row: 'ids and names over gRPC with `..`, absolute, empty or with control characters',
    reason: 'they reach the files of other kinds',
    applies: ({ call }) => isUnsafe(nameOf(call)) || namesFolder(call),
    objection: refused,
  },
  {
    name: 'unreadable-put',
    row: 'put of an empty message; put of a group that could not be read back',
    reason: 'the recorded server dies of the one, and the other is lost without a word',
    applies: ({ call }) => isPutOfNothing(call) || hasBadMac(call),
    objection: refused,
  },
  {
    name: 'select-mac',
    row: '`mac` in SelectGroup/SelectProfile',
    reason: 'the same labels select the same group over HTTP and over gRPC',
    applies: ({ call }) => isSelect(call) && Object.keys(call.request?.labels ?? {}).some(isMac),
    objection: async ({ call, actual, ask }) => {
      const again = await ask({ ...call, request: { labels: normalised(call.request?.labels ?? {}) } });
      return sameAnswer(again, actual)
        ? undefined
        : `with the normal form of the mac the answer is ${JSON.stringify(again)}`;
    },
  },
  {
    name: 'on-hold',
    row: 'a group or profile file that cannot be parsed',
    reason: 'a typo must not send a machine to the default group, which may be the installer',
    applies: ({ call, data }) => isSelect(call) && call.expect.code !== 'UNKNOWN' && brokenGroups(data).length > 0,
    objection: ({ actual, data }) => {
      if (actual.code !== 'UNAVAILABLE') return `code ${actual.code}, not UNAVAILABLE`;
      const missing = brokenGroups(data).find((name) => !actual.message.includes(`groups/${name}`));
      return missing && `the message does not name groups/${missing}: ${actual.message}`;
    },
  },
  {
    name: 'boot-always',
    row: 'a profile without a boot section over gRPC',
    reason: "the original's own client and the Terraform provider read `boot` without looking, and crash",
    applies: ({ call }) =>
      /^(Profiles\/Profile(Get|List)|Select\/SelectProfile)$/.test(call.rpc) && call.expect.code === 'OK',
    objection: ({ call, actual }) =>
      actual.code === 'OK' && isDeepStrictEqual(actual.response, withBoot(call.expect.response))
        ? undefined
        : `response ${JSON.stringify(actual.response)}`,
  },
  {
    name: 'listed-once',
    row: 'two files whose names differ only in the extension',
    reason: 'there is one group of that name, and whoever counts or deletes by the list would be misled',
    applies: ({ call }) => /^(Groups|Profiles)\/\w+List$/.test(call.rpc) && call.expect.code === 'OK',
    objection: ({ call, actual }) => {
      const once = listedOnce(call.expect.response);
      return actual.code === 'OK' && [once, withBoot(once)].some((wanted) => isDeepStrictEqual(actual.response, wanted))
        ? undefined
        : `response ${JSON.stringify(actual.response)}`;
    },
  },
];

function refused({ actual }: CallContext): string | undefined {
  if (actual.code !== 'INVALID_ARGUMENT') return `code ${actual.code}, not INVALID_ARGUMENT`;
  if (actual.message === '') return 'no message';
  const changed = Object.keys(actual.files);
  return changed.length > 0 ? `changed ${changed.join(', ')}` : undefined;
}

/** The id or name of a call; undefined where the recorded server refuses to put what has none. */
function nameOf(call: RecordedCall): string | undefined {
  if (/^(Groups|Profiles)\/\w+Put$/.test(call.rpc)) return messageOf(call)?.id || undefined;
  if (/\/\w+(Get|Delete)$/.test(call.rpc) || /\/\w+Put$/.test(call.rpc))
    return call.request?.id ?? call.request?.name ?? '';
  return undefined;
}

function isPutOfNothing(call: RecordedCall): boolean {
  return /^(Groups|Profiles)\/\w+Put$/.test(call.rpc) && messageOf(call) === undefined;
}

function hasBadMac(call: RecordedCall): boolean {
  const selector = Object.entries(messageOf(call)?.selector ?? {});
  return call.rpc === 'Groups/GroupPut' && selector.some(([key, value]) => isMac(key) && !isMacAddress(value));
}

function messageOf(call: RecordedCall): Message | undefined {
  return call.request?.group ?? call.request?.profile;
}

/** Names that reach other files than those of their kind, or files that are never listed. */
function isUnsafe(name: string | undefined): boolean {
  if (name === undefined) return false;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const folders = parts.slice(0, -1);
  return (
    name === '' ||
    name.startsWith('/') ||
    parts.includes('..') ||
    /\p{Cc}/u.test(name) ||
    folders.length > 8 ||
    folders.some((folder) => folder.startsWith('.')) ||
    name.endsWith('.matchbox-tmp')
  );
}

/** A template's name that is its folder; an id has `.json` behind it, and so is a file. */
function namesFolder({ request }: RecordedCall): boolean {
  return request?.name?.split('/').every((part) => part === '' || part === '.') ?? false;
}

function isSelect(call: RecordedCall): boolean {
  return call.rpc.startsWith('Select/');
}

function normalised(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [key, isMac(key) && isMacAddress(value) ? normalMac(value) : value]),
  );
}

function sameAnswer(a: CallAnswer, b: CallAnswer): boolean {
  return a.code === b.code && isDeepStrictEqual(a.response, b.response);
}

/** Group files that are no JSON or have an invalid mac. */
function brokenGroups(data: string): string[] {
  let names: Dirent[];
  try {
    names = readdirSync(join(data, 'groups'), { withFileTypes: true });
  } catch {
    return [];
  }
  return names
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => entry.name)
    .filter((name) => isBroken(join(data, 'groups', name)));
}

function isBroken(path: string): boolean {
  try {
    return readSelector(readFileSync(path, 'utf8')) === undefined;
  } catch {
    return true;
  }
}

/** Without what is in a list a second time. */
function listedOnce(response: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const once = (list: readonly unknown[]) =>
    list.filter((item, at) => list.findIndex((other) => isDeepStrictEqual(item, other)) === at);
  return Object.fromEntries(
    Object.entries(response).map(([key, value]) => [key, Array.isArray(value) ? once(value) : value]),
  );
}

function withBoot(response: Readonly<Record<string, unknown>> = {}): unknown {
  const { profiles, profile } = response as { profiles?: readonly object[]; profile?: object };
  if (profiles) return { profiles: profiles.map((each) => ({ boot: {}, ...each })) };
  return { profile: { boot: {}, ...profile } };
}
