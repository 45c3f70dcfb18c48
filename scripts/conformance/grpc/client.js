// A gRPC client that shares no code with the server: @grpc/grpc-js, with messages read from the .proto files.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, compressionAlgorithms, credentials, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const protoFolder = fileURLToPath(new URL('../../../packages/matchbox/proto', import.meta.url));
const deadlineMs = 8_000;

/** identity of a recorded call → files in the fixtures' folder of certificates */
const identities = {
  operator: 'client',
  'other-ca': 'client-other',
  expired: 'client-expired',
  'server-usage': 'client-servereku',
  'no-usage': 'client-noeku',
};

const definition = loadSync(['matchbox/rpc.proto', 'matchbox/additions.proto'], {
  includeDirs: [protoFolder],
  keepCase: true,
  longs: Number,
});

/** The methods of a service by name, for tests: `methodsOf('Groups').GroupGet`. */
export function methodsOf(service) {
  return definition[`rpcpb.${service}`];
}

/**
 * Opens connections as they are needed, one for each identity.
 * @param {string} certificates the folder of the fixtures' certificates
 */
export function openClient(port, certificates) {
  const clients = new Map();
  const clientFor = (identity, authority, gzip) => {
    const key = `${identity} ${authority} ${gzip}`;
    if (!clients.has(key)) clients.set(key, connect(port, certificates, identity, authority, gzip));
    return clients.get(key);
  };
  return {
    /** @returns {Promise<{ code: string, message: string, response?: object }>} */
    call: ({ rpc, request, raw_base64, identity = 'operator', ca = 'ca', gzip = false }) => {
      const [service, method] = rpc.split('/');
      const known = methodsOf(service)?.[method];
      const bytes =
        raw_base64 === undefined ? known?.requestSerialize(fill(request ?? {})) : Buffer.from(raw_base64, 'base64');
      return unary(
        clientFor(identity, ca, gzip),
        `/rpcpb.${rpc}`,
        bytes ?? Buffer.alloc(0),
        known?.responseDeserialize,
      );
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

function connect(port, folder, identity, authority, gzip) {
  const read = (name) => readFileSync(join(folder, name));
  const name = identities[identity];
  const pair = name ? [read(`${name}.key`), read(`${name}.crt`)] : [];
  const secure = credentials.createSsl(read(`${authority}.crt`), ...pair);
  return new Client(`localhost:${port}`, secure, {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.initial_reconnect_backoff_ms': 10_000,
    ...(gzip ? { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip } : {}),
  });
}

function unary(client, path, bytes, deserialize) {
  const same = (value) => value;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, bytes, { deadline: Date.now() + deadlineMs }, (error, response) => {
      if (error) resolve({ code: status[error.code], message: decodeMessage(error.details ?? '') });
      else resolve({ code: 'OK', message: '', response: deserialize ? plain(deserialize(response)) : response });
    });
  });
}

/** Quirk: grpc-js leaves the percent escapes of a status message as they are. */
function decodeMessage(details) {
  try {
    return decodeURIComponent(details);
  } catch {
    return details;
  }
}

/** Bytes of a recorded request: text, `{ base64 }` or `{ repeat, times }`. */
function fill(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.base64 === 'string') return Buffer.from(value.base64, 'base64');
  if (typeof value.repeat === 'string') return Buffer.from(value.repeat.repeat(value.times));
  if (Array.isArray(value)) return value.map(fill);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      bytesFields.has(key) && typeof item === 'string' ? Buffer.from(item) : fill(item),
    ]),
  );
}

const bytesFields = new Set(['metadata', 'config']);

/** A response as it is recorded: bytes as text where they are UTF-8; nothing that is empty; no field of our own. */
function plain(value) {
  if (Buffer.isBuffer(value)) {
    const text = value.toString('utf8');
    return Buffer.from(text).equals(value) ? text : { base64: value.toString('base64') };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !additions.has(key))
    .map(([key, item]) => [key, plain(item)])
    .filter(
      ([key, item]) =>
        item !== '' &&
        !(Array.isArray(item) && item.length === 0) &&
        !(key === 'selector' && Object.keys(item).length === 0),
    );
  return Object.fromEntries(entries);
}

const additions = new Set(['revision', '_revision']);
