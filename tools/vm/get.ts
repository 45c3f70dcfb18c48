/**
 * An HTTP client of our own on the host, to compare with what a machine got. `node get.ts URL ADDRESS` connects to
 * ADDRESS whatever the URL's name resolves to, and prints `{ status, headers, body }` as JSON, the body in base64.
 */
import { type IncomingMessage, request } from 'node:http';

const [url = '', address = ''] = process.argv.slice(2);
const { host, port } = new URL(url);

const asked = request(
  url,
  { hostname: address, port, headers: { host }, timeout: 10_000, agent: false },
  (response) => void print(response),
);
asked
  .on('timeout', () => asked.destroy(new Error('no answer within 10 s')))
  .on('error', (error) => {
    console.error(`get ${url} at ${address}: ${error.message}`);
    process.exitCode = 1;
  })
  .end();

async function print(response: IncomingMessage): Promise<void> {
  const body = Buffer.concat(await response.toArray()).toString('base64');
  process.stdout.write(JSON.stringify({ status: response.statusCode, headers: response.headers, body }));
}
