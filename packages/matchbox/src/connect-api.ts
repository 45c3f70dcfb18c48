/** Introduces bootcmd's commands to the gRPC client: credentials, endpoints, and what is wrong with them. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { splitHostPort, systemMessage } from '@matchbox/gotext';
import { type ApiClient, ApiError, type ConnectionOptions } from './cli/bootcmd/api.ts';
import { checkKeyPair, KeyPairError, listCertificates } from './tls/key-pair.ts';

/** All endpoints together; a user is told within five seconds. */
const connectTimeoutMs = 4_000;

/**
 * Tries the endpoints in turn.
 * @throws ApiError
 */
export async function connectApi(options: ConnectionOptions, workingDirectory: string): Promise<ApiClient> {
  const credentials = readCredentials(options, workingDirectory);
  if (options.endpoints.length === 0) throw new ApiError('endpoint', 'client: No endpoints provided');
  for (const endpoint of options.endpoints) checkEndpoint(endpoint);
  // Only what needs a server loads the gRPC stack, so that help and completion stay quick.
  const { checkConnection } = await import('./grpc/client-connection.ts');
  const messages: string[] = [];
  for (const endpoint of options.endpoints) {
    const fault = await checkConnection(endpoint, credentials, connectTimeoutMs / options.endpoints.length);
    if (!fault) return openApi(endpoint, credentials);
    messages.push(fault.message);
  }
  throw new ApiError('connection', `cannot connect to ${messages.join('; ')}`);
}

async function openApi(endpoint: string, credentials: ReturnType<typeof readCredentials>): Promise<ApiClient> {
  const { openClient } = await import('./grpc/client.ts');
  return openClient(endpoint, credentials, (status, message, cause) => new ApiError('rpc', message, { status, cause }));
}

/** In upstream's order, with upstream's words. */
function readCredentials(options: ConnectionOptions, workingDirectory: string) {
  const ca = readCredential(options.caFile, workingDirectory);
  const cert = readCredential(options.certFile, workingDirectory);
  const key = readCredential(options.keyFile, workingDirectory);
  try {
    checkKeyPair(cert, key);
  } catch (error) {
    if (!(error instanceof KeyPairError)) throw error;
    throw new ApiError('credentials', error.message, { cause: error });
  }
  if (listCertificates(ca).length === 0) {
    throw new ApiError(
      'connection',
      `${options.caFile}: found no certificate in it, so no server could be trusted; wanted the authority's certificate as PEM text (--ca-file)`,
    );
  }
  return { caFile: options.caFile, certFile: options.certFile, ca, cert, key };
}

function readCredential(path: string, workingDirectory: string): string {
  try {
    return readFileSync(resolve(workingDirectory, path), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const verb = code === 'EISDIR' ? 'read' : 'open';
    throw new ApiError('credentials', `${verb} ${path}: ${systemMessage(error)}`, { cause: error });
  }
}

/** @throws ApiError with the words of Go's net.SplitHostPort */
function checkEndpoint(endpoint: string): void {
  const parts = splitHostPort(endpoint);
  const fault =
    'fault' in parts ? parts.fault : /^\d{0,5}$/.test(parts.port) ? undefined : `address ${endpoint}: invalid port`;
  if (fault !== undefined) throw new ApiError('endpoint', `client: invalid host:port endpoint: ${fault}`);
}
