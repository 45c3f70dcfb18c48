/** Network boot as the page shows it: what is served, which leases there are, and what stands in the way. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { Api } from './api.ts';
import type { NetbootDoctorResponseSchema, NetbootStatusResponseSchema } from './gen/matchbox/ui_pb.ts';

export interface ServedLease {
  readonly mac: string;
  readonly address: string;
  readonly hostName?: string | undefined;
  readonly known: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

export interface ServedNetwork {
  readonly name: string;
  readonly mode: string;
  readonly dryRun: boolean;
  readonly answerTo: string;
  /** Ended ones too. */
  readonly leases: Iterable<ServedLease>;
}

export interface ServedLoader {
  readonly architecture: string;
  readonly code: number;
  readonly file: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly version: string;
}

/** What the built-in network boot serves now. */
export interface NetbootReport {
  readonly interface: string;
  readonly address: string;
  readonly networks: readonly ServedNetwork[];
  /** DHCP servers of others, in words. */
  readonly otherServers: readonly string[];
  readonly loaders: readonly ServedLoader[];
  /** Architectures that get no boot file. */
  readonly withoutLoader: readonly string[];
}

export interface DoctorFinding {
  readonly about: string;
  readonly level: string;
  readonly text: string;
  readonly advice?: string;
}

/** @returns why nothing could be looked at, in place of what was found */
export type NetbootDoctor = (signal: AbortSignal) => Promise<readonly DoctorFinding[] | string>;

const maxLeases = 1000;

export function netbootStatus(
  report: NetbootReport | undefined,
  nowMs: number,
): MessageInitShape<typeof NetbootStatusResponseSchema> {
  if (report === undefined) return { isOn: false };
  const networks = report.networks.map(({ leases, ...network }) => {
    const current = [...leases].filter(({ expiresAtMs }) => expiresAtMs > nowMs);
    return { ...network, current };
  });
  const leases = networks.flatMap(({ name, current }) => current.map((lease) => ({ ...lease, network: name })));
  leases.sort((a, b) => b.expiresAtMs - a.expiresAtMs);
  return {
    isOn: true,
    interface: report.interface,
    address: report.address,
    networks: networks.map(({ name, mode, dryRun, answerTo, current }) => ({
      ...{ name, mode, dryRun, answer: answerTo, leases: current.length },
    })),
    otherServers: [...report.otherServers],
    loaders: report.loaders.map(({ sizeBytes, ...loader }) => ({ ...loader, sizeBytes: BigInt(sizeBytes) })),
    withoutLoader: [...report.withoutLoader],
    leases: leases.slice(0, maxLeases).map(({ network, mac, address, hostName = '', known, expiresAtMs }) => ({
      ...{ network, mac, address, hostName, known, endsMs: BigInt(Math.round(expiresAtMs)) },
    })),
    leaseCount: leases.length,
  };
}

type Doctored = MessageInitShape<typeof NetbootDoctorResponseSchema>;

/** It binds ports and sends requests: one look at a time, which all who ask meanwhile share. */
export function createDoctor(doctor: NetbootDoctor | undefined, api: Api) {
  let looking: Promise<Doctored> | undefined;
  return (context: HandlerContext): Promise<Doctored> =>
    api.order({ object: 'netboot', detail: 'doctor' }, context, async () => {
      if (doctor === undefined) return { fault: 'This server was not told how to look at its host.' };
      // Nobody's leaving ends it for the others: it ends by itself within seconds.
      looking ??= doctor(AbortSignal.timeout(doctorMs))
        .then((found) => (typeof found === 'string' ? { fault: found } : { findings: [...found] }))
        .finally(() => {
          looking = undefined;
        });
      return looking;
    });
}

const doctorMs = 30_000;
