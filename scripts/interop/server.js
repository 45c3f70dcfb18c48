// A gRPC API with everything around it, in this process, on a data directory of its own; for tests.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCatalog } from '../../packages/matchbox/src/core/catalog.ts';
import { createLogger } from '../../packages/matchbox/src/core/log.ts';
import { noMetrics } from '../../packages/matchbox/src/core/metrics.ts';
import { startGrpc } from '../../packages/matchbox/src/grpc/start-grpc.ts';
import { openFileStore } from '../../packages/matchbox/src/store/file.ts';
import { textFiles } from '../../packages/matchbox/src/store/text-files.ts';

export const fixtures = fileURLToPath(new URL('../../golden/matchbox/_fixtures/certs', import.meta.url));

/**
 * @param {object} options of startGrpc that are to be others
 * @param {(data: string) => void} prepare fills the data directory before the start
 */
export async function openServer(options = {}, prepare = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-grpc-'));
  const data = join(folder, 'data');
  const certificates = join(folder, 'certs');
  for (const kind of ['groups', 'profiles']) mkdirSync(join(data, kind), { recursive: true });
  cpSync(fixtures, certificates, { recursive: true });
  prepare(data, folder);
  const log = [];
  const failures = [];
  const writes = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => log.push(line) });
  const catalog = await openCatalog(openFileStore(data), { logger, watch: false });
  const file = (name) => join(certificates, name);
  const server = await startGrpc({
    host: '127.0.0.1',
    port: 0,
    certFile: file('server.crt'),
    keyFile: file('server.key'),
    caFile: file('ca.crt'),
    files: textFiles,
    catalog,
    logger,
    metrics: {
      ...noMetrics,
      tlsFailed: (reason) => failures.push(reason),
      written: (...write) => writes.push(write.join(' ')),
    },
    version: { version: 'v9.9.9', runtime: 'test' },
    ...(typeof options === 'function' ? options({ folder, data, file }) : options),
  });
  return {
    folder,
    data,
    certificates,
    port: server.address.port,
    server,
    catalog,
    log,
    failures,
    writes,
    close: async () => {
      await server.close();
      await catalog.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
