/** Makes the Ignition config of an answer: from a raw file or a rendered Butane text, in a version that the client reads. */
import { createHash } from 'node:crypto';
import { formatEntry, type Gzip, translate } from '@matchbox/butane';
import {
  type ConfigObject,
  findSpecVersion,
  formatConfig,
  formatPath,
  minorOf,
  type ParseResult,
  parseCompatible,
  type SpecVersion,
  upgrade,
} from '@matchbox/ignition';
import { Failure, type RenderedFault } from './failure.ts';
import type { TemplateEntry } from './file-entry.ts';
import type { LruCache } from './lru-cache.ts';
import { boundedFaults } from './rendered-fault.ts';
import type { Place } from './rendered-line.ts';

/** Where a fault is that has no place: at the first character that is no blank. */
const beginning: Place = { line: 1, column: 0 };

/** What upstream writes whatever the source says, and so do we for a client that states no version. */
const usualVersion: SpecVersion = '3.4.0';

export interface IgnitionOptions {
  /** Compresses long contents of Butane configs. */
  readonly gzip?: Gzip | undefined;
  /** The client's `Accept` header. */
  readonly accept?: string | undefined;
  readonly cache?: IgnitionCache | undefined;
}

/** Outcomes by what went in. */
export type IgnitionCache = LruCache<Outcome>;

type Outcome = { readonly body: Uint8Array } | { readonly failure: Failure };

/** Whether a file holds Ignition as it is, rather than a template. */
export function isRawIgnition(name: string): boolean {
  return /\.(ign|ignition)$/.test(name);
}

/**
 * @param text a raw file's bytes or a template's rendered text
 * @throws Failure `ignition_invalid`, `butane_error` (with places in the text), `version_unacceptable`
 */
export function ignitionBody(entry: TemplateEntry, text: Uint8Array, options: IgnitionOptions): Uint8Array {
  const accepted = acceptedVersion(options.accept);
  const key = `${entry.name}\n${accepted ?? ''}\n${digestOf(text)}`;
  let outcome = options.cache?.get(key);
  if (outcome === undefined) {
    outcome = makeOutcome(entry, text, accepted, options.gzip);
    options.cache?.set(key, outcome, 'body' in outcome ? outcome.body.length + 200 : 4096);
  }
  if ('failure' in outcome) throw outcome.failure;
  return outcome.body;
}

/** Of a raw file it is always the same bytes that are served. */
const digests = new WeakMap<Uint8Array, string>();

function digestOf(text: Uint8Array): string {
  let digest = digests.get(text);
  if (digest === undefined) {
    digest = createHash('sha256').update(text).digest('base64');
    digests.set(text, digest);
  }
  return digest;
}

function makeOutcome(entry: TemplateEntry, text: Uint8Array, accepted: string | undefined, gzip?: Gzip): Outcome {
  try {
    const { config, version } = isRawIgnition(entry.name) ? readRaw(entry, text) : readButane(entry, text, gzip);
    return { body: new TextEncoder().encode(writeFor(entry, config, version, accepted)) };
  } catch (error) {
    if (error instanceof Failure) return { failure: error };
    throw error;
  }
}

/** `Accept: application/vnd.coreos.ignition+json;version=3.3.0, *\/*;q=0.1` */
function acceptedVersion(accept: string | undefined): string | undefined {
  return accept === undefined
    ? undefined
    : /application\/vnd\.coreos\.ignition\+json\s*;\s*version="?([^\s;,"]+)/i.exec(accept)?.[1];
}

interface Config {
  readonly config: ConfigObject;
  readonly version: SpecVersion;
}

function readRaw(entry: TemplateEntry, bytes: Uint8Array): Config {
  let result = parseCompatible(bytes, usualVersion);
  if (result.config === undefined && result.version !== undefined && minorOf(result.version) > minorOf(usualVersion)) {
    result = parseCompatible(bytes, result.version);
  }
  if (result.config === undefined) throw invalidIgnition(entry, bytes, result);
  const version = result.version ?? usualVersion;
  return minorOf(version) < minorOf(usualVersion)
    ? { config: parseCompatible(bytes, version).config ?? result.config, version }
    : { config: result.config, version };
}

function invalidIgnition(entry: TemplateEntry, bytes: Uint8Array, { error, report }: ParseResult): Failure {
  const first = report.find(({ kind }) => kind === 'error');
  const { line, column } = first === undefined ? { line: 1, column: 1 } : first.line > 0 ? first : endOf(bytes);
  const lines = report.map(({ kind, path, line, column, message }) => {
    const at = [...(path.length > 0 ? [formatPath(path)] : []), ...(line > 0 ? [`line ${line} col ${column}`] : [])];
    return `${kind}${at.length > 0 ? ` at ${at.join(', ')}` : ''}: ${message}\n`;
  });
  const message = `warning parsing Ignition: ${error ?? 'config is not valid'}${first ? `: ${first.message}` : ''}`;
  return new Failure('ignition_invalid', message, {
    position: `${entry.kind}/${entry.name}:${line}:${column}`,
    details: lines.join(''),
  });
}

function endOf(bytes: Uint8Array): { line: number; column: number } {
  const text = Buffer.from(bytes).toString('latin1').trimEnd();
  const lineStart = text.lastIndexOf('\n') + 1;
  return { line: text.split('\n').length, column: text.length - lineStart + 1 };
}

function readButane(entry: TemplateEntry, text: Uint8Array, gzip?: Gzip): Config {
  const made = translate(text, gzip === undefined ? {} : { gzip });
  const { ok, ignition, isMachineConfig, error, errorPlaces = [], report } = made;
  const first = report.find(({ kind }) => kind === 'error');
  const faults = report.map((item): RenderedFault => ({ text: formatEntry(item), place: placeOf(item) }));
  const fail = (message: string, rendered: Place) =>
    new Failure('butane_error', `error translating Butane Config: ${message}`, {
      position: `${entry.kind}/${entry.name}:${rendered.line}:${Math.max(rendered.column, 1)}`,
      rendered,
      faults: boundedFaults(faults),
    });
  if (!ok || ignition === undefined) {
    if (first === undefined) faults.unshift(...errorPlaces.map((place) => ({ text: '', place })));
    throw fail(
      `${error}${first ? `: ${first.message}` : ''}`,
      (first && placeOf(first)) ?? errorPlaces[0] ?? beginning,
    );
  }
  if (isMachineConfig) {
    const message = 'it becomes a MachineConfig for a cluster, which no machine can boot from; use the variant fcos';
    throw fail(message, beginning);
  }
  return ignition;
}

function placeOf({ line, column }: Place): Place | undefined {
  return line > 0 ? { line, column } : undefined;
}

/** The config in the usual version where the client reads that, else in the source's own, else not at all. */
function writeFor(
  entry: TemplateEntry,
  config: ConfigObject,
  version: SpecVersion,
  accepted: string | undefined,
): string {
  const usual = minorOf(version) < minorOf(usualVersion) ? usualVersion : version;
  const limit = accepted === undefined ? Number.POSITIVE_INFINITY : acceptedMinor(accepted);
  const target = [usual, version].find((candidate) => minorOf(candidate) <= limit);
  if (target === undefined) {
    const message = `the config is of spec version ${version}, but this machine's Ignition reads no later one than ${accepted}`;
    throw new Failure('version_unacceptable', message, { position: `${entry.kind}/${entry.name}:1:1` });
  }
  const written = target === version ? config : upgrade(config, version, target);
  return formatConfig(written, target, { emptyStructs: 'keep' });
}

/** A version that is newer than all we know reads everything; one that is older (2.x) or no version reads nothing. */
function acceptedMinor(accepted: string): number {
  const known = findSpecVersion(accepted);
  if (known !== undefined) return minorOf(known);
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(accepted) ?? [];
  if (major === undefined || Number(major) < 3) return -1;
  return Number(major) === 3 ? Number(minor) : Number.POSITIVE_INFINITY;
}
