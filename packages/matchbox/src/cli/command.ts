/** What a subcommand of `matchbox` is: a name, a help text, and a function from arguments to an exit code. */

import type { Gzip } from '@matchbox/butane';
import type { Decision, Packet } from '@matchbox/netboot';
import type { Snapshot, SnapshotOptions } from '../data/snapshot.ts';
import type { Store, StoredFile } from '../data/store.ts';
import type { Part, PartResults } from '../foresight/part.ts';
import type { NetbootFacts } from '../network/doctor.ts';
import type { Connect } from './bootcmd/api.ts';
import type { FlagValues } from './server-flags/table.ts';

/** The world as a command may see it; tests hand in their own. */
export interface CommandContext {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Aborted by SIGINT and SIGTERM; a command that waits or loops ends then. */
  readonly signal: AbortSignal;
  /** Reads data directories as the server would; absent where a command works on none. */
  readonly data?: DataAccess;
  /** Connects to the API of a running server. */
  readonly connect?: Connect;
  /** Stores that several servers share; for the command that moves data in and out. */
  readonly stores?: StoreAccess;
  /** The host and its network, for the command about network boot. */
  readonly netboot?: NetbootAccess;
  /** The web page's users; absent where a command has nothing to do with them. */
  readonly users?: UserAccess;
  /** Whether somebody at a terminal can be asked. */
  readonly isInteractive?: boolean;
  /** Of the product. */
  readonly version?: string;
  /** Threads that do parts of long work; absent where everything is done in one. */
  readonly threads?: Threads;
  /** Runs servers with these flags until a signal ends them; resolves to the exit code. */
  readonly superviseServer?: (flags: readonly string[]) => Promise<number>;
}

/** Both give a text in place of their answer where something is wrong with the flags. */
export interface NetbootAccess {
  /** Looks at this host, and for other DHCP servers. */
  gather(
    values: FlagValues,
    signal: AbortSignal,
  ): Promise<Omit<NetbootFacts, 'script' | 'packetFilter' | 'now'> | string>;
  /** What the server with these flags would decide; nothing is sent. */
  decide(values: FlagValues, packet: Packet): Promise<Decision | string>;
}

export interface StoreAccess {
  /** @throws Error with what the user is told */
  url(named: { readonly url: string; readonly urlFile: string }): string;
  open(url: string): Promise<Store>;
  /** The store of a folder. */
  directory(path: string): Store;
  /** Makes the tables that are missing. */
  migrate(url: string): Promise<{ readonly from: number; readonly to: number }>;
}

export interface Threads {
  /** How many are worth having beside the caller's. */
  readonly count: number;
  /** Rejects where no thread could do it. @param stop when nobody waits for it any more */
  run<P extends Part>(part: P, stop?: AbortSignal): Promise<PartResults[P['work']]>;
}

/** How commands that answer offline come by data and by what the server's answers depend on. */
export interface DataAccess {
  /** Loads a data directory once, without watching it. What is broken in it is in the snapshot. Left out, `options` are the server's defaults. */
  openSnapshot(dataPath: string, options?: Partial<SnapshotOptions> & ReadOptions): Promise<Snapshot>;
  /** Calls back whenever a data directory changes, with the server's watch; for commands that run until they are stopped. */
  followData?(dataPath: string, onChange: () => void): Promise<{ close(): Promise<void> }>;
  /** The server's own compressor, for answers that agree to the byte. */
  readonly gzip: Gzip;
}

export interface ReadOptions {
  /** Called with the files as soon as they are read, before they are made sense of; for who has others to do that, too. */
  readonly onRead?: ((files: readonly StoredFile[], options: SnapshotOptions) => void) | undefined;
}

/** How the web page's users are changed, whether or not a server holds them. */
export interface UserAccess {
  /** @returns `followed`: a running server did it; `left`: it has not yet */
  order(
    statePath: string,
    order:
      | {
          readonly order: 'put';
          readonly name: string;
          readonly role: 'viewer' | 'operator';
          /** As typed; undefined: none opens it. */
          readonly password: string | undefined;
        }
      | { readonly order: 'remove'; readonly name: string },
  ): Promise<'done' | 'followed' | 'left'>;
  list(
    statePath: string,
  ): Promise<readonly { readonly name: string; readonly role: string; readonly signsIn: string }[]>;
}

/** A stream that text or bytes go to; `columns` is the width of the terminal, absent when piped. */
export interface Output {
  write(chunk: string | Uint8Array): void;
  readonly isTerminal: boolean;
  readonly columns?: number;
}

/** One row of the command table (`command-table.ts`). */
export interface Command {
  readonly name: string;
  /** One line for the overview that `matchbox help` prints. */
  readonly summary: string;
  /** Runs the command; resolves to the exit code (0 fine, 1 failed, 2 wrong usage unless the command says otherwise). */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}
