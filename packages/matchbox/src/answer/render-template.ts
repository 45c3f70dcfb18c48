/** Renders a template file with a machine's variables. Compiled once for each content, kept as long as the file's entry. */
import { type Template as CompiledTemplate, type GoMap, parse, TemplateError } from '@matchbox/gotemplate';
import { characterColumn } from '../data/character-column.ts';
import { formatPosition, type TemplateEntry } from '../data/file-entry.ts';
import type { Template } from '../data/template.ts';
import { limits } from '../limits/limits.ts';
import { Failure } from './failure.ts';

/** Bounds of one rendering: far beyond any configuration, short of a server that stands still. */
const { renderedBytes: outputLimitBytes, renderSteps: stepLimit } = limits;

const compiled = new WeakMap<Template, CompiledTemplate>();

/** @throws Failure `template_error` with the place in the template, `template_unreadable` */
export function renderTemplate(entry: TemplateEntry, data: GoMap): Uint8Array {
  const template = readableTemplate(entry);
  try {
    return compile(template).executeBytes(data);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const line = Math.max(error.line, 1);
    const column = characterColumn(template.bytes, line, error.column);
    const position = formatPosition(entry.kind, entry.name, { line, column });
    throw new Failure('template_error', `error rendering template: ${error.message}`, { position, cause: error });
  }
}

/**
 * The version that is in force.
 * @throws Failure `template_error`, `template_unreadable` when there never was a good one
 */
export function readableTemplate({ kind, name, value, fault }: TemplateEntry): Template {
  if (value !== undefined) return value;
  const position = formatPosition(kind, name, { line: fault?.line ?? 1, column: fault?.column ?? 1 });
  if (fault?.code === 'content') {
    throw new Failure('template_error', `error parsing template: ${fault.message}`, { position });
  }
  throw new Failure('template_unreadable', fault?.message ?? 'cannot be read', { position });
}

/** Of a text that was checked when it was read, see `decodeTemplate`. */
export function compile(template: Template): CompiledTemplate {
  const known = compiled.get(template);
  if (known !== undefined) return known;
  const result = parse(template.bytes, {
    missingkey: 'error',
    funcs: template.functions,
    outputLimitBytes,
    stepLimit,
  });
  compiled.set(template, result);
  return result;
}
