/** The server of the demonstration: its data, its certificates, its web page. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, type RunningServer, start } from 'matchbox';
import { issueAuthority, issueLeaf } from 'matchbox/testing';
import type { SimulatedMachine } from '../fleet/behaviour.ts';
import { plainMachines } from '../plain-machines.ts';
import { plainPage } from '../plain-page.ts';
import { writeDemoSite } from './site.ts';

export interface DemoOptions {
  /** Everything is below it. */
  readonly folder: string;
  readonly fleet: readonly SimulatedMachine[];
  /** Where machines ask: `127.0.0.1:0`. */
  readonly address: string;
  readonly uiAddress: string;
}

export async function startDemo({ folder, fleet, address, uiAddress }: DemoOptions): Promise<RunningServer> {
  const data = join(folder, 'data');
  mkdirSync(data);
  writeDemoSite(data, fleet);
  return start({
    address,
    dataPath: data,
    assetsPath: join(data, 'assets'),
    machines: plainMachines(join(folder, 'state')),
    ui: {
      address: uiAddress,
      ...plainPage,
      statePath: join(folder, 'state'),
      auditLog: join(folder, 'audit.log'),
      certificateFiles: await writeCertificates(join(folder, 'certificates')),
    },
    logger: createLogger({ level: 'warning', format: 'text', sink: (line) => process.stderr.write(line) }),
  });
}

/** The demonstration serves no HTTPS; these are to be seen. */
const certificates = [
  { name: 'gRPC API', file: 'grpc', days: 9 },
  { name: 'machines (HTTPS)', file: 'web', days: 80 },
] as const;

async function writeCertificates(folder: string) {
  mkdirSync(folder);
  const authority = await issueAuthority('demonstration', { from: new Date(), days: 365 });
  return Promise.all(
    certificates.map(async ({ name, file, days }) => {
      const { certificate, key } = await issueLeaf(authority, {
        usage: 'server',
        commonName: `${file}.example.com`,
        alternativeNames: [],
        validity: { from: new Date(), days },
      });
      const [certFile, keyFile] = [join(folder, `${file}.crt`), join(folder, `${file}.key`)];
      writeFileSync(certFile, certificate);
      writeFileSync(keyFile, key, { mode: 0o600 });
      return { name, certFile, keyFile };
    }),
  );
}
