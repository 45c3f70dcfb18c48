/** A gRPC API with everything around it, in this process, on a data directory of its own; for tests. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Catalog, createLogger, openCatalog, openFileStore } from 'matchbox';
import {
  type GrpcOptions,
  type GrpcServer,
  noMetrics,
  openMemoryMachines,
  startGrpc,
  textFiles,
} from 'matchbox/testing';

export const fixtures = fileURLToPath(new URL('../../golden/matchbox/_fixtures/certs', import.meta.url));

/** Where the server's files are; `file` answers the path of one among the certificates. */
interface Place {
  readonly folder: string;
  readonly data: string;
  file(name: string): string;
}

/** What it is started with otherwise than here. */
type Options = Partial<GrpcOptions> | ((place: Place) => Partial<GrpcOptions>);

export interface OpenedServer {
  readonly folder: string;
  readonly data: string;
  readonly certificates: string;
  readonly port: number;
  readonly server: GrpcServer;
  readonly catalog: Catalog;
  readonly machines: Awaited<ReturnType<typeof openMemoryMachines>>;
  /** Its lines so far. */
  readonly log: string[];
  /** Reasons of handshakes that failed. */
  readonly failures: string[];
  /** What was written, and how that ended. */
  readonly writes: string[];
  close(): Promise<void>;
}

/**
 * @param prepare fills the data directory before the start
 * @param reading how the data directory is read
 */
export async function openServer(
  options: Options = {},
  prepare: (data: string, folder: string) => void = () => {},
  reading: Parameters<typeof openCatalog>[1] = {},
): Promise<OpenedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'matchbox-grpc-'));
  const data = join(folder, 'data');
  const certificates = join(folder, 'certs');
  for (const kind of ['groups', 'profiles']) mkdirSync(join(data, kind), { recursive: true });
  cpSync(fixtures, certificates, { recursive: true });
  prepare(data, folder);
  const log: string[] = [];
  const failures: string[] = [];
  const writes: string[] = [];
  const logger = createLogger({ level: 'info', format: 'text', sink: (line) => void log.push(line) });
  const catalog = await openCatalog(openFileStore(data), { ...reading, logger, watch: false });
  const machines = await openMemoryMachines();
  const file = (name: string) => join(certificates, name);
  const server = await startGrpc({
    host: '127.0.0.1',
    port: 0,
    certFile: file('server.crt'),
    keyFile: file('server.key'),
    caFile: file('ca.crt'),
    files: textFiles,
    catalog,
    machines,
    answers: {},
    logger,
    metrics: {
      ...noMetrics,
      tlsFailed: (reason) => void failures.push(reason),
      written: (...write) => void writes.push(write.join(' ')),
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
    machines,
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
