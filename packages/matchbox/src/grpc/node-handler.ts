/** From node:http2's requests to the methods of the services and back. */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { type ConnectRouter, createContextValues } from '@connectrpc/connect';
import type { UniversalHandlerFn, UniversalServerRequest, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node';
import { cutSession } from '../limits/cut-session.ts';
import { rawSocketOf } from '../limits/raw-socket.ts';
import type { Turn } from '../limits/turn.ts';
import { guardCall, isByteStream, isGrpc, statusOnly } from './call-guard.ts';
import { createCallLine } from './call-line.ts';
import { type Identity, identityKey } from './identity.ts';
import type { CallInWork, MessageRoom } from './message-room.ts';
import { withShallowBody } from './shallow-body.ts';

export interface NodeHandlerOptions {
  readonly router: ConnectRouter;
  /** undefined: the connection is at its end. */
  readonly identityOf: (request: Http2ServerRequest) => Identity | undefined;
  readonly onError: (error: unknown, path: string) => void;
  readonly room: MessageRoom;
  /** When a call may begin. */
  readonly turn: Turn | undefined;
}

export function createNodeHandler(options: NodeHandlerOptions) {
  const line = createCallLine({ turn: options.turn });
  const methods = new Map<string, UniversalHandlerFn>();
  const serviceNames = new Set<string>();
  for (const handler of options.router.handlers) {
    methods.set(handler.requestPath, guardCall(handler));
    serviceNames.add(handler.service.typeName);
  }
  return (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const identity = options.identityOf(request);
    if (identity === undefined) {
      response.destroy();
      return;
    }
    const contextValues = createContextValues().set(identityKey, identity);
    const method = methods.get(path);
    // Quirk: a stream whose window is shut does not end when it is destroyed, its session does (tried by tests/hostile/http2-attacks.ts: windows that stay shut).
    const connection = request.stream?.session ?? request.socket;
    const socket = rawSocketOf(request.socket);
    const call = options.room.enter(request.socket.remoteAddress ?? '', () => cutSession(connection, socket));
    response.once('close', call.leave);
    const begin = async () => {
      try {
        // Costs more than all before it, and again when the stream closes: not for a call that never begins.
        const asked = universalRequestFromNodeRequest(request, response, undefined, contextValues);
        const found = method
          ? await method(withShallowBody({ ...asked, body: heldBody(asked.body, call) }))
          : unknownMethod(path, request.headers['content-type'], serviceNames);
        const body = found.body && held(found.body, (bytes) => call.answers(bytes));
        // An answer may go on for days.
        void universalResponseToNodeResponse({ ...found, ...(body && { body }) }, response).catch(fail);
      } catch (error) {
        fail(error);
      }
    };
    const fail = (error: unknown) => {
      // A client that went away is no fault of ours.
      if (!response.destroyed && !request.aborted) options.onError(error, path);
      response.destroy();
    };
    line.take(connection, begin, () => response.destroyed || request.aborted || connection.destroyed);
  };
}

/** The texts are grpc-go's. Other protocols get what Connect clients understand. */
function unknownMethod(
  path: string,
  contentType: string | undefined,
  services: ReadonlySet<string>,
): UniversalServerResponse {
  const slash = path.lastIndexOf('/');
  const service = path.slice(1, slash);
  const method = path.slice(slash + 1);
  const message =
    slash <= 0
      ? `malformed method name: ${JSON.stringify(path)}`
      : services.has(service)
        ? `unknown method ${method} for service ${service}`
        : `unknown service ${service}`;
  if (isGrpc(contentType ?? null)) return statusOnly(12, message);
  return {
    status: 404,
    header: new Headers({ 'content-type': 'application/json' }),
    body: one(new TextEncoder().encode(JSON.stringify({ code: 'unimplemented', message }))),
  };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function heldBody(body: UniversalServerRequest['body'], call: CallInWork): UniversalServerRequest['body'] {
  return isByteStream(body) ? held(body, (bytes) => call.hold(bytes)) : body;
}

/** The same, and tells of each piece that is handed on. */
async function* held(body: AsyncIterable<Uint8Array>, tell: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    tell(piece.length);
    yield piece;
  }
}
