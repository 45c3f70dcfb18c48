// What every step of one translation shares.
import type { ConfigValue } from '@matchbox/ignition';
import type { Gzip } from './data-url.ts';
import type { FilesDirectory } from './files-directory.ts';
import { describe, type Fault } from './messages.ts';
import type { Finding } from './report.ts';
import type { Spec } from './spec.ts';
import type { Path } from './yaml/index.ts';

export interface Context {
  readonly spec: Spec;
  readonly filesDirectory: FilesDirectory | undefined;
  /** Absent where contents are not to be compressed. */
  readonly gzip: Gzip | undefined;
  /** What was found, in Butane's order. */
  readonly findings: Finding[];
}

/** A config object under construction. */
export type Draft = { [key: string]: ConfigValue | undefined };

/** Reports an error at a place of the YAML document. */
export function fail(context: Context, path: Path, fault: Fault): void {
  context.findings.push({ kind: 'error', ...describe(fault), path, in: 'source' });
}
