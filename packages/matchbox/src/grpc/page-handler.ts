/** The services as the page's server calls them: one by one, for somebody who is known already. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ConnectRouter, type ContextValues, createContextValues } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node';
import { type Identity, identityKey } from './identity.ts';
import { withShallowBody } from './shallow-body.ts';
import { nextTurn } from './turns.ts';

export interface PageHandler {
  /** `rpcpb.Groups/GroupGet` */
  readonly methods: ReadonlySet<string>;
  call(method: string, request: IncomingMessage, response: ServerResponse, caller: PageCaller): void;
}

export interface PageCaller {
  readonly identity: Identity;
  /** Adds what interceptors want to know. */
  readonly prepare: (values: ContextValues) => void;
}

export function createPageHandler(router: ConnectRouter, onError: (error: unknown, path: string) => void): PageHandler {
  const handlers = new Map<string, UniversalHandler>(
    router.handlers.map((handler) => [handler.requestPath.slice(1), handler]),
  );
  return {
    methods: new Set(handlers.keys()),
    call: (method, request, response, { identity, prepare }) => {
      const values = createContextValues().set(identityKey, identity);
      prepare(values);
      const asked = withShallowBody(universalRequestFromNodeRequest(request, response, undefined, values));
      // Pages ask at once when they are opened, or hear of something.
      nextTurn()
        .then(() => handlers.get(method)!(asked))
        .then((answer) => universalResponseToNodeResponse(answer, response))
        .catch((error: unknown) => {
          // A page that was closed is no fault of ours.
          if (!response.destroyed && !request.aborted) onError(error, method);
          response.destroy();
        });
    },
  };
}
