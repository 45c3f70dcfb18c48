/** Copies a data directory for a server that listens elsewhere than its files say. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The server as data directories and the network guide name it. */
const DOCUMENTED_HOST = 'matchbox.example.com:8080';

/** Copies the folder `from` to `to` and puts `host` (`host:port`) in the place of matchbox.example.com:8080. */
export function copyData(from: string, to: string, host: string): void {
  cpSync(from, to, { recursive: true });
  for (const path of readdirSync(to, { recursive: true, withFileTypes: true })) {
    if (!path.isFile()) continue;
    const file = join(path.parentPath, path.name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(DOCUMENTED_HOST, host));
  }
}
