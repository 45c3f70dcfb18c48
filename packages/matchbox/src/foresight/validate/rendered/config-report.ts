/** Every entry of the report on an Ignition or Butane config, and what is known by it of the answer. */
import { formatEntry, outlineOf, type ReportEntry, translate } from '@matchbox/butane';
import { formatPath, parseCompatible, type SpecVersion, specVersions } from '@matchbox/ignition';
import { LikeTexts } from '../../../answer/like-texts.ts';
import type { Place } from '../../../answer/rendered-line.ts';
import type { TemplateEntry } from '../../../data/file-entry.ts';
import { positionAt } from '../../../data/go-json.ts';
import { isRawIgnition } from '../../../data/kind.ts';
import { meantKey } from '../hints/config-keys.ts';
import type { RenderRule } from './collector.ts';

export interface ConfigEntry extends Place {
  readonly rule: RenderRule;
  readonly file: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | undefined;
}

export interface ConfigReport {
  /** Places are those of the text that was looked at. */
  readonly entries: readonly ConfigEntry[];
  /** What is known of the answer: that it fails, that it is fine, or nothing. */
  readonly told: 'faults' | 'fine' | 'nothing';
  readonly version: SpecVersion | undefined;
}

/** Reports without an entry. */
export interface KnownReports {
  /** By what the text's shape is. */
  readonly shapes: Map<string, ConfigReport>;
  /** By the template's file: of texts to compare the next one with. */
  readonly texts: Map<string, LikeTexts<ConfigReport>>;
}

export function noReports(): KnownReports {
  return { shapes: new Map(), texts: new Map() };
}

/** A site has some for each template; where every text has its own, keeping them is no use. */
const mostShapes = 5_000;

export function reportConfig(template: TemplateEntry, rendered: Uint8Array, known: KnownReports): ConfigReport {
  const file = `${template.kind}/${template.name}`;
  if (isRawIgnition(template.name)) return reportIgnition(file, rendered);
  // A character for each byte, so that no two texts become one.
  const text = Buffer.from(rendered.buffer, rendered.byteOffset, rendered.byteLength).toString('latin1');
  const texts = known.texts.get(file) ?? new LikeTexts<ConfigReport>();
  known.texts.set(file, texts);
  return texts.find(text)?.of ?? reportByShape({ file, text, rendered }, known.shapes, texts);
}

interface Rendered {
  readonly file: string;
  readonly text: string;
  readonly rendered: Uint8Array;
}

function reportByShape(
  { file, text, rendered }: Rendered,
  shapes: Map<string, ConfigReport>,
  texts: LikeTexts<ConfigReport>,
): ConfigReport {
  const outline = outlineOf(text);
  if (outline === undefined) return reportButane(file, rendered);
  const like = shapes.get(outline.shape);
  const report = like ?? reportButane(file, rendered);
  if (report.entries.length > 0) return report;
  if (like === undefined && shapes.size < mostShapes) shapes.set(outline.shape, report);
  texts.add(outline, report);
  return report;
}

function reportIgnition(file: string, bytes: Uint8Array): ConfigReport {
  const { report, error, reason, version } = parseCompatible(bytes, specVersions.at(-1)!.version);
  const entries = report.map(({ kind, rule: about, path, line, column, message }): ConfigEntry => {
    const where = path.length > 0 ? `${formatPath(path)}: ` : '';
    const meant = about === 'unused-key' ? meantKey(path) : undefined;
    const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
    const rule = kind === 'error' ? 'ignition-invalid' : 'ignition-warning';
    return { rule, file, line, column, message: where + message, hint };
  });
  if (error !== undefined && !report.some(({ kind }) => kind === 'error')) {
    const message = reason === undefined ? error : `${error}: ${reason}`;
    entries.push({ rule: 'ignition-invalid', file, ...placeOfVersion(bytes), message, hint: undefined });
  }
  return { entries, told: error === undefined ? 'fine' : 'faults', version };
}

function reportButane(file: string, text: Uint8Array): ConfigReport {
  const { ok, ignition, isMachineConfig, error, hint, errorPlaces = [], report } = translate(text);
  const entries = report
    .filter((item) => item.kind !== 'info' && !isConsequence(item, report))
    .map((item): ConfigEntry => {
      const isPlaced = item.path.length > 0 || item.line > 0;
      const said = isPlaced ? `as rendered,${formatEntry(item).slice(item.kind.length)}` : formatEntry(item);
      const rule = item.kind === 'error' ? 'butane-error' : 'butane-warning';
      return { rule, file, line: item.line, column: item.column, message: said, hint: item.hint };
    });
  if (!ok && !report.some(({ kind }) => kind === 'error')) {
    const place = errorPlaces[0] ?? { line: 1, column: 0 };
    entries.push({ rule: 'butane-error', file, ...place, message: error ?? 'not valid', hint });
  }
  if (!ok) return { entries, told: 'faults', version: undefined };
  // A MachineConfig is a translation that no machine is answered with.
  return { entries, told: isMachineConfig ? 'nothing' : 'fine', version: ignition?.version };
}

/** A mode written in decimal has strange bits, which Ignition names besides. */
function isConsequence({ path, rule }: ReportEntry, report: readonly ReportEntry[]): boolean {
  if (rule !== 'mode-special-bits') return false;
  const at = formatPath(path);
  return report.some((other) => other.rule === 'decimal-mode' && formatPath(other.path) === at);
}

/** Where a config says its spec version; its beginning if it does not. */
export function placeOfVersion(bytes: Uint8Array): Place {
  const text = new TextDecoder().decode(bytes);
  return positionAt(text, Math.max(text.search(/^version:|"version"/m), 0));
}
