/** What the primary hands a worker at its start: what `start` was told, as far as HTTP is about it. */
import type { AddressInfo } from 'node:net';
import type { TemplateLibrary } from './data/template-library.ts';
import type { LogFormat, LogLevel } from './log/log.ts';
import type { WebTlsOptions } from './start-web.ts';

export interface WorkerSetup {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  readonly log: { readonly level: LogLevel; readonly format: LogFormat };
  readonly address: string;
  readonly web: WebTlsOptions | undefined;
  /** Descriptors of the listening sockets. */
  readonly sockets: { readonly http?: number; readonly https?: number };
  readonly isHandedOver: boolean;
  readonly ticketKeys: Uint8Array;
  readonly assetsPath: string;
  /** Whether the primary fetches assets that are not here. */
  readonly origin: boolean;
  /** Whether the primary signs. */
  readonly signs: boolean;
  readonly onBrokenGroup: 'hold' | 'skip';
  readonly ignitionVersion: 'customary' | 'as-written' | undefined;
  readonly templateLibrary: TemplateLibrary | undefined;
  /** Whether the primary answers network boot: it has the loaders, and wants to know who has its script. */
  readonly netboot: boolean;
  /** Whether somebody asks for counts. */
  readonly counts: boolean;
  readonly version: string;
}

export interface WorkerReady {
  readonly http: AddressInfo;
  readonly https: AddressInfo | undefined;
}
