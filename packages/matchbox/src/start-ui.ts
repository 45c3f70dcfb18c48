/** Starts the web page: who may ask, how people sign in, the API behind it; and says where it is. */
import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type AuditTrail, openAuditTrail } from './grpc/audit-trail.ts';
import { listenError, StartError } from './start-error.ts';
import { textFiles } from './tls/read-text-files.ts';
import { openKeyPair } from './tls/renewed-certificates.ts';
import { requireRoles } from './ui/access.ts';
import { createAttempts } from './ui/attempts.ts';
import { cookieForm } from './ui/cookie.ts';
import { createHostList } from './ui/host-list.ts';
import { createOneTimeLinks } from './ui/one-time-links.ts';
import { NoPageError, readPageFiles } from './ui/page-files.ts';
import { createPagePost } from './ui/page-post.ts';
import { openPageServer } from './ui/page-server.ts';
import { Sessions } from './ui/sessions.ts';
import { takeUserOrders } from './ui/user-orders.ts';
import { userOf } from './ui/users.ts';
import { createCallers, createUiApi } from './ui-api.ts';
import { checkUi, onlyHttps, parseUiAddress, proxiesOf, type UiOptions, type UiSurroundings } from './ui-options.ts';

export interface RunningUi {
  readonly address: AddressInfo;
  /** With the secret that signs in once; undefined where passwords are wanted. */
  readonly link: string | undefined;
  readonly url: string;
  reopenLogs(): Promise<void>;
  close(): Promise<void>;
}

/** Sessions end by the clock, users by an order: looked at so often. */
const sweepMs = 2_000;

/** @throws StartError */
export async function startUi(options: UiOptions, surroundings: UiSurroundings): Promise<RunningUi> {
  checkUi(options);
  const { machines, logger, sockets } = surroundings;
  const files = readFiles();
  const { host } = parseUiAddress(options.address);
  const proxies = proxiesOf(options);
  const scheme = options.certFile !== '' || proxies !== undefined ? 'https' : 'http';
  const certificates = options.certFile === '' ? undefined : await openUiCertificates(options, surroundings);
  const ownAudit = surroundings.audit === undefined ? await openOwnAudit(options, surroundings) : undefined;
  const shutdown = new AbortController();
  // Each open page listens to it; Node warns of more than ten.
  setMaxListeners(0, shutdown.signal);
  const sessions = new Sessions({ store: machines.store });
  const links = scheme === 'http' ? createOneTimeLinks() : undefined;
  const audit = surroundings.audit ?? ownAudit!;
  const onError = (error: unknown, path: string) =>
    logger.error(`page: ${path}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  const handler = createUiApi(options, surroundings, audit, shutdown.signal);
  requireRoles(handler.methods);
  const callerOf = createCallers(audit, logger);
  let url = '';
  const linkOf = () => `${url}#secret=${links!.make()}`;
  const postFor = (port: number) =>
    createPagePost({
      ...{ sessions, links, onError, methods: handler.methods },
      attempts: createAttempts(),
      cookie: cookieForm(String(port), scheme === 'https'),
      proxyHeader: proxies && options.proxyHeader,
      userOf: (name) => userOf(machines.store, name),
      announceLink: () => logger.info(`sign in once with ${linkOf()}`),
      log: (message, fields) => logger.info(`page: ${message}`, fields),
      call: (method, request, response, user) => handler.call(method, request, response, callerOf(user)),
    });
  // Known once the port is; nobody is answered before.
  let post: PagePost | undefined;
  const server = await openServer(options, ownAudit, {
    ...{ scheme, files, onError, fd: sockets.one('ui'), tls: certificates?.first },
    hosts: (port) => createHostList(port, namesOf(options, host, port), scheme === 'https' ? 443 : 80),
    admits: (address) => proxies === undefined || proxies.trusts(address),
    post: (path, request, response) => post!.post(path, request, response),
  });
  const { port } = server.address;
  post = postFor(port);
  sessions.onEnded = post.endOrphans;
  url = `${scheme}://${urlHost(namesOf(options, host, port)[0] ?? '127.0.0.1', port)}/`;
  const renewal = certificates?.keep((pair) => server.setKeyPair(pair));
  const sweeping = await startSweeping(options, { machines, logger, sessions, post, onError });
  const link = links && linkOf();
  logger.info(`Starting matchbox web page on ${url}`);
  if (link !== undefined) logger.info(`sign in once with ${link}`);
  const close = async () => {
    sweeping.close();
    renewal?.close();
    shutdown.abort();
    await server.close();
    await ownAudit?.close();
  };
  return { address: server.address, url, link, reopenLogs: async () => ownAudit?.reopen(), close };
}

type PagePost = ReturnType<typeof createPagePost>;
type PageServerOptions = Parameters<typeof openPageServer>[0];

function openUiCertificates(options: UiOptions, { logger, metrics }: UiSurroundings) {
  return openKeyPair(options, { server: 'ui', files: textFiles, logger, metrics }).catch((cause: unknown) => {
    throw new StartError('bad_path', `-ui-cert-file: ${(cause as Error).message}`, { cause });
  });
}

/** @throws StartError; then the audit of the page's own is closed, too */
async function openServer(
  { address }: UiOptions,
  ownAudit: AuditTrail | undefined,
  options: Omit<PageServerOptions, 'host' | 'port'>,
): ReturnType<typeof openPageServer> {
  try {
    const server = await openPageServer({ ...options, ...parseUiAddress(address) });
    // A socket that was handed over may be elsewhere than the flag says.
    if (options.scheme === 'https' || /^(?:127\.|::1$)/.test(server.address.address)) return server;
    await server.close();
    throw new StartError('bad_address', `the socket "ui" is on ${server.address.address}: ${onlyHttps}`);
  } catch (error) {
    await ownAudit?.close();
    throw listenError(error, address);
  }
}

interface Sweeping {
  readonly machines: UiSurroundings['machines'];
  readonly logger: UiSurroundings['logger'];
  readonly sessions: Sessions;
  readonly post: PagePost;
  readonly onError: (error: unknown, path: string) => void;
}

/** Follows orders about users and ends sessions, now and from time to time. */
async function startSweeping({ statePath }: UiOptions, { machines, logger, sessions, post, onError }: Sweeping) {
  let isSweeping = false;
  const sweep = async () => {
    // On a slow disk one takes longer than the next one is away, and an order is followed once.
    if (isSweeping) return;
    isSweeping = true;
    try {
      await takeUserOrders(statePath, machines.store, logger);
      await sessions.tidy();
    } catch (error) {
      onError(error, 'sessions');
    } finally {
      isSweeping = false;
    }
    post.endOrphans();
  };
  const timer = setInterval(() => void sweep(), sweepMs);
  timer.unref();
  await sweep();
  return { close: () => clearInterval(timer) };
}

function openOwnAudit(options: UiOptions, { dataPath, logger }: UiSurroundings): Promise<AuditTrail> {
  const gitFolder = options.gitAudit ? dataPath : undefined;
  return openAuditTrail({ auditLog: options.auditLog, gitFolder, logger, now: () => new Date() }).catch(
    (cause: unknown) => {
      throw new StartError('bad_path', (cause as Error).message, { cause });
    },
  );
}

/** The first one is what the log prints. An address is asked by with its port alone. */
function namesOf({ hosts }: UiOptions, host: string, port: number): string[] {
  const given = hosts.split(',').flatMap((name) => name.trim() || []);
  const isName = host !== '' && host !== '0.0.0.0' && host !== '::';
  return [...given, ...(isName ? [`${host.includes(':') ? `[${host}]` : host}:${port}`] : [])];
}

function urlHost(name: string, port: number): string {
  return /:\d+$/.test(name) ? name : `${name}:${port}`;
}

function readFiles() {
  try {
    return readPageFiles();
  } catch (error) {
    if (!(error instanceof NoPageError)) throw error;
    throw new StartError('bad_path', `-ui-address: ${error.message}`, { cause: error });
  }
}
