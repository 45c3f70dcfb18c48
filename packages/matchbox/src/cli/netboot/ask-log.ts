/** Asks a running server's admin address for decisions of network boot. */
import { request } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ToldDecision } from '../../network/recent-decisions.ts';

const timeoutMs = 10_000;
/** 4096 decisions stay below. */
const maxAnswerBytes = 16 * 1024 * 1024;

/** @param endpoint `http://127.0.0.1:9090`, or short: `127.0.0.1:9090`, `:9090`, `9090` @returns undefined for what is none */
export function logUrl(endpoint: string): URL | undefined {
  const address = /^:?\d+$/.test(endpoint) ? `127.0.0.1:${endpoint.replace(':', '')}` : endpoint;
  const text = /^https?:\/\//.test(address) ? address : `http://${address}`;
  return endpoint !== '' && URL.canParse(text) ? new URL('/netboot', text) : undefined;
}

/** @returns the decisions behind a number; or why there are none, as a sentence */
export function askLog(url: URL, after: number, signal: AbortSignal): Promise<readonly ToldDecision[] | string> {
  const send = url.protocol === 'https:' ? httpsRequest : request;
  const attempt = `asking ${url.origin}${url.pathname}`;
  return new Promise((resolve) => {
    const fail = ({ code, message }: NodeJS.ErrnoException) =>
      resolve(`${attempt}: ${message || code}; does a server run with -admin-address there?`);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const asking = send(`${url.href}?after=${after}`, { agent: false, signal: limit }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('error', fail);
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxAnswerBytes) response.destroy(new Error('the answer is too long'));
        else chunks.push(chunk);
      });
      response.once('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(decode(body) ?? `${attempt}: its answer is no list of decisions`);
        else resolve(`${attempt}: it answers ${response.statusCode}: ${body.split('\n')[0]!.slice(0, 200)}`);
      });
    });
    asking.on('error', fail);
    asking.end();
  });
}

/** A line each, of our own server. */
function decode(body: string): readonly ToldDecision[] | undefined {
  try {
    const lines = body.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as ToldDecision);
  } catch {
    return undefined;
  }
}
