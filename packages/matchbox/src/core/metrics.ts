/** What happens and can be counted. The server calls these hooks; who counts is injected. */
import type { Kind } from './kind.ts';

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
  /** Files in force by kind. */
  readonly files: Readonly<Record<Kind, number>>;
  readonly broken: number;
}

export interface Metrics {
  requestFinished(request: FinishedRequest): void;
  reloaded(reload: FinishedReload): void;
  /** @param reason a `HandshakeFailureReason` */
  tlsFailed(reason: string): void;
  /** Certificate files were read and are in use from now on. */
  certificateLoaded(server: 'grpc' | 'https', validTo: Date): void;
  written(kind: Kind, method: 'put' | 'delete', outcome: string): void;
}

export const noMetrics: Metrics = {
  requestFinished: () => {},
  reloaded: () => {},
  tlsFailed: () => {},
  certificateLoaded: () => {},
  written: () => {},
};
