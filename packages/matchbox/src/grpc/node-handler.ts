/** From node:http2's requests to the methods of the services and back. */
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { type ConnectRouter, createContextValues } from '@connectrpc/connect';
import type { UniversalHandlerFn, UniversalServerResponse } from '@connectrpc/connect/protocol';
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node';
import { guardCall, isGrpc, statusOnly } from './call-guard.ts';
import { type Identity, identify, identityKey, type ReadOnlyRule } from './identity.ts';

export interface NodeHandlerOptions {
  readonly router: ConnectRouter;
  readonly readOnlyRule: ReadOnlyRule;
  readonly onError: (error: unknown, path: string) => void;
}

export function createNodeHandler(options: NodeHandlerOptions) {
  const methods = new Map<string, UniversalHandlerFn>();
  const serviceNames = new Set<string>();
  for (const handler of options.router.handlers) {
    methods.set(handler.requestPath, guardCall(handler));
    serviceNames.add(handler.service.typeName);
  }
  const identities = new WeakMap<object, Identity>();
  const identityOf = (request: Http2ServerRequest): Identity => {
    const socket = socketOf(request);
    const known = identities.get(socket);
    if (known) return known;
    const identity = identify(socket.getPeerCertificate(), options.readOnlyRule);
    identities.set(socket, identity);
    return identity;
  };
  return (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const contextValues = createContextValues().set(identityKey, identityOf(request));
    const method = methods.get(path);
    const answer = method
      ? method(universalRequestFromNodeRequest(request, response, undefined, contextValues))
      : Promise.resolve(unknownMethod(path, request.headers['content-type'], serviceNames));
    answer
      .then((found) => universalResponseToNodeResponse(found, response))
      .catch((error: unknown) => {
        // A client that went away is no fault of ours.
        if (!response.destroyed && !request.aborted) options.onError(error, path);
        response.destroy();
      });
  };
}

function socketOf(request: Http2ServerRequest): TLSSocket {
  return (request.stream?.session?.socket ?? request.socket) as TLSSocket;
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
