/** What happens and can be counted. The server calls these hooks; who counts is injected. */

export interface FinishedRequest {
  /** The route (`ipxe`, `ignition`, `assets`, …), never the path: the set is bounded. */
  readonly endpoint: string;
  readonly status: number;
  /** How it went in one word, from a closed set; see `answer.ts`. */
  readonly reason: string;
  readonly bytes: number;
  readonly seconds: number;
}

export interface FinishedReload {
  readonly seconds: number;
  /** Files in force by kind (`groups`, `profiles`, …). */
  readonly files: Readonly<Record<string, number>>;
  readonly broken: number;
}

export interface Metrics {
  requestFinished(request: FinishedRequest): void;
  reloaded(reload: FinishedReload): void;
  /** @param reason a `HandshakeFailureReason` */
  tlsFailed(reason: string): void;
  /** Certificate files were read and are in use from now on. */
  certificateLoaded(server: 'grpc' | 'https' | 'ui', validTo: Date): void;
  /** A limit of `limits.ts` was reached. */
  limited(limit: string): void;
  written(kind: string, method: 'put' | 'delete', outcome: string): void;
  /** A DHCP packet was decided about. @param rule a `Rule` of `@matchbox/netboot` */
  netbootDecided(rule: string): void;
  /** A machine was not given the lease that was decided. @param outcome an `UnkeptLease['outcome']` of `@matchbox/netboot` */
  leaseUnkept(outcome: string): void;
  /** @param ending an `Ending` of `@matchbox/netboot` */
  transferEnded(ending: string): void;
  /** Other DHCP servers were looked for. @param count those that give addresses */
  dhcpServersSeen(count: number): void;
}

export const noMetrics: Metrics = {
  requestFinished: () => {},
  reloaded: () => {},
  tlsFailed: () => {},
  certificateLoaded: () => {},
  limited: () => {},
  written: () => {},
  netbootDecided: () => {},
  leaseUnkept: () => {},
  transferEnded: () => {},
  dhcpServersSeen: () => {},
};
