/**
 * The intended differences from the recorded server over HTTP, as rules that also judge cases nobody has seen.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bodyText, isHead, plainTextFault } from './http/answer-faults.ts';
import { expectedBody } from './http/compare.ts';
import { groupFiles, identicalGroups, keepOnly, removeDefaultGroups, selectorOf } from './http/equal-groups.ts';
import {
  newerConfigFault,
  refusedVersionFault,
  servedVersionFault,
  statedMinor,
  withoutAccept,
} from './http/ignition-version.ts';
import { inGoneFolders, isFile, mend, restorable } from './http/last-good.ts';
import { type HttpContext, type HttpRule, pathOf } from './http/replay.ts';
import {
  type Answer,
  type Expected,
  firstOf,
  type HttpRequest,
  type Objection,
  type RecordedSignature,
} from './recorded.ts';

const configEndpoint = /^\/(ipxe|grub|ignition|cloud|generic|metadata)(\.sig|\.asc)?$/;
const templateEndpoint = /^\/(ignition|cloud|generic)(\.sig|\.asc)?$/;
const ignitionEndpoint = /^\/ignition(\.sig|\.asc)?$/;
const skip = { onBrokenGroup: 'skip' } as const;
const bareNotFound = '404 page not found\n';

export const rules: readonly HttpRule[] = [
  {
    name: 'not-configured-says-what',
    row: 'no group, no profile, no such template for this machine',
    reason: 'a bare 404 leaves the operator guessing which of the three files is missing',
    applies: ({ endpoint, expected }) => configEndpoint.test(endpoint) && isBareNotFound(expected),
    objection: ({ actual, request, dir }) =>
      firstOf(
        actual.status !== 404 && `status ${actual.status}, not 404`,
        plainTextFault(actual, request),
        !isHead(request) && missingThingFault(bodyText(actual), dir),
      ),
  },
  {
    name: 'template-error-is-500',
    row: 'template or Butane error',
    reason: 'a bare 404 cannot be told from "nothing configured", and Ignition does not retry it',
    applies: ({ endpoint, expected }) => templateEndpoint.test(endpoint) && isBareNotFound(expected),
    objection: ({ actual, request, dir }) =>
      firstOf(
        actual.status !== 500 && `status ${actual.status}, not 500`,
        plainTextFault(actual, request),
        !isHead(request) && positionFault(bodyText(actual), dir),
      ),
  },
  {
    name: 'broken-profile-is-500',
    row: 'a group or profile file that cannot be parsed',
    reason: 'what is configured is broken, and a 404 says that nothing is configured',
    applies: ({ endpoint, expected }) => configEndpoint.test(endpoint) && isBareNotFound(expected),
    objection: ({ actual, request, dir }) =>
      firstOf(
        actual.status !== 500 && `status ${actual.status}, not 500`,
        plainTextFault(actual, request),
        !isHead(request) && brokenProfileFault(bodyText(actual), dir),
      ),
  },
  {
    name: 'unreadable-ignition-is-500',
    row: 'Ignition that cannot be parsed or validated',
    reason: 'an empty config with status 200 boots a machine that does nothing and never asks again',
    applies: ({ endpoint, expected, request }) => ignitionEndpoint.test(endpoint) && isZeroConfig(expected, request),
    objection: ({ actual, request, dir }) =>
      firstOf(
        actual.status !== 500 && `status ${actual.status}, not 500`,
        plainTextFault(actual, request),
        !isHead(request) && positionFault(bodyText(actual), dir),
      ),
  },
  {
    name: 'newer-ignition-is-served',
    row: 'Ignition spec version',
    reason: 'a source above 3.4 is served as what it is instead of an empty config',
    applies: ({ endpoint, expected, request }) => ignitionEndpoint.test(endpoint) && isZeroConfig(expected, request),
    objection: ({ actual, request }) =>
      firstOf(
        actual.status !== 200 && `status ${actual.status}, not 200`,
        actual.headers['content-type'] !== 'application/json' && `Content-Type ${actual.headers['content-type']}`,
        !isHead(request) && newerConfigFault(bodyText(actual)),
      ),
  },
  {
    name: 'older-ignition-as-asked',
    row: 'Ignition spec version',
    reason: 'a client that states a version reads no newer one, and stops at a config that it cannot read',
    applies: ({ endpoint, expected, request }) =>
      ignitionEndpoint.test(endpoint) && expected.status === 200 && statedMinor(request) !== undefined,
    objection: async ({ actual, expected, request, ask, acceptable }) => {
      const unstated = { ...request, headers: withoutAccept(request) };
      const limit = statedMinor(request)!;
      return firstOf(
        await acceptable(await ask(unstated), unstated, expected),
        actual.status === 200 ? servedVersionFault(actual, request, limit) : refusedVersionFault(actual, request),
      );
    },
  },
  {
    name: 'folder-gone-last-good',
    row: 'folders that are suddenly gone, swapped or empty',
    reason: 'a folder that is being replaced must not send all machines to the default group, or to none',
    applies: ({ endpoint, dir, history }) => configEndpoint.test(endpoint) && inGoneFolders(dir, history).length > 0,
    objection: async ({ dir, history, actual, elsewhere, acceptable }) => {
      const now = await elsewhere('skipping', () => {}, skip);
      const mended = await elsewhere('folders put back', (copy) => mend(copy, inGoneFolders(dir, history)));
      return firstOf(
        unacceptable(await acceptable(now), 'with the folder gone for good'),
        unlike(mended, actual, 'the answer with the folder put back'),
      );
    },
  },
  {
    name: 'broken-group-last-good',
    row: 'a group or profile file that cannot be parsed',
    reason: 'a typo must not send a machine to the default group, which may be the installer',
    applies: ({ endpoint, dir, history }) => configEndpoint.test(endpoint) && restorable(dir, history).length > 0,
    objection: async ({ dir, history, actual, elsewhere, acceptable }) => {
      const skipping = await elsewhere('skipping', () => {}, skip);
      const mended = await elsewhere('mended', (copy) => mend(copy, restorable(dir, history)));
      return firstOf(
        unacceptable(await acceptable(skipping), 'with -on-broken-group=skip'),
        unlike(mended, actual, 'the answer that the last good version gives'),
      );
    },
  },
  {
    name: 'broken-group-on-hold',
    row: 'a group or profile file that cannot be parsed',
    reason: 'nobody knows whose group the broken file is, so nobody may fall to the default group until it is mended',
    applies: ({ endpoint, expected }) => configEndpoint.test(endpoint) && !expected.closed,
    objection: async ({ actual, request, elsewhere, acceptable }) => {
      const fault = firstOf(
        actual.status !== 503 && `status ${actual.status}, not 503`,
        !/^\d+$/.test(actual.headers['retry-after'] ?? '') && 'no Retry-After in seconds',
        plainTextFault(actual, request),
        !isHead(request) && !/groups\//.test(bodyText(actual)) && 'the body does not name the broken file',
      );
      if (fault) return fault;
      const skipping = await elsewhere('skipping', () => {}, skip);
      const withoutDefaults = await elsewhere('without defaults', removeDefaultGroups, skip);
      return firstOf(
        unacceptable(await acceptable(skipping), 'with -on-broken-group=skip'),
        withoutDefaults.status !== 404 && 'the machine has a group of its own, so it does not fall to the default',
      );
    },
  },
  {
    name: 'first-file-name-wins',
    row: 'two groups with equal selectors',
    reason:
      'upstream’s unstable sort decides among more than 12 groups; adding an unrelated group may change the winner',
    applies: ({ endpoint, dir, expected }) =>
      configEndpoint.test(endpoint) && expected.status === 200 && groupFiles(dir).length > 12,
    objection: async ({ dir, actual, elsewhere, acceptable }) => {
      const twins = identicalGroups(dir);
      if (twins.length === 0) return 'no two groups have equal selectors';
      const among = (kept: number): Promise<Answer> =>
        elsewhere(`only twin ${kept}`, (copy) => keepOnly(copy, twins, kept), skip);
      const fault = unlike(await among(0), actual, 'the answer with only the first of the equal groups');
      if (fault) return fault;
      const most = Math.max(...twins.map((names) => names.length));
      for (let kept = 1; kept < most; kept++) {
        if ((await acceptable(await among(kept))) === undefined) return undefined;
      }
      return 'the recorded answer is that of none of the equal groups';
    },
  },
  {
    name: 'health-paths',
    row: '`/healthz` and `/readyz`',
    reason: 'something has to tell a load balancer or Kubernetes that the server is alive and ready',
    applies: ({ request, expected }) => /^\/(healthz|readyz)$/.test(pathOf(request)) && isBareNotFound(expected),
    objection: ({ actual, request }) =>
      firstOf(
        actual.status !== 200 && `status ${actual.status}, not 200`,
        !isHead(request) && bodyText(actual) !== 'ok\n' && `body ${bodyText(actual)}`,
      ),
  },
  {
    name: 'own-paths',
    row: '`/netboot.ipxe`; `/machine/report`',
    reason: 'the built-in DHCP has to send machines somewhere, and machines report somewhere',
    applies: ({ request, expected }) =>
      /^\/(netboot\.ipxe$|machine\/report(\/|$))/.test(pathOf(request)) && isBareNotFound(expected),
    objection: ({ actual, request }) =>
      pathOf(request) === '/netboot.ipxe'
        ? firstOf(
            actual.status !== 200 && `status ${actual.status}, not 200`,
            !isHead(request) && !bodyText(actual).startsWith('#!ipxe\n') && 'it is no iPXE script',
          )
        : firstOf(
            ![200, 201, 202, 403, 404, 413, 503].includes(actual.status) && `status ${actual.status}`,
            plainTextFault(actual, request),
          ),
  },
  {
    name: 'metadata-line-break-left-out',
    row: 'query value with a line break',
    reason: 'a line break in a query value must not write lines of its own into a file that shells source',
    applies: ({ request, endpoint }) => /^\/metadata/.test(endpoint) && /%0[ad]/i.test(request.target ?? ''),
    objection: ({ actual, expected }) => {
      const wanted = bodyText({ body: expectedBody(expected) }).split('\n');
      const extra = bodyText(actual)
        .split('\n')
        .filter((line) => !wanted.includes(line));
      return firstOf(
        actual.status !== 200 && `status ${actual.status}, not 200`,
        actual.headers['content-type'] !== 'plain/text' && `Content-Type ${actual.headers['content-type']}`,
        extra.length > 0 && `lines that were not recorded: ${JSON.stringify(extra)}`,
        /%0[ad]/i.test(bodyText(actual).replace(/^REQUEST_RAW_QUERY=.*$/m, '')) && 'the pair is still there, escaped',
      );
    },
  },
  {
    name: 'too-many-parameters-is-414',
    row: 'more than 10,000 parameters, URL over the limit',
    reason: 'upstream drops all labels, so the machine would get the default group',
    applies: ({ request }) => (request.target ?? '').split('&').length > 10_000,
    objection: ({ actual }) => firstOf(actual.status !== 414 && `status ${actual.status}, not 414`),
  },
  {
    name: 'last-key-wins',
    row: 'selector keys that differ only in case',
    reason: 'upstream answers one of the two at random, per request',
    applies: ({ scenario, expected }) => /selector-case-clash/.test(scenario.name) && expected.any_of !== undefined,
    objection: () => 'an answer that was recorded is wanted',
  },
  {
    name: 'special-file-is-404',
    row: 'FIFOs, sockets and devices among assets or data files',
    reason: 'opening one blocks the request for ever',
    applies: ({ endpoint, dir, request }) => endpoint === '/assets' && isSpecial(dir, request.target),
    objection: ({ actual }) => firstOf(actual.status !== 404 && `status ${actual.status}, not 404`),
  },
  {
    name: 'signed-as-served',
    row: 'signature of an answer that differs',
    reason: 'a signature belongs to what the plain endpoint serves, with its status',
    applies: ({ expected, actual }) => expected.sig !== undefined && actual.status !== expected.status,
    objection: async ({ actual, expected, request, ask, acceptable, verifier }) => {
      const { of: target, armored, packet } = expected.sig!;
      const plain = { method: 'GET', target, headers: request.headers ?? {} };
      const served = await ask(plain);
      const body = expected.status === 404 ? bareNotFound : undefined;
      return firstOf(
        actual.status !== served.status && `status ${actual.status}, but what is signed has ${served.status}`,
        signatureHeaderFault(actual, armored),
        ...faultsOf(verifier, actual, served, { armored, packet }),
        await acceptable(served, plain, { ...expected, body }),
      );
    },
  },
  {
    name: 'unreadable-text-signed-as-bytes',
    row: 'signature of a text with a carriage return or a NUL at the end of a line',
    reason: 'GnuPG cuts it off, so a text signature of it never verifies',
    applies: ({ expected, actual }) => expected.sig?.packet?.sigclass === '01' && actual.status === expected.status,
    objection: async ({ actual, expected, request, ask, verifier }) => {
      const { of: target, armored, packet } = expected.sig!;
      const served = await ask({ method: 'GET', target, headers: request.headers ?? {} });
      return firstOf(
        !/[\r\0](?:\r\n|$)|\0\n/.test(served.body.toString('latin1')) && 'a text signature of it would verify',
        signatureHeaderFault(actual, armored),
        ...faultsOf(verifier, actual, served, { armored, packet: packet && { ...packet, sigclass: '00' } }),
      );
    },
  },
  {
    name: 'wire-level',
    row: 'malformed and old-fashioned requests on the wire',
    reason: 'Node’s HTTP parser decides what a request is; no firmware depends on the leniencies of Go’s',
    applies: ({ request, expected }) => isWireLevel(request, expected),
    objection: async ({ actual, expected, request, ask }) => {
      if (actual.closed || refusals.has(actual.status)) return undefined;
      const target = request.target ?? /^\s*\S+ +(\S+)/.exec(request.raw ?? '')?.[1];
      if (expected.status < 400 || target === undefined) return `status ${actual.status} is no refusal`;
      return unlike(await ask({ method: 'GET', target }), actual, 'a refusal, nor the plain answer');
    },
  },
];

function faultsOf(
  verifier: HttpContext['verifier'],
  signature: Answer,
  signed: Answer,
  wanted: Pick<RecordedSignature, 'armored'> & { readonly packet: RecordedSignature['packet'] | undefined },
): string[] {
  const { armored, packet } = wanted;
  return (
    verifier?.faults(signature.body, signed.body, { armored, ...(packet && { packet }) }) ?? ['no keys to verify with']
  );
}

function signatureHeaderFault({ headers, body }: Answer, armored: boolean): Objection {
  const type = armored ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  return firstOf(
    headers['content-type'] !== type && `Content-Type ${headers['content-type']}`,
    Number(headers['content-length']) !== body.length && 'no right Content-Length',
  );
}

/** What a parser refuses a request with. */
const refusals = new Set([400, 405, 408, 411, 413, 414, 417, 431, 501, 505]);

const methodsOfNode =
  /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|ACL|BIND|CHECKOUT|COPY|LINK|LOCK|MERGE|MKACTIVITY|MKCALENDAR|MKCOL|MOVE|NOTIFY|PROPFIND|PROPPATCH|PURGE|QUERY|REBIND|REPORT|SEARCH|SOURCE|SUBSCRIBE|UNBIND|UNLINK|UNLOCK|UNSUBSCRIBE|M-SEARCH)$/;

/** Raw requests, methods that Node’s parser does not know, and what both sides refuse with a 4xx or 5xx of the parser. */
function isWireLevel(request: HttpRequest, expected: Expected): boolean {
  if (request.raw !== undefined || request.raw_base64 !== undefined) return true;
  if (!methodsOfNode.test(request.method ?? '')) return true;
  return /^(400 Bad Request|505 )/.test(bodyText({ body: expectedBody(expected) })) || expected.status === 417;
}

function isBareNotFound(expected: Expected): boolean {
  return expected.status === 404 && (expected.body === bareNotFound || expected.body === '');
}

/** The length of the empty config, which is all that a HEAD tells of it. */
const zeroConfigLength = 174;

/** The empty config that upstream answers for an Ignition file it cannot read. */
function isZeroConfig(expected: Expected, request: HttpRequest): boolean {
  if (expected.status !== 200) return false;
  if (expected.sig) return true;
  if (isHead(request)) return Number(expected.headers?.['Content-Length']) === zeroConfigLength;
  try {
    const config = JSON.parse(expectedBody(expected).toString());
    return config.ignition.version === '';
  } catch {
    return false;
  }
}

/** The body of a 404 says which of the three is missing, and that is so. */
function missingThingFault(body: string, dir: string): Objection {
  const template = /has (ignition|cloud|generic)_id "((?:[^"\\]|\\.)*)", which does not exist/.exec(body);
  if (template) {
    const [, kind = '', name = ''] = template;
    return isFile(join(dir, 'data', kind, name)) && `${kind}/${name} exists`;
  }
  const file = /\b((?:profiles|ignition|cloud|generic)\/[^\n]*) does not exist/.exec(body)?.[1];
  if (file) return isFile(join(dir, 'data', file)) && `${file} exists`;
  if (/no group matches/.test(body)) {
    const fallback = groupFiles(dir).find((name) => selectorOf(dir, name) === '');
    return fallback !== undefined && `${fallback} has no selector, so it matches`;
  }
  const says =
    /has no (boot section|(ignition|cloud|generic)_id)|is no name of a file|its file is broken, and so it is skipped/.test(
      body,
    );
  return !says && `the body does not say which of group, profile and template is missing: ${body}`;
}

/** The body of a 500 names a file of ours, a position in it (unless it cannot be read at all) and a reason. */
function positionFault(body: string, dir: string): Objection {
  const found = /\b(?:ignition|cloud|generic)\/[^\n:]+/.exec(body);
  if (!found) return `the body names no file: ${JSON.stringify(body)}`;
  const file = join(dir, 'data', found[0]);
  if (!existsSync(file)) return `${found[0]} does not exist`;
  const rest = body.slice(found.index + found[0].length);
  const position = /^:(\d+):(\d+): \S/.exec(rest);
  if (!position) return !isUnreadable(file) && `the body names no line and column: ${JSON.stringify(body)}`;
  const lines = readFileSync(file, 'utf8').split('\n').length;
  const others = [...rest.matchAll(/^ {2}rendered from (.+):(\d+):\d+$/gm)];
  if (others.some(([, name]) => name !== found[0]))
    return `the body calls the template by another name than ${found[0]}`;
  const behind = [position[1], ...others.map(([, , line]) => line)].find((line) => Number(line) > lines);
  return behind !== undefined && `line ${behind} is behind the end of ${found[0]}`;
}

/** The body of a 500 names a profile that is broken, with its position and a reason. */
function brokenProfileFault(body: string, dir: string): Objection {
  const found = /\bprofiles\/[^\n:]+/.exec(body);
  if (!found) return `the body names no profile file: ${JSON.stringify(body)}`;
  if (!existsSync(join(dir, 'data', found[0]))) return `${found[0]} does not exist`;
  return !/^(:\d+:\d+)?: \S/.test(body.slice(found.index + found[0].length)) && 'the body gives no reason';
}

function isUnreadable(file: string): boolean {
  const stats = statSync(file);
  return !stats.isFile() || (stats.mode & 0o444) === 0;
}

function isSpecial(dir: string, target = ''): boolean {
  try {
    const stat = statSync(join(dir, 'data', decodeURIComponent(target.replace(/\?.*/s, ''))));
    return !stat.isFile() && !stat.isDirectory();
  } catch {
    return false;
  }
}

function unacceptable(objection: string | undefined, how: string): Objection {
  return objection && `${how} the recorded answer was wanted: ${objection}`;
}

function unlike(wanted: Answer, actual: Answer, what: string): string | undefined {
  if (wanted.status !== actual.status) return `status ${actual.status}, but ${what} has ${wanted.status}`;
  return wanted.body.equals(actual.body) ? undefined : `not ${what}: ${JSON.stringify(bodyText(wanted).slice(0, 200))}`;
}
