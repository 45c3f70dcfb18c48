/** The URL of a PostgreSQL store, checked: what is refused, what is shown, what the library is handed. */
import type { PoolConfig } from 'pg';
import { EngineError } from '../engine-error.ts';

export interface PostgresAddress {
  readonly config: PoolConfig;
  /** Without user and password. */
  readonly shown: string;
}

/** Other modes look like encryption and do not say who is at the other end. */
const modes = ['disable', 'verify-full'];

/** Parameters by which the library would be told of encryption in other words. */
const otherSwitches = ['ssl', 'sslnegotiation', 'uselibpqcompat'];

/** @throws EngineError `denied` for a URL that is none or not safe */
export function parsePostgresUrl(text: string): PostgresAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // Its cause would show the text, and a password in it.
    throw new EngineError('denied', '-store: no URL: wanted postgres://USER@HOST:PORT/DATABASE');
  }
  const { searchParams } = url;
  // Quirk: of a parameter that comes twice the library takes the last, and a `host` goes before the URL's own (pg-connection-string, index.js, parse).
  const mode = searchParams.getAll('sslmode').at(-1) ?? null;
  const host = searchParams.getAll('host').at(-1) || url.hostname || process.env.PGHOST || 'localhost';
  const other = otherSwitches.find((name) => searchParams.has(name));
  if (other !== undefined) {
    throw new EngineError('denied', `-store: ${other}= is not taken: wanted sslmode=verify-full, or disable`);
  }
  const isLocal = host.startsWith('/') || ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host);
  if (mode !== null && !modes.includes(mode)) {
    throw new EngineError(
      'denied',
      `-store: sslmode=${mode} does not prove who the server is: wanted sslmode=verify-full (with sslrootcert=FILE), or disable`,
    );
  }
  if (mode === null && !isLocal) {
    throw new EngineError(
      'denied',
      `-store: the way to ${host} has to be protected: add sslmode=verify-full (with sslrootcert=FILE), or sslmode=disable where the network is trusted`,
    );
  }
  return {
    config: {
      connectionString: text,
      application_name: 'matchbox',
      connectionTimeoutMillis: 2000,
      statement_timeout: 5000,
      query_timeout: 6000,
      // A replica that dies without a word must not keep the others from writing for as long as TCP believes in it.
      idle_in_transaction_session_timeout: 10_000,
      keepAlive: true,
      max: 4,
    },
    shown: `postgres://${searchParams.has('host') ? host : url.host || host}${url.pathname}`,
  };
}
