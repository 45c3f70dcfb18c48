/**
 * What is shown has no secrets in it: nobody sees them by looking, and an operator who asks for them is written down first.
 * Viewers may not send drafts either, whose templates could print secrets in any disguise.
 */
import {
  Code,
  ConnectError,
  type ContextKey,
  createContextKey,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from '@connectrpc/connect';
import type { Role } from './access.ts';
import { maskMessage } from './mask.ts';
import { mask } from './mask-text.ts';

export interface Asker {
  readonly role: Role;
  /** Writes down that this user has seen the secrets of something. @throws Error: then they are not shown */
  readonly revealed: (method: string, object: string) => Promise<void>;
}

/** Nobody is more than a viewer unless it is said. */
const nobody: Asker = { role: 'viewer', revealed: () => Promise.reject(new TypeError('nobody asks')) };

export const askerKey: ContextKey<Asker> = createContextKey<Asker>(nobody, { description: 'who asks the page' });

/** With `1` a request asks for secrets as they are. */
const revealHeader = 'Matchbox-Reveal';
/** With `1` an answer says that something in it was masked. */
const maskedHeader = 'Matchbox-Masked';

const utf8 = new TextDecoder();

export const secretsInterceptor: Interceptor = (next) => async (request) => {
  const { role, revealed } = request.contextValues.get(askerKey);
  const wantsSecrets = request.header.get(revealHeader) === '1';
  if (role !== 'operator') refuseToViewer(request, wantsSecrets);
  if (!request.stream) {
    refuseMasks(request.message);
    if (wantsSecrets) await revealed(`${request.service.typeName}/${request.method.name}`, objectOf(request.message));
  }
  const response = await next(request);
  if (response.stream) return { ...response, message: maskAll(response.message) };
  if (wantsSecrets) return response;
  const { message, isMasked } = maskMessage(response.message);
  if (isMasked) response.header.set(maskedHeader, '1');
  return { ...response, message };
};

/** @throws ConnectError for what only operators may ask */
function refuseToViewer(request: UnaryRequest | StreamRequest, wantsSecrets: boolean): void {
  if (wantsSecrets) throw new ConnectError('secrets are shown to operators only', Code.PermissionDenied);
  if (!request.stream && 'draft' in request.message && (request.message.draft as readonly unknown[]).length > 0) {
    throw new ConnectError('drafts are for operators', Code.PermissionDenied);
  }
}

async function* maskAll<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const message of messages) yield maskMessage(message).message;
}

/** A text that was shown masked is not written over the secrets that it stands for. */
function refuseMasks(message: object): void {
  const content = 'content' in message ? message.content : undefined;
  if (content instanceof Uint8Array && utf8.decode(content).includes(mask))
    throw new ConnectError(
      `the text has ${mask} in it, which stands for a secret that was not shown: show the secrets first`,
      Code.InvalidArgument,
    );
}

const maxObject = 300;

/** What a request is about, for the audit log. */
function objectOf(message: object): string {
  const { kind, name, id, digest, query } = message as Readonly<Record<string, unknown>>;
  const [first] = [name, id, digest, query].filter((each) => typeof each === 'string' && each !== '');
  return `${typeof kind === 'string' ? `${kind}/` : ''}${String(first ?? '')}`.slice(0, maxObject);
}
