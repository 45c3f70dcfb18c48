/** Fetches the boot script as a machine would: from the served address. */
import { request } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ScriptFact } from '../../network/doctor.ts';

const timeoutMs = 5000;

export function askScript(url: string, localAddress: string, signal: AbortSignal): Promise<ScriptFact> {
  const send = url.startsWith('https:') ? httpsRequest : request;
  return new Promise((resolve) => {
    const fail = (error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      resolve({ error: message || code || 'it failed', refused: code === 'ECONNREFUSED' });
    };
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const asking = send(url, { localAddress, signal: limit, agent: false }, (response) => {
      response.on('error', fail);
      response.once('data', (chunk: Buffer) => {
        resolve({ status: response.statusCode ?? 0, beginsAsScript: chunk.toString('latin1').startsWith('#!ipxe') });
        // The rest tells nothing more.
        response.destroy();
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, beginsAsScript: false }));
    });
    asking.on('error', fail);
    asking.end();
  });
}
