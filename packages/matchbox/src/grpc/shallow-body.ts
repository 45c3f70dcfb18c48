/** Bodies of Connect's JSON, refused while they come if they are nested deeper than any message is. */
import { Code, ConnectError } from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';
import { limits } from '../limits/limits.ts';
import { followNesting } from '../limits/shallow-json.ts';

export function withShallowBody(request: UniversalServerRequest): UniversalServerRequest {
  const { body } = request;
  const isJson = /json/i.test(request.header.get('content-type')?.slice(0, 100) ?? '');
  const comes = typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
  return isJson && comes ? { ...request, body: shallow(body as AsyncIterable<Uint8Array>) } : request;
}

async function* shallow(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const nesting = followNesting({ most: limits.rpcFields });
  for await (const part of body) {
    if (!nesting.isShallow(part)) {
      const bounds = `deeper than ${limits.jsonNesting} levels, or has more than ${limits.rpcFields} fields`;
      throw new ConnectError(`the message is nested ${bounds}`, Code.InvalidArgument);
    }
    yield part;
  }
}
