/** A site that publishes one release of Flatcar, signed with a key of its own; its files can be held back. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMessage, generateKey, sign } from 'openpgp';

/** What has less is a signature, or metadata. */
const imageBytes = 200_000;

export const release = '4081.2.0';

export interface ReleaseSite {
  readonly baseUrl: string;
  /** Files, by path; may be changed. */
  readonly files: Map<string, Uint8Array>;
  /** The second halves of images wait for it. */
  hold: Promise<void>;
  close(): Promise<void>;
}

/** @param keyFile where its public key is written to */
export async function openReleaseSite(keyFile: string): Promise<ReleaseSite> {
  const { privateKey, publicKey } = await generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'Test builds' }],
    format: 'object',
  });
  writeFileSync(keyFile, publicKey.armor());
  const files = new Map<string, Uint8Array>();
  const folder = `amd64-usr/${release}`;
  const names = [
    'flatcar_production_pxe.vmlinuz',
    'flatcar_production_pxe_image.cpio.gz',
    'flatcar_production_image.bin.bz2',
  ];
  for (const [index, name] of names.entries()) {
    const bytes = Buffer.alloc((index + 1) * imageBytes, name);
    const message = await createMessage({ binary: new Uint8Array(bytes) });
    const signature = await sign({ message, signingKeys: privateKey, detached: true, format: 'binary' });
    files.set(`/${folder}/${name}`, bytes).set(`/${folder}/${name}.sig`, signature as Uint8Array);
  }
  files.set('/amd64-usr/current/version.txt', Buffer.from(`FLATCAR_VERSION=${release}\n`));
  let server: Server;
  const site: ReleaseSite = {
    baseUrl: '',
    files,
    hold: Promise.resolve(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  server = createServer((request, response) => {
    const bytes = files.get(request.url ?? '');
    if (bytes === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Length': bytes.length });
    if (bytes.length < imageBytes) return void response.end(bytes);
    response.write(bytes.subarray(0, bytes.length / 2));
    void site.hold.then(() => response.end(bytes.subarray(bytes.length / 2)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(site, { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
