/** Network boot as the page shows it: what is served, which leases there are, and what stands in the way. */
import type { Message, MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { Api } from './api.ts';
import type {
  DoctorFindingSchema,
  Loader,
  NetbootDoctorResponseSchema,
  NetbootStatusResponse,
  NetbootStatusResponseSchema,
} from './gen/matchbox/ui_pb.ts';

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

/** What goes out as it is. */
type SentAsIs = Pick<NetbootStatusResponse, 'interface' | 'address' | 'otherServers' | 'withoutLoader'>;

/** What the built-in network boot serves now. */
export interface NetbootReport extends SentAsIs {
  readonly networks: readonly ServedNetwork[];
  readonly loaders: Omit<Loader, keyof Message>[];
}

type DoctorFinding = MessageInitShape<typeof DoctorFindingSchema>;

/** @returns why nothing could be looked at, in place of what was found */
export type NetbootDoctor = (signal: AbortSignal) => Promise<readonly DoctorFinding[] | string>;

const maxLeases = 1000;

export function netbootStatus(
  report: NetbootReport | undefined,
  nowMs: number,
): MessageInitShape<typeof NetbootStatusResponseSchema> {
  if (report === undefined) return { isOn: false };
  const { networks: served, ...asIs } = report;
  const networks = served.map(({ leases, ...network }) => {
    const current = [...leases].filter(({ expiresAtMs }) => expiresAtMs > nowMs);
    return { ...network, current };
  });
  const leases = networks.flatMap(({ name, current }) => current.map((lease) => ({ ...lease, network: name })));
  leases.sort((a, b) => b.expiresAtMs - a.expiresAtMs);
  return {
    isOn: true,
    ...asIs,
    networks: networks.map(({ name, mode, dryRun, answerTo, current }) => ({
      ...{ name, mode, dryRun, answer: answerTo, leases: current.length },
    })),
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
