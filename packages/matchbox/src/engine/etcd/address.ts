/** The URL of an etcd cluster, checked, with what etcdctl's environment variables add. */
import { EngineError } from '../engine-error.ts';

export interface EtcdAddress {
  /** `HOST:PORT` of each member. */
  readonly endpoints: readonly string[];
  /** Paths of PEM files; undefined: without TLS. */
  readonly tls: EtcdTlsFiles | undefined;
  readonly user: { readonly name: string; readonly password: string | { readonly file: string } } | undefined;
  /** All keys are below it; begins with a slash and does not end with one. */
  readonly prefix: string;
  /** Without user and password. */
  readonly shown: string;
}

export interface EtcdTlsFiles {
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

const wanted = 'etcd://HOST:PORT,HOST:PORT/PREFIX (etcds:// with TLS)';
const parameters = ['cacert', 'cert', 'key', 'password-file'] as const;
const defaultPort = '2379';
const defaultPrefix = '/matchbox';

/**
 * `etcd://USER:PASSWORD@HOST:PORT,HOST:PORT/PREFIX?cacert=FILE&cert=FILE&key=FILE&password-file=FILE`; what it leaves out comes from
 * `ETCDCTL_ENDPOINTS`, `ETCDCTL_CACERT`, `ETCDCTL_CERT`, `ETCDCTL_KEY`, `ETCDCTL_USER` and `ETCDCTL_PASSWORD`.
 * @throws EngineError `denied` for a URL that is none or not safe
 */
export function parseEtcdUrl(text: string, env: Readonly<Record<string, string | undefined>> = {}): EtcdAddress {
  // Not the platform's URL, which knows one host; and nothing of the text is shown, since a password may be in it.
  const parts = /^(etcds?):\/\/(?:([^@/?]*)@)?([^/?]*)(\/[^?]*)?(?:\?(.*))?$/s.exec(text);
  if (parts === null) throw refused(`no URL: wanted ${wanted}`);
  const [, scheme, credentials, hosts = '', path = '', query = ''] = parts;
  const options = optionsOf(query);
  const fromEnv = hosts === '' ? (env.ETCDCTL_ENDPOINTS ?? '') : '';
  const endpoints = (hosts || fromEnv || `127.0.0.1:${defaultPort}`).split(',').map(endpointOf);
  const caFile = options.cacert || env.ETCDCTL_CACERT || undefined;
  const certFile = options.cert || env.ETCDCTL_CERT || undefined;
  const keyFile = options.key || env.ETCDCTL_KEY || undefined;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw refused('cert= and key= (ETCDCTL_CERT, ETCDCTL_KEY) are given both or not at all');
  }
  // As etcdctl: whoever names certificates means TLS.
  const isSecure = scheme === 'etcds' || /https:\/\//.test(fromEnv) || caFile !== undefined || certFile !== undefined;
  const user = userOf(credentials, options['password-file'], env);
  const exposed = isSecure || user === undefined ? undefined : endpoints.find((endpoint) => !isLoopback(endpoint));
  if (exposed !== undefined) {
    throw refused(`a password would go to ${exposed} for everybody to read: use etcds:// (with cacert=FILE)`);
  }
  const prefix = prefixOf(path);
  return {
    endpoints,
    tls: isSecure ? { caFile, certFile, keyFile } : undefined,
    user,
    prefix,
    shown: `${isSecure ? 'etcds' : 'etcd'}://${endpoints.join()}${prefix}`,
  };
}

function refused(message: string): EngineError {
  return new EngineError('denied', `-store: ${message}`);
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused(`${what} has a % without two hexadecimal digits: wanted ${wanted}`);
  }
}

function optionsOf(query: string): Partial<Record<(typeof parameters)[number], string>> {
  const given = new URLSearchParams(query);
  const found: Partial<Record<(typeof parameters)[number], string>> = {};
  for (const [name, value] of given) {
    const known = parameters.find((each) => each === name);
    if (known === undefined) throw refused(`${name}= is not known: wanted ${parameters.join('=, ')}=`);
    found[known] = value;
  }
  return found;
}

function endpointOf(text: string): string {
  const bare = text.trim().replace(/^https?:\/\//, '');
  const [, host, port = defaultPort] = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(bare) ?? [];
  if (host === undefined || Number(port) > 65_535 || Number(port) === 0)
    throw refused(`no HOST:PORT: wanted ${wanted}`);
  return `${host}:${port}`;
}

function userOf(
  credentials: string | undefined,
  passwordFile: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): EtcdAddress['user'] {
  const text = credentials === undefined ? (env.ETCDCTL_USER ?? '') : decoded(credentials, 'the user');
  const [, name = '', password] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (name === '') {
    if (passwordFile !== undefined)
      throw refused('password-file= is given without a user: wanted etcds://USER@HOST:PORT');
    return undefined;
  }
  if (passwordFile !== undefined) {
    if (password !== undefined) throw refused('password-file= is given beside a password: give one of the two');
    return { name, password: { file: passwordFile } };
  }
  const found = password ?? env.ETCDCTL_PASSWORD;
  if (found === undefined) {
    throw refused(`no password for the user ${JSON.stringify(name)}: add password-file=FILE, or set ETCDCTL_PASSWORD`);
  }
  return { name, password: found };
}

function prefixOf(path: string): string {
  const prefix = decoded(path, 'the prefix').replace(/\/+$/, '') || defaultPrefix;
  if (/[\u0000-\u001f\u007f]|\/\//.test(prefix)) throw refused('the prefix has an empty part or a control character');
  return prefix;
}

function isLoopback(endpoint: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]):\d+$/.test(endpoint);
}
