/**
 * What happens to a call before and around Connect, so that a gRPC client gets what grpc-go answers: compression it does
 * not have, messages over the limit, bytes that are no message.
 */
import type { DescMessage } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type ContextKey,
  createContextKey,
  createContextValues,
  type Interceptor,
} from '@connectrpc/connect';
import type {
  UniversalHandler,
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from '@connectrpc/connect/protocol';
import { limits } from '../limits/limits.ts';
import { dropMisfits, TooManyFields } from './fitting-fields.ts';

/** grpc-go's limit for a received message. */
export const maxMessageBytes = 4 * 1024 * 1024;

const envelopeBytes = 5;
/** Of a message over the limit, so much more is read before the stream is cut off. */
const maxDiscardedBytes = 16 * maxMessageBytes;
const status = { invalidWire: 13, tooLarge: 8, unimplemented: 12 };

/** Set once a request's message has been read and its method begins. */
const reachedKey: ContextKey<{ reached: boolean }> = createContextKey(
  { reached: false },
  { description: 'method began' },
);

export const reachedInterceptor: Interceptor = (next) => (request) => {
  request.contextValues.get(reachedKey).reached = true;
  return next(request);
};

/** Wraps the handler of one method; calls in other protocols than gRPC pass through. */
export function guardCall(handle: UniversalHandler): UniversalHandlerFn {
  return (request) => guarded(handle, request);
}

async function guarded(handle: UniversalHandler, request: UniversalServerRequest): Promise<UniversalServerResponse> {
  const { input, methodKind } = handle.method;
  if (!isGrpc(request.header.get('content-type')) || !isByteStream(request.body)) return handle(request);
  const encoding = request.header.get('grpc-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    return statusOnly(
      status.unimplemented,
      `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(encoding)}`,
    );
  }
  const body = request.body[Symbol.asyncIterator]();
  const head = await readHead(body);
  const length = messageLength(head.bytes);
  if (length !== undefined && length > maxMessageBytes) {
    void discard(body);
    return statusOnly(status.tooLarge, `grpc: received message larger than max (${length} vs. ${maxMessageBytes})`);
  }
  const contextValues = request.contextValues ?? createContextValues();
  const progress = { reached: false, hasTooManyFields: false };
  contextValues.set(reachedKey, progress);
  const tooMany = () => {
    progress.hasTooManyFields = true;
  };
  const isMessage = methodKind === 'unary' && !isJson(request.header.get('content-type'));
  const resumed = isMessage ? resumeFitting(head, body, { input, tooMany }) : resume(head, body);
  const response = await handle({ ...request, body: resumed, contextValues });
  if (progress.hasTooManyFields) {
    return statusOnly(status.tooLarge, `grpc: the message has more than ${limits.rpcFields} fields`);
  }
  return progress.reached ? response : asUnmarshalled(response);
}

/** Connect's words for bytes that are no message, in grpc-go's. */
function asUnmarshalled(response: UniversalServerResponse): UniversalServerResponse {
  if (response.trailer?.get('grpc-status') !== String(status.invalidWire)) return response;
  return statusOnly(status.invalidWire, unmarshalMessage(response.trailer.get('grpc-message')));
}

/** A gRPC answer that has no message, only a status. */
export function statusOnly(code: number, message: string): UniversalServerResponse {
  return {
    status: 200,
    header: new Headers({ 'content-type': 'application/grpc+proto' }),
    trailer: new Headers({ 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) }),
  };
}

export function isGrpc(contentType: string | null): boolean {
  return contentType !== null && /^application\/grpc(\+(proto|json))?($|[ ;])/i.test(contentType);
}

function isJson(contentType: string | null): boolean {
  return contentType !== null && /json/i.test(contentType);
}

export function isByteStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

interface Head {
  readonly bytes: Uint8Array;
  readonly ended: boolean;
}

/** Reads until the length of the first message is known. */
async function readHead(body: AsyncIterator<Uint8Array>): Promise<Head> {
  let bytes: Uint8Array = new Uint8Array(0);
  while (bytes.length < envelopeBytes) {
    const { value, done } = await body.next();
    if (done) return { bytes, ended: true };
    bytes = bytes.length === 0 ? value : Buffer.concat([bytes, value]);
  }
  return { bytes, ended: false };
}

/** Reads on for a while, since a client that is not listened to may never get to see the answer. */
async function discard(body: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    let bytes = 0;
    for (let next = await body.next(); !next.done; next = await body.next()) {
      bytes += next.value.length;
      if (bytes > maxDiscardedBytes) break;
    }
    await body.return?.();
  } catch {
    // The client went away; there is nothing left to discard.
  }
}

function messageLength(head: Uint8Array): number | undefined {
  if (head.length < envelopeBytes) return undefined;
  return new DataView(head.buffer, head.byteOffset).getUint32(1);
}

async function* resume(head: Head, body: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.bytes.length > 0) yield head.bytes;
  if (head.ended) return;
  for (let next = await body.next(); !next.done; next = await body.next()) yield next.value;
}

/** The one message of a call, without the fields that do not fit; what is not whole is passed on as it came. */
async function* resumeFitting(
  head: Head,
  body: AsyncIterator<Uint8Array>,
  { input, tooMany }: { readonly input: DescMessage; readonly tooMany: () => void },
): AsyncGenerator<Uint8Array> {
  const length = messageLength(head.bytes);
  if (length === undefined || head.bytes[0] !== 0) {
    yield* resume(head, body);
    return;
  }
  const chunks = [head.bytes];
  let bytes = head.bytes.length;
  let ended = head.ended;
  while (bytes < envelopeBytes + length && !ended) {
    const { value, done } = await body.next();
    if (done) ended = true;
    else {
      chunks.push(value);
      bytes += value.length;
    }
  }
  const whole = Buffer.concat(chunks);
  const found = whole.subarray(envelopeBytes, envelopeBytes + length);
  const kept = found.length === length ? fitting(input, found, tooMany) : found;
  if (kept === found) yield whole;
  else {
    const envelope = Buffer.alloc(envelopeBytes);
    envelope.writeUInt32BE(kept.length, 1);
    yield Buffer.concat([envelope, kept, whole.subarray(envelopeBytes + length)]);
  }
  if (!ended) yield* resume({ bytes: new Uint8Array(0), ended }, body);
}

/** In the place of one that has too many fields nothing is read. */
function fitting(input: DescMessage, message: Uint8Array, tooMany: () => void): Uint8Array {
  try {
    return dropMisfits(input, message);
  } catch (error) {
    if (!(error instanceof TooManyFields)) throw error;
    tooMany();
    throw new ConnectError('too many fields', Code.ResourceExhausted);
  }
}

/** Connect's own text tells the two causes apart that grpc-go has texts for. */
function unmarshalMessage(connectMessage: string | null | undefined): string {
  const utf8 = /not valid for encoding|invalid.*utf-?8/i.test(decodeURIComponent(connectMessage ?? ''));
  const cause = utf8 ? 'string field contains invalid UTF-8' : 'proto: cannot parse invalid wire-format data';
  return `grpc: error unmarshalling request: ${cause}`;
}
