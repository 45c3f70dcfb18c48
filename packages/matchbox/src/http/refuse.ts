/** What is no request that the handler can be asked: tunnels, expectations, and what Node's parser does not take for HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { endSocket, refusals } from '../limits/last-words.ts';
import { isFileBody } from './assets/file-body.ts';
import { sendFile } from './assets/send.ts';
import { type Edge, finish, ignoreError, noRequest, remoteAddressOf } from './edge.ts';
import { notFound, plainResponse, type Request } from './message.ts';
import { formatHead, parseRawRequest } from './raw-request.ts';
import { respond } from './respond.ts';

/** We are no proxy. */
export function refuseTunnel(edge: Edge, message: IncomingMessage, socket: Socket): void {
  edge.gates.get(socket)?.shut();
  edge.capacity.turns.writeAll();
  const request: Request = {
    method: message.method ?? '',
    target: message.url ?? '',
    headers: {},
    remoteAddress: remoteAddressOf(socket),
  };
  const { status, headers, body, outcome } = notFound('none');
  endSocket(socket, Buffer.concat([Buffer.from(formatHead(status, headers)), body as Uint8Array]));
  edge.requestLog.finished({ request, status, outcome, bytes: 0, milliseconds: 0 });
}

/** `Expect` with anything but `100-continue`. */
export function refuseExpectation(edge: Edge, message: IncomingMessage, response: ServerResponse): void {
  const refused = plainResponse(417, '417 Expectation Failed\n', { endpoint: 'invalid', reason: 'malformed' });
  respond({ ...edge, handler: () => refused }, message, response);
}

/** What Node's parser does not take for HTTP, and clients that are too slow. */
export function refuseMalformed(
  edge: Edge,
  error: Error & { code?: string; rawPacket?: Buffer },
  socket: Socket,
): void {
  const gate = edge.gates.get(socket);
  gate?.shut();
  // What the same connection sent before has its answer first.
  edge.capacity.turns.writeAll();
  socket.on('error', ignoreError);
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (gate?.last) {
    endSocket(socket, '');
    return;
  }
  const request = error.code === 'HPE_INVALID_URL' && error.rawPacket && parseRawRequest(error.rawPacket);
  if (request) {
    respondRaw(edge, { ...request, remoteAddress: remoteAddressOf(socket) }, socket).catch((fault: unknown) => {
      edge.onError(fault, noRequest);
      socket.destroy();
    });
    return;
  }
  const status = refusals[error.code ?? ''] ?? '400 Bad Request';
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': `${status.length}` };
  endSocket(socket, formatHead(Number(status.slice(0, 3)), headers) + status);
  edge.metrics.requestFinished({
    endpoint: 'invalid',
    status: Number(status.slice(0, 3)),
    reason: 'malformed',
    bytes: status.length,
    seconds: 0,
  });
}

/** Answers a request that Node's parser refuses for the bytes of its target, and ends the connection. */
async function respondRaw(edge: Edge, raw: Request, socket: Socket): Promise<void> {
  const started = performance.now();
  const gate = edge.gates.get(socket);
  if (gate) gate.last = true;
  const address = socket.remoteAddress ?? '';
  let entry: ReturnType<typeof edge.capacity.admission.enter>;
  const request: Request = {
    ...raw,
    get gone() {
      return socket.destroyed;
    },
    enter: () => {
      entry ??= edge.capacity.admission.enter(address, () => socket.destroy());
      return entry !== undefined;
    },
  };
  const response = await edge.handler(request);
  const { status, headers, body } = response;
  socket.write(formatHead(status, headers));
  try {
    if (isFileBody(body)) {
      const { outcome, sentBytes } = await sendFile(body, socket, {
        buffers: edge.capacity.buffers,
        turn: edge.capacity.turns.piece,
        onProgress: () => entry?.progressed(),
      });
      finish(edge, request, response, {
        started,
        cut: outcome === 'sent' ? undefined : { reason: outcome, sentBytes },
      });
      return;
    }
    endSocket(socket, request.method === 'HEAD' ? '' : body);
    finish(edge, request, response, { started });
  } finally {
    entry?.leave();
  }
}
