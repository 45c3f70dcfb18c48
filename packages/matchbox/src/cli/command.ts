/** What a subcommand of `matchbox` is: a name, a help text, and a function from arguments to an exit code. */

import type { Gzip } from '@matchbox/butane';
import type { Snapshot, SnapshotOptions } from '../core/snapshot.ts';

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
}

/** How commands that answer offline come by data and by what the server's answers depend on. */
export interface DataAccess {
  /** Loads a data directory once, without watching it. What is broken in it is in the snapshot. Left out, `options` are the server's defaults. */
  openSnapshot(dataPath: string, options?: SnapshotOptions): Promise<Snapshot>;
  /** Calls back whenever a data directory changes, with the server's watch; for commands that run until they are stopped. */
  followData?(dataPath: string, onChange: () => void): Promise<{ close(): Promise<void> }>;
  /** The server's own compressor, for answers that agree to the byte. */
  readonly gzip: Gzip;
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
