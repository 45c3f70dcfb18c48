// The intended differences from the recorded server over HTTP, as rules that also judge cases nobody has seen.
//
// A rule is { name, row, reason, applies(context), objection(context) }. `applies` looks at the request and at what the
// recorded server answered; `objection` says what is wrong with our answer (undefined: it is what the design wants).
// `row` names the row of the table in COMPATIBILITY.md. First rule without objection wins.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectedBody } from './http/compare.js';

const configEndpoint = /^\/(ipxe|grub|ignition|cloud|generic|metadata)(\.sig|\.asc)?$/;
const templateEndpoint = /^\/(ignition|cloud|generic)(\.sig|\.asc)?$/;
const ignitionEndpoint = /^\/ignition(\.sig|\.asc)?$/;
const skip = { onBrokenGroup: 'skip' };
const bareNotFound = '404 page not found\n';

export const rules = [
  {
    name: 'not-configured-says-what',
    row: 'no group, no profile, no such template for this machine',
    reason: 'a bare 404 leaves the operator guessing which of the three files is missing',
    applies: ({ endpoint, expected }) => configEndpoint.test(endpoint) && isBareNotFound(expected),
    objection: ({ actual, request, dir }) =>
      firstOf(
        actual.status !== 404 && `status ${actual.status}, not 404`,
        plainTextFault(actual, request),
        request.method !== 'HEAD' && missingThingFault(text(actual), dir),
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
        request.method !== 'HEAD' && positionFault(text(actual), dir),
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
        request.method !== 'HEAD' && brokenProfileFault(text(actual), dir),
      ),
  },
  {
    name: 'unreadable-ignition-is-500',
    row: 'Ignition that cannot be parsed or validated',
    reason: 'an empty config with status 200 boots a machine that does nothing and never asks again',
    applies: ({ endpoint, expected }) => ignitionEndpoint.test(endpoint) && isZeroConfig(expected),
    objection: ({ actual, request, dir }) =>
      firstOf(
        actual.status !== 500 && `status ${actual.status}, not 500`,
        plainTextFault(actual, request),
        request.method !== 'HEAD' && positionFault(text(actual), dir),
      ),
  },
  {
    name: 'newer-ignition-is-served',
    row: 'Ignition spec version',
    reason: 'a source above 3.4 is served as what it is instead of an empty config',
    applies: ({ endpoint, expected }) => ignitionEndpoint.test(endpoint) && isZeroConfig(expected),
    objection: ({ actual, request }) =>
      firstOf(
        actual.status !== 200 && `status ${actual.status}, not 200`,
        actual.headers['content-type'] !== 'application/json' && `Content-Type ${actual.headers['content-type']}`,
        request.method !== 'HEAD' && newerConfigFault(text(actual)),
      ),
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
        request.method !== 'HEAD' && !/groups\//.test(text(actual)) && 'the body does not name the broken file',
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
      const among = (kept) => elsewhere(`only twin ${kept}`, (copy) => keepOnly(copy, twins, kept), skip);
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
    row: 'paths of our own',
    reason: 'something has to tell a load balancer or Kubernetes that the server is alive and ready',
    applies: ({ request, expected }) =>
      /^\/(healthz|readyz)(\?|$)/.test(request.target ?? '') && isBareNotFound(expected),
    objection: ({ actual, request }) =>
      firstOf(
        actual.status !== 200 && `status ${actual.status}, not 200`,
        request.method !== 'HEAD' && text(actual) !== 'ok\n' && `body ${text(actual)}`,
      ),
  },
  {
    name: 'metadata-line-break-left-out',
    row: 'query value with a line break',
    reason: 'a line break in a query value must not write lines of its own into a file that shells source',
    applies: ({ request, endpoint }) => /^\/metadata/.test(endpoint) && /%0[ad]/i.test(request.target ?? ''),
    objection: ({ actual, expected }) => {
      const wanted = text({ body: expectedBody(expected) }).split('\n');
      const extra = text(actual)
        .split('\n')
        .filter((line) => !wanted.includes(line));
      return firstOf(
        actual.status !== 200 && `status ${actual.status}, not 200`,
        actual.headers['content-type'] !== 'plain/text' && `Content-Type ${actual.headers['content-type']}`,
        extra.length > 0 && `lines that were not recorded: ${JSON.stringify(extra)}`,
        /%0[ad]/i.test(text(actual).replace(/^REQUEST_RAW_QUERY=.*$/m, '')) && 'the pair is still there, escaped',
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
      const { of: target, armored, packet } = expected.sig;
      const plain = { method: 'GET', target, headers: request.headers };
      const served = await ask(plain);
      const body = expected.status === 404 ? bareNotFound : undefined;
      return firstOf(
        actual.status !== served.status && `status ${actual.status}, but what is signed has ${served.status}`,
        signatureHeaderFault(actual, armored),
        ...verifier.faults(actual.body, served.body, { armored, packet }),
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
      const { of: target, armored, packet } = expected.sig;
      const served = await ask({ method: 'GET', target, headers: request.headers });
      return firstOf(
        !/[\r\0](?:\r\n|$)|\0\n/.test(served.body.toString('latin1')) && 'a text signature of it would verify',
        signatureHeaderFault(actual, armored),
        ...verifier.faults(actual.body, served.body, { armored, packet: { ...packet, sigclass: '00' } }),
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

function signatureHeaderFault({ headers, body }, armored) {
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
function isWireLevel(request, expected) {
  if (request.raw !== undefined || request.raw_base64 !== undefined) return true;
  if (!methodsOfNode.test(request.method)) return true;
  return /^(400 Bad Request|505 )/.test(text({ body: expectedBody(expected) })) || expected.status === 417;
}

function isBareNotFound(expected) {
  return expected.status === 404 && (expected.body === bareNotFound || expected.body === '');
}

/** The empty config that upstream answers for an Ignition file it cannot read. */
function isZeroConfig(expected) {
  if (expected.status !== 200) return false;
  if (expected.sig) return true;
  try {
    const config = JSON.parse(expectedBody(expected).toString());
    return config.ignition.version === '';
  } catch {
    return false;
  }
}

function plainTextFault({ headers, body }, { method }) {
  return firstOf(
    headers['content-type'] !== 'text/plain; charset=utf-8' && `Content-Type ${headers['content-type']}`,
    headers['x-content-type-options'] !== 'nosniff' && 'no X-Content-Type-Options: nosniff',
    headers['content-length'] === undefined && 'no Content-Length',
    method !== 'HEAD' && Number(headers['content-length']) !== body.length && 'a wrong Content-Length',
  );
}

/** The body of a 404 says which of the three is missing, and that is so. */
function missingThingFault(body, dir) {
  const template = /has (ignition|cloud|generic)_id "((?:[^"\\]|\\.)*)", which does not exist/.exec(body);
  if (template) return isFile(join(dir, 'data', template[1], template[2])) && `${template[1]}/${template[2]} exists`;
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
function positionFault(body, dir) {
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
function brokenProfileFault(body, dir) {
  const found = /\bprofiles\/[^\n:]+/.exec(body);
  if (!found) return `the body names no profile file: ${JSON.stringify(body)}`;
  if (!existsSync(join(dir, 'data', found[0]))) return `${found[0]} does not exist`;
  return !/^(:\d+:\d+)?: \S/.test(body.slice(found.index + found[0].length)) && 'the body gives no reason';
}

function isUnreadable(file) {
  const stats = statSync(file);
  return !stats.isFile() || (stats.mode & 0o444) === 0;
}

function newerConfigFault(body) {
  let version;
  try {
    version = JSON.parse(body).ignition.version;
  } catch {
    return 'the body is no Ignition config';
  }
  return !/^3\.([5-9]|\d\d)\.\d+(-experimental)?$/.test(version) && `the version ${version} is not above 3.4`;
}

/** Group and profile files that are broken now, or in a folder that cannot be listed now, and were good earlier. */
function restorable(dir, history) {
  const found = [];
  for (const [path, versions] of history) {
    const [, kind] = /^data\/(groups|profiles)\/[^/]+\.json$/.exec(path) ?? [];
    if (!kind || !(isBrokenFile(join(dir, path)) || isFile(join(dir, 'data', kind)))) continue;
    const content = versions.findLast((version) => isObject(version));
    if (content !== undefined) found.push({ path, content });
  }
  return found;
}

/** Puts the last good versions back in place. */
function mend(copy, files) {
  for (const { path, content } of files) {
    const folder = join(copy, path, '..');
    if (isFile(folder)) rmSync(folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(copy, path), content);
  }
}

function isBrokenFile(file) {
  return existsSync(file) && !isObject(readFileSync(file, 'utf8'));
}

function isObject(json) {
  try {
    return typeof JSON.parse(json) === 'object';
  } catch {
    return false;
  }
}

function groupFiles(dir) {
  const folder = join(dir, 'data/groups');
  return existsSync(folder) && statSync(folder).isDirectory()
    ? readdirSync(folder).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    : [];
}

function selectorOf(dir, name) {
  try {
    const group = JSON.parse(readFileSync(join(dir, 'data/groups', name), 'utf8'));
    return Object.entries(group.selector ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(',');
  } catch {
    return undefined;
  }
}

/** Sets of groups with equal selectors: their file names in order. */
function identicalGroups(dir) {
  const sets = new Map();
  for (const name of groupFiles(dir)) {
    const selector = selectorOf(dir, name);
    if (selector !== undefined) sets.set(selector, [...(sets.get(selector) ?? []), name]);
  }
  return [...sets.values()].filter((names) => names.length > 1);
}

/** Of each set, only the file at that place (the last one, where there are fewer). */
function keepOnly(copy, sets, kept) {
  for (const names of sets) {
    const survivor = names[Math.min(kept, names.length - 1)];
    for (const name of names) if (name !== survivor) rmSync(join(copy, 'data/groups', name));
  }
}

function removeDefaultGroups(copy) {
  for (const name of groupFiles(copy)) {
    if (selectorOf(copy, name) === '') rmSync(join(copy, 'data/groups', name));
  }
}

function isSpecial(dir, target) {
  try {
    const stat = statSync(join(dir, 'data', decodeURIComponent(target.split('?')[0])));
    return !stat.isFile() && !stat.isDirectory();
  } catch {
    return false;
  }
}

function isFile(path) {
  return existsSync(path) && statSync(path).isFile();
}

function unacceptable(objection, how) {
  return objection && `${how} the recorded answer was wanted: ${objection}`;
}

function unlike(wanted, actual, what) {
  if (wanted.status !== actual.status) return `status ${actual.status}, but ${what} has ${wanted.status}`;
  return wanted.body.equals(actual.body) ? undefined : `not ${what}: ${JSON.stringify(text(wanted).slice(0, 200))}`;
}

function text({ body }) {
  return body.toString();
}

function firstOf(...faults) {
  return faults.find((fault) => fault) || undefined;
}
