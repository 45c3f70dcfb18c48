/** Renders a template file with a machine's variables. Compiled once for each content, kept as long as the file's entry. */
import { type Template as CompiledTemplate, type GoMap, parse, TemplateError } from '@matchbox/gotemplate';
import { Failure } from './failure.ts';
import type { Template, TemplateEntry } from './file-entry.ts';
import { characterColumn } from './rendered-line.ts';

/** Bounds of one rendering: far beyond any configuration, short of a server that stands still. */
const outputLimitBytes = 64 * 1024 * 1024;
const stepLimit = 20_000_000;

const compiled = new WeakMap<Template, CompiledTemplate | TemplateError>();

/** @throws Failure `template_error` with the place in the template, `template_unreadable` */
export function renderTemplate(entry: TemplateEntry, data: GoMap): Uint8Array {
  const template = compile(readableTemplate(entry));
  if (template instanceof TemplateError) throw templateFailure(entry, template, 'error parsing template: ');
  try {
    return template.executeBytes(data);
  } catch (error) {
    if (error instanceof TemplateError) throw templateFailure(entry, error, 'error rendering template: ');
    throw error;
  }
}

/** @throws Failure `template_unreadable` when the file never could be read */
export function readableTemplate(entry: TemplateEntry): Template {
  if (entry.value !== undefined) return entry.value;
  const position = `${entry.kind}/${entry.name}`;
  throw new Failure('template_unreadable', entry.fault?.message ?? 'cannot be read', { position: `${position}:1:1` });
}

/** @returns the error of a text that is no template, since that is worth keeping too */
export function compile(template: Template): CompiledTemplate | TemplateError {
  const known = compiled.get(template);
  if (known !== undefined) return known;
  let result: CompiledTemplate | TemplateError;
  try {
    result = parse(template.bytes, { missingkey: 'error', outputLimitBytes, stepLimit });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    result = error;
  }
  compiled.set(template, result);
  return result;
}

function templateFailure(entry: TemplateEntry, error: TemplateError, prefix: string): Failure {
  const line = Math.max(error.line, 1);
  const column = characterColumn(readableTemplate(entry).bytes, line, error.column);
  const position = `${entry.kind}/${entry.name}:${line}:${column}`;
  return new Failure('template_error', prefix + error.message, { position, cause: error });
}
