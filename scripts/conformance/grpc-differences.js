// The intended differences from the recorded server over gRPC, as rules that also judge cases nobody has seen.
//
// A rule is { name, row, reason, applies(context), objection(context) }: `applies` looks at the call and at what was
// recorded; `objection` says what is wrong with our answer (undefined: it is what the design wants). `row` names the row of
// the table in COMPATIBILITY.md. The first rule without an objection wins.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const macBytes = /^([0-9a-f]{2}([:-]?)){5,19}[0-9a-f]{2}$|^([0-9a-f]{4}\.){2,9}[0-9a-f]{4}$/i;

export const rules = [
  {
    name: 'bad-name',
    row: 'ids and names over gRPC with `..`, absolute, empty or with control characters',
    reason: 'they reach the files of other kinds',
    applies: ({ call }) => isUnsafe(nameOf(call)),
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
      const again = await ask({ ...call, request: { labels: normalised(call.request.labels) } });
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
];

function refused({ actual }) {
  if (actual.code !== 'INVALID_ARGUMENT') return `code ${actual.code}, not INVALID_ARGUMENT`;
  if (actual.message === '') return 'no message';
  const changed = Object.keys(actual.files);
  return changed.length > 0 ? `changed ${changed.join(', ')}` : undefined;
}

/** The id or name of a call; undefined where the recorded server refuses to put what has none. */
function nameOf(call) {
  if (/^(Groups|Profiles)\/\w+Put$/.test(call.rpc)) return messageOf(call)?.id || undefined;
  if (/\/\w+(Get|Delete)$/.test(call.rpc) || /\/\w+Put$/.test(call.rpc))
    return call.request?.id ?? call.request?.name ?? '';
  return undefined;
}

function isPutOfNothing(call) {
  return /^(Groups|Profiles)\/\w+Put$/.test(call.rpc) && messageOf(call) === undefined;
}

function hasBadMac(call) {
  const selector = Object.entries(messageOf(call)?.selector ?? {});
  return call.rpc === 'Groups/GroupPut' && selector.some(([key, value]) => isMac(key) && !macBytes.test(value));
}

function messageOf(call) {
  return call.request?.group ?? call.request?.profile;
}

function isUnsafe(name) {
  if (name === undefined) return false;
  return name === '' || name.startsWith('/') || name.split('/').includes('..') || /\p{Cc}/u.test(name);
}

function isSelect(call) {
  return call.rpc.startsWith('Select/');
}

function isMac(key) {
  return key.toLowerCase() === 'mac';
}

function normalised(labels) {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => {
      const digits = value.toLowerCase().replace(/[:.-]/g, '');
      return [key, isMac(key) && macBytes.test(value) ? digits.match(/../g).join(':') : value];
    }),
  );
}

function sameAnswer(a, b) {
  return a.code === b.code && isDeepStrictEqual(a.response, b.response);
}

/** Group files that are no JSON or have an invalid mac. */
function brokenGroups(data) {
  let names;
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

function isBroken(path) {
  try {
    const { selector } = JSON.parse(readFileSync(path, 'utf8'));
    return Object.entries(selector ?? {}).some(([key, value]) => isMac(key) && !macBytes.test(value));
  } catch {
    return true;
  }
}

function withBoot(response) {
  if (response.profiles) return { profiles: response.profiles.map((profile) => ({ boot: {}, ...profile })) };
  return { profile: { boot: {}, ...response.profile } };
}
