/** The service `Site`: how the server fares, and who changed what. */
import type { ConnectRouter } from '@connectrpc/connect';
import type { Catalog } from '../data/catalog.ts';
import { kinds } from '../data/kind.ts';
import type { Machines } from '../machines/machines.ts';
import type { Api } from './api.ts';
import { listAssets } from './asset-list.ts';
import { attemptsOf } from './audit-attempts.ts';
import { auditTail, entryOf } from './audit-tail.ts';
import { Site } from './gen/matchbox/ui_pb.ts';
import { createImageGet, type ImageAccess, imageSystems } from './image-get.ts';
import { createDoctor, type NetbootDoctor, type NetbootReport, netbootStatus } from './netboot-view.ts';
import type { ServerVersion } from './services.ts';

/** A certificate that the server uses. */
export interface UsedCertificate {
  readonly name: string;
  readonly file: string;
  /** When it ends, or why that is not known. */
  readonly end: Date | string;
}

export interface SiteOptions {
  readonly api: Api;
  readonly catalog: Catalog;
  readonly machines: Machines;
  readonly version: ServerVersion;
  readonly publicUrl: () => string;
  readonly stateIsKept: boolean;
  readonly auditLog: string | undefined;
  /** '' for none. */
  readonly assetsPath: string;
  /** Read anew each time: they are renewed while the server runs. */
  readonly certificates: () => Promise<readonly UsedCertificate[]>;
  /** undefined: network boot is off. */
  readonly netboot: () => NetbootReport | undefined;
  readonly netbootDoctor: NetbootDoctor | undefined;
  /** undefined: there is no folder for assets. */
  readonly images: ImageAccess | undefined;
}

const maxBroken = 100;
const maxEntries = 500;

export function registerSite(router: ConnectRouter, options: SiteOptions): void {
  const { catalog, machines, version, images, api } = options;
  const doctor = createDoctor(options.netbootDoctor, api);
  router.service(Site, {
    siteStatus: async () => {
      const { snapshot, state } = catalog;
      const certificates = (await options.certificates()).map(({ name, file, end }) => ({
        name,
        file,
        endsMs: typeof end === 'string' ? 0n : BigInt(end.getTime()),
        fault: typeof end === 'string' ? end : '',
      }));
      return {
        ...version,
        counts: kinds.map((kind) => ({ kind, files: snapshot.counts[kind] })),
        broken: snapshot.broken.slice(0, maxBroken).map(({ kind, name, fault, lastGood }) => ({
          file: `${kind}/${name}`,
          line: fault.line ?? 0,
          column: fault.column ?? 0,
          message: fault.message,
          lastGood,
        })),
        brokenCount: snapshot.broken.length,
        certificates: certificates.sort((a, b) => Number(a.endsMs - b.endsMs)),
        storeFault: state.is === 'live' ? '' : state.reason,
        publicUrl: options.publicUrl(),
        stateIsKept: options.stateIsKept,
        isAudited: options.auditLog !== undefined,
        droppedEvents: BigInt(machines.store.dropped),
      };
    },
    auditList: async ({ limit }) => {
      if (options.auditLog === undefined)
        return { fault: 'No audit log is written. Start the server with -audit-log FILE to have one.' };
      try {
        const records = attemptsOf(await auditTail(options.auditLog));
        const wanted = Math.min(limit === 0 ? 100 : limit, maxEntries);
        return { entries: records.slice(-wanted).reverse().map(entryOf), file: options.auditLog };
      } catch (error) {
        return { fault: `The audit log cannot be read: ${error instanceof Error ? error.message : error}` };
      }
    },
    assetList: () => listAssets(options.assetsPath),
    netbootStatus: () => netbootStatus(options.netboot(), machines.now),
    netbootDoctor: (_, context) => doctor(context),
    imageSystems: () => imageSystems(images),
    imageGet: createImageGet(images, api),
  });
}
