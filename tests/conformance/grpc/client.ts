/** A gRPC client that shares no code with the server: @grpc/grpc-js, with messages read from the .proto files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, compressionAlgorithms, credentials, type ServiceDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const protoFolder = fileURLToPath(new URL('../../../packages/matchbox/proto', import.meta.url));
/** For a call that hangs; one that is answered is not judged by its time. */
const deadlineMs = 600_000;

/** identity of a recorded call → files in the fixtures' folder of certificates */
const identities: Readonly<Record<string, string>> = {
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

/** A message as it is recorded. */
export type Plain = Readonly<Record<string, unknown>>;

/** What a call says: its name, its request as an object or in bytes, and who asks. */
export interface Call {
  /** `Service/Method` */
  readonly rpc: string;
  readonly request?: object | undefined;
  readonly raw_base64?: string;
  /** A key of the table above; others have no certificate. */
  readonly identity?: string;
  /** Of whom the client thinks that the server has its certificate. */
  readonly ca?: string;
  readonly gzip?: boolean;
}

export interface CallAnswer {
  /** The name of the status, such as NOT_FOUND. */
  readonly code: string;
  readonly message: string;
  readonly response?: Plain;
}

export interface GrpcClient {
  call(call: Call): Promise<CallAnswer>;
  close(): void;
}

/** The methods of a service by name, for tests: `methodsOf('Groups').GroupGet`. */
export function methodsOf(service: string): ServiceDefinition {
  const found = definition[`rpcpb.${service}`];
  if (found === undefined || 'format' in found) throw new Error(`no service is named rpcpb.${service}`);
  return found;
}

/**
 * Opens connections as they are needed, one for each identity.
 * @param certificates the folder of the fixtures' certificates
 */
export function openClient(port: number, certificates: string): GrpcClient {
  const clients = new Map<string, Client>();
  const clientFor = (who: Who): Client => {
    const key = JSON.stringify(who);
    const known = clients.get(key) ?? connect(port, certificates, who);
    clients.set(key, known);
    return known;
  };
  return {
    call: ({ rpc, request, raw_base64, identity = 'operator', ca = 'ca', gzip = false }) => {
      const [service = '', method = ''] = rpc.split('/');
      const known = servicesOf(service)?.[method];
      const bytes =
        raw_base64 === undefined
          ? known?.requestSerialize(fill(request ?? {}) as object)
          : Buffer.from(raw_base64, 'base64');
      const deserialize = known?.responseDeserialize;
      return unary(
        clientFor({ identity, authority: ca, gzip }),
        `/rpcpb.${rpc}`,
        bytes ?? Buffer.alloc(0),
        deserialize,
      );
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

/** Who asks, and how. */
interface Who {
  readonly identity: string;
  readonly authority: string;
  readonly gzip: boolean;
}

/** The service, or undefined: calls of services that do not exist are recorded too. */
function servicesOf(service: string): ServiceDefinition | undefined {
  return `rpcpb.${service}` in definition ? methodsOf(service) : undefined;
}

function connect(port: number, folder: string, { identity, authority, gzip }: Who): Client {
  const read = (name: string): Buffer => readFileSync(join(folder, name));
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

function unary(
  client: Client,
  path: string,
  bytes: Buffer,
  deserialize: ((bytes: Buffer) => object) | undefined,
): Promise<CallAnswer> {
  const same = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, bytes, { deadline: Date.now() + deadlineMs }, (error, response) => {
      if (error) resolve({ code: status[error.code], message: decodeMessage(error.details ?? '') });
      else {
        const bytes = response ?? Buffer.alloc(0);
        resolve({ code: 'OK', message: '', response: (deserialize ? plain(deserialize(bytes)) : { bytes }) as Plain });
      }
    });
  });
}

/** Quirk: grpc-js (src/subchannel-call.ts) reads a status message with decodeURI, which leaves the escapes of reserved characters as they are. */
function decodeMessage(details: string): string {
  try {
    return decodeURIComponent(details);
  } catch {
    return details;
  }
}

/** Bytes of a recorded request: text, `{ base64 }` or `{ repeat, times }`. */
function fill(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('base64' in value && typeof value.base64 === 'string') return Buffer.from(value.base64, 'base64');
  if ('repeat' in value && typeof value.repeat === 'string' && 'times' in value) {
    return Buffer.from(value.repeat.repeat(Number(value.times)));
  }
  if (Array.isArray(value)) return value.map(fill);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      // What is in a map of labels is a label, whatever its name.
      mapFields.has(key) ? item : bytesFields.has(key) && typeof item === 'string' ? Buffer.from(item) : fill(item),
    ]),
  );
}

const bytesFields = new Set(['metadata', 'config']);
const mapFields = new Set(['selector', 'labels']);

/** A response as it is recorded: bytes as text where they are UTF-8; nothing that is empty; no field of our own. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) {
    const text = value.toString('utf8');
    return Buffer.from(text).equals(value) ? text : { base64: value.toString('base64') };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !additions.has(key))
    .map(([key, item]) => [key, mapFields.has(key) ? { ...(item as object) } : plain(item)] as const)
    .filter(
      ([key, item]) =>
        item !== '' &&
        !(Array.isArray(item) && item.length === 0) &&
        !(key === 'selector' && Object.keys(item as object).length === 0),
    );
  return Object.fromEntries(entries);
}

const additions = new Set(['revision', '_revision']);
