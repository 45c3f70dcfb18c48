/** A server with its web page, asked over real sockets as no browser would. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger, type RunningServer, start } from 'matchbox';
import { type Role, userAccess } from 'matchbox/testing';
import { plainMachines } from '../../tools/plain-machines.ts';
import { plainPage } from '../../tools/plain-page.ts';

const fixtures = fileURLToPath(new URL('../../golden/matchbox/_fixtures/certs/', import.meta.url));
export const certificate = { certFile: `${fixtures}server.crt`, keyFile: `${fixtures}server.key` };
export const password = 'correct horse battery';

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  readonly method?: string;
  /** That the socket comes from. */
  readonly from?: string;
}

export interface AskedSite {
  readonly server: RunningServer;
  readonly folder: string;
  readonly port: number;
  readonly log: readonly string[];
  ask(asked: Asked): Promise<Got>;
  /** As the page asks: JSON, from its own origin. */
  post(path: string, body: unknown, cookie?: string, headers?: Readonly<Record<string, string>>): Promise<Got>;
  /** @returns the cookie, as a browser would send it back */
  signIn(user: string): Promise<string>;
  close(): Promise<void>;
}

interface SiteOptions {
  readonly ui?: Partial<Parameters<typeof start>[0]['ui'] & object>;
  readonly files?: Readonly<Record<string, string>>;
  readonly users?: Readonly<Record<string, Role>>;
}

export async function openAskedSite({ ui = {}, files = {}, users = {} }: SiteOptions): Promise<AskedSite> {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-asked-'));
  const statePath = join(folder, 'state');
  for (const kind of ['groups', 'profiles', 'generic']) mkdirSync(join(folder, 'data', kind), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'data', path)), { recursive: true });
    writeFileSync(join(folder, 'data', path), text);
  }
  for (const [name, role] of Object.entries(users)) {
    await userAccess.order(statePath, { order: 'put', name, role, password });
  }
  const log: string[] = [];
  const server = await start({
    address: '127.0.0.1:0',
    dataPath: join(folder, 'data'),
    assetsPath: '',
    machines: plainMachines(statePath),
    ui: {
      address: '127.0.0.1:0',
      ...plainPage,
      proxyHeader: 'X-Forwarded-User',
      statePath,
      auditLog: join(folder, 'audit.log'),
      ...ui,
    },
    logger: createLogger({ level: 'info', format: 'text', sink: (line) => void log.push(line) }),
  });
  const { port } = server.addresses.ui!;
  const isHttps = Boolean(ui.certFile);
  const scheme = isHttps || ui.trustedProxy ? 'https' : 'http';
  const ask = (asked: Asked) => askOnce(port, isHttps, asked);
  const own = { 'Content-Type': 'application/json', Origin: `${scheme}://127.0.0.1:${port}` };
  const post: AskedSite['post'] = (path, body, cookie, headers = {}) =>
    ask({ path, body: JSON.stringify(body), headers: { ...own, ...(cookie && { Cookie: cookie }), ...headers } });
  return {
    server,
    folder,
    port,
    log,
    ask,
    post,
    signIn: async (user) => {
      const { headers } = await post('/session/password', { user, password });
      return headers['set-cookie']![0]!.split(';', 1)[0]!;
    },
    close: async () => {
      await server.close(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function askOnce(port: number, isHttps: boolean, { path, headers = {}, body, method, from }: Asked): Promise<Got> {
  const send = isHttps ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      rejectUnauthorized: false,
      ...(from !== undefined && { localAddress: from }),
    };
    const sent = send(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
