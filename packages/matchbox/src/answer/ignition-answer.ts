/** Makes the Ignition config of an answer: from a raw file or a rendered Butane text, in a version that the client reads. */
import { createHash } from 'node:crypto';
import {
  fillMould,
  formatEntry,
  type Gzip,
  type HoleValue,
  type Mould,
  makeMould,
  type Outline,
  outlineOf,
  translate,
} from '@matchbox/butane';
import {
  type ConfigObject,
  formatConfig,
  formatReport,
  newestReadable,
  type ParseResult,
  parseSource,
  type SpecVersion,
  servedVersion,
  specVersions,
  statedVersion,
  upgrade,
  type VersionPolicy,
} from '@matchbox/ignition';
import type { TemplateEntry } from '../data/file-entry.ts';
import { isRawIgnition } from '../data/kind.ts';
import { onceFor } from '../data/once-for.ts';
import { Failure, type RenderedFault } from './failure.ts';
import { LikeTexts } from './like-texts.ts';
import type { LruCache } from './lru-cache.ts';
import { boundedFaults } from './rendered-fault.ts';
import type { Place } from './rendered-line.ts';

/** Where a fault is that has no place: at the first character that is no blank. */
const beginning: Place = { line: 1, column: 0 };

export interface IgnitionOptions {
  /** Compresses long contents of Butane configs. */
  readonly gzip?: Gzip | undefined;
  /** The client's `Accept` header. */
  readonly accept?: string | undefined;
  /** Whether a config older than 3.4.0 is sent as 3.4.0, as upstream does, or as what it is. */
  readonly versionPolicy?: VersionPolicy | undefined;
  readonly cache?: IgnitionCache | undefined;
}

/** Outcomes by what went in, moulds by the shape of the texts, and texts to compare others with. */
export type IgnitionCache = LruCache<Outcome | KnownShape | LikeTexts<Mould>>;

type Outcome = { readonly body: Uint8Array } | { readonly failure: Failure };

/**
 * @param text a raw file's bytes or a template's rendered text
 * @throws Failure `ignition_invalid`, `butane_error` (with places in the text), `version_unacceptable`
 */
export function ignitionBody(entry: TemplateEntry, text: Uint8Array, options: IgnitionOptions): Uint8Array {
  const readable = readableBy(options.accept);
  const policy = options.versionPolicy;
  const wish = { readable, policy, gzip: options.gzip };
  const { cache } = options;
  const outcome = cache === undefined ? makeOutcome(entry, text, wish) : keptOutcome(entry, text, wish, cache);
  if ('failure' in outcome) throw outcome.failure;
  return outcome.body;
}

function keptOutcome(entry: TemplateEntry, text: Uint8Array, wish: Wish, cache: IgnitionCache): Outcome {
  const wished = `${entry.name}\n${wish.readable ?? ''}\n${wish.policy ?? ''}\n`;
  const isRaw = isRawIgnition(entry.name);
  const key = wished + (isRaw ? digestOfFile(text) : digestOf(text));
  let outcome = cache.get(key) as Outcome | undefined;
  if (outcome === undefined) {
    const cast = isRaw ? undefined : castOutcome({ entry, wish, cache, wished }, text);
    outcome = cast ?? makeOutcome(entry, text, wish);
    cache.set(key, outcome, weightOf(outcome));
  }
  return outcome;
}

/** In bytes; a failure has its texts, and a stack that names where it was made. */
function weightOf(outcome: Outcome): number {
  if ('body' in outcome) return outcome.body.length;
  const { message, details, position = '', stack = '', faults } = outcome.failure;
  const texts = [message, details, position, stack, ...faults.map(({ text }) => text)];
  return texts.reduce((sum, text) => sum + 2 * text.length + 100, 0);
}

function digestOf(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Of a raw file it is always the same bytes that are served. */
const digestOfFile = onceFor(digestOf);

/** The newest spec version that a client reads which states one: few values, so that they may be part of a key. */
type Readable = SpecVersion | 'none' | undefined;

function readableBy(accept: string | undefined): Readable {
  const stated = accept === undefined ? undefined : statedVersion(accept);
  return stated === undefined ? undefined : (newestReadable(stated) ?? 'none');
}

interface Wish {
  readonly readable: Readable;
  readonly policy: VersionPolicy | undefined;
  readonly gzip: Gzip | undefined;
}

function makeOutcome(entry: TemplateEntry, text: Uint8Array, wish: Wish): Outcome {
  try {
    const config = isRawIgnition(entry.name) ? readRaw(entry, text) : readButane(entry, text, wish.gzip);
    return { body: new TextEncoder().encode(writeFor(entry, config, wish)) };
  } catch (error) {
    if (error instanceof Failure) return { failure: error };
    throw error;
  }
}

/** What is known of the texts of a shape; without a mould each of them is translated. */
interface KnownShape {
  readonly mould: Mould | undefined;
  /** How many texts had it before a mould was tried. */
  readonly seen: number;
}

interface CastContext {
  readonly entry: TemplateEntry;
  readonly wish: Wish;
  readonly cache: IgnitionCache;
  /** What the config depends on besides the text. */
  readonly wished: string;
}

/** A shape that so many texts have is worth a mould. */
const enoughSeen = 2;
/** Of longer texts what differs is most of the work, too. */
const longestCompared = 64 * 1024;

/** Machines' texts differ in few places: where only these need be written, that is done. */
function castOutcome(context: CastContext, bytes: Uint8Array): Outcome | undefined {
  const { entry, wish, cache, wished } = context;
  // A character for each byte, so that no two texts become one.
  const text = bytesAsText(bytes);
  const like = likeTextsOf(context)?.find(text);
  if (like?.fit.holes !== undefined) return castIn(like.of, like.fit.holes, wish);
  const outline = outlineOf(text);
  if (outline?.holes === undefined) return undefined;
  // Two line breaks, so that no digest of a text is taken for it.
  const key = `${wished}\n${outline.shape}`;
  const known = cache.get(key) as KnownShape | undefined;
  if (known?.mould !== undefined) {
    remember(context, outline, known.mould);
    return castIn(known.mould, outline.holes, wish);
  }
  const seen = (known?.seen ?? 0) + 1;
  if (seen > enoughSeen) return undefined;
  const mould = seen === enoughSeen ? mouldOf(entry, outline, wish) : undefined;
  cache.set(key, { mould, seen }, 2 * (mould?.parts.join('').length ?? 0));
  if (mould !== undefined) remember(context, outline, mould);
  return undefined;
}

function castIn(mould: Mould, holes: readonly HoleValue[], { gzip }: Wish): Outcome {
  return { body: new TextEncoder().encode(fillMould(mould, holes, gzip)) };
}

function likeTextsOf({ cache, wished }: CastContext): LikeTexts<Mould> | undefined {
  return cache.get(likeKey(wished)) as LikeTexts<Mould> | undefined;
}

function likeKey(wished: string): string {
  // No digest is that short.
  return `${wished}=`;
}

function remember(context: CastContext, outline: Outline, mould: Mould): void {
  if (outline.text.length > longestCompared) return;
  const texts = likeTextsOf(context) ?? new LikeTexts();
  texts.add(outline, mould);
  context.cache.set(likeKey(context.wished), texts, texts.weight);
}

function mouldOf(entry: TemplateEntry, outline: Outline, wish: Wish): Mould | undefined {
  const first = translate(textAsBytes(outline.text));
  // Of texts without a remark it is known that all of their shape have none.
  if (!first.ok || first.report.length > 0) return undefined;
  const write = (text: string): string | undefined => {
    const outcome = makeOutcome(entry, textAsBytes(text), wish);
    return 'body' in outcome ? new TextDecoder().decode(outcome.body) : undefined;
  };
  return makeMould(outline, write, wish.gzip);
}

function bytesAsText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function textAsBytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

interface Config {
  readonly config: ConfigObject;
  readonly version: SpecVersion;
}

function readRaw(entry: TemplateEntry, bytes: Uint8Array): Config {
  const { config, version, ...rest } = parseSource(bytes, specVersions.at(-1)!.version);
  if (config === undefined || version === undefined) throw invalidIgnition(entry, bytes, rest);
  return { config, version };
}

function invalidIgnition(entry: TemplateEntry, bytes: Uint8Array, { error, report }: ParseResult): Failure {
  const first = report.find(({ kind }) => kind === 'error');
  const { line, column } = first === undefined ? { line: 1, column: 1 } : first.line > 0 ? first : endOf(bytes);
  const message = `warning parsing Ignition: ${error ?? 'config is not valid'}${first ? `: ${first.message}` : ''}`;
  return new Failure('ignition_invalid', message, {
    position: `${entry.kind}/${entry.name}:${line}:${column}`,
    details: formatReport(report),
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

function writeFor(entry: TemplateEntry, { config, version }: Config, { readable, policy }: Wish): string {
  const target = readable === 'none' ? undefined : servedVersion(version, readable, policy);
  if (target === undefined) {
    const limit = readable === 'none' ? 'none of spec 3' : `no later one than ${readable}`;
    const message = `the config is of spec version ${version}, but this machine's Ignition reads ${limit}`;
    throw new Failure('version_unacceptable', message, { position: `${entry.kind}/${entry.name}:1:1` });
  }
  return formatConfig(upgrade(config, version, target), target, { emptyStructs: 'keep' });
}
