/** What a server is made of, and what it is once it runs. */
import type { AddressInfo } from 'node:net';
import type { TemplateLibrary } from './data/template-library.ts';
import type { Logger } from './log/log.ts';
import type { Metrics } from './log/metrics.ts';
import type { Machines } from './machines/machines.ts';
import type { NetbootSetup } from './network/setup.ts';
import type { AdminOptions } from './start-admin.ts';
import type { MachinesSetup } from './start-machines.ts';
import type { OriginOptions } from './start-origin.ts';
import type { RpcOptions } from './start-rpc.ts';
import type { StoreSetup } from './start-store.ts';
import type { WebTlsOptions } from './start-web.ts';
import type { WorkersOptions } from './start-workers.ts';
import type { InheritedSockets } from './supervisor/inherited-sockets.ts';
import type { UiOptions } from './ui-options.ts';

export interface ServerOptions {
  /** `host:port`; an empty host means all addresses, port 0 any free one. */
  readonly address: string;
  readonly dataPath: string;
  /** '' switches assets off. */
  readonly assetsPath: string;
  readonly onBrokenGroup?: 'hold' | 'skip';
  /** How Ignition configs older than 3.4.0 are sent. */
  readonly ignitionVersion?: 'customary' | 'as-written';
  /** Which functions templates have besides Go's. */
  readonly templateLibrary?: TemplateLibrary;
  /** Serve HTTPS with these files: instead of HTTP, or beside it on an address of its own. */
  readonly web?: WebTlsOptions | undefined;
  /** Sign answers with the first private key of this ring. */
  readonly keyRing?: { readonly path: string; readonly passphrase: string | undefined } | undefined;
  /** For the log. */
  readonly version?: string | undefined;
  /** Serve the gRPC API too. */
  readonly rpc?: RpcOptions | undefined;
  /** Serve metrics and health on an address of their own. */
  readonly admin?: AdminOptions | undefined;
  /** Where assets that are not in `assetsPath` are fetched from. */
  readonly origin?: OriginOptions | undefined;
  /** Serve HTTP from so many processes; undefined or one: from this one. */
  readonly workers?: WorkersOptions | undefined;
  /** Where the files are, if not in the data path. */
  readonly store?: StoreSetup;
  /** Serve the web page. */
  readonly ui?: UiOptions | undefined;
  /** Where what is known of machines is kept, and who is told of it; in memory and nobody unless said otherwise. */
  readonly machines?: MachinesSetup;
  /** Answer machines that boot from the network; undefined: leave it to others. */
  readonly netboot?: NetbootSetup | undefined;
  /** Sockets that a supervisor opened: each goes before the address that it is for. */
  readonly sockets?: InheritedSockets;
  /** Another process keeps what is known of machines in the folder of the state, and is waited for. */
  readonly onStateTaken?: () => void;
  readonly logger?: Logger;
  /** Counts what happens; with `admin`, what the admin address shows is counted and nothing else. */
  readonly metrics?: Metrics;
}

export interface RunningServer {
  readonly addresses: {
    /** Of `address`, which is HTTPS if that is served instead of HTTP. */
    readonly http: AddressInfo;
    /** Of HTTPS beside HTTP. */
    readonly https: AddressInfo | undefined;
    readonly rpc: AddressInfo | undefined;
    readonly admin: AddressInfo | undefined;
    readonly ui: AddressInfo | undefined;
  };
  /** What is known of machines. */
  readonly machines: Machines;
  /** Process ids of those that serve HTTP in this one's place. */
  readonly workers: readonly number[];
  /** The web page's address, with the secret that signs in once where there is one. */
  readonly pageLink: string | undefined;
  /** Reads what changed in the data directory, opens log files anew; resolves when both are in force. */
  reload(): Promise<void>;
  /** Stops gracefully: downloads may finish, for `graceMs` at most. */
  close(graceMs?: number): Promise<void>;
}
