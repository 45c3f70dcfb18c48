/** A template file: checked when it is read, compiled when it is first rendered. */
import { parse, TemplateError } from '@matchbox/gotemplate';
import { characterColumn } from './character-column.ts';
import { isRawIgnition, type TemplateKind } from './kind.ts';
import type { TemplateFunctions } from './template-library.ts';

/** A text that parses as a template, or Ignition that is served as it is. */
export interface Template {
  readonly bytes: Uint8Array;
  /** What it may call besides Go's functions. */
  readonly functions: TemplateFunctions;
}

/** Why a text is no template; the message is Go's. Line and column count from 1, the column in characters. */
export class TemplateFileError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(bytes: Uint8Array, cause: TemplateError) {
    super(cause.message, { cause });
    this.name = 'TemplateFileError';
    this.line = Math.max(cause.line, 1);
    this.column = characterColumn(bytes, this.line, cause.column);
  }
}

/** @throws TemplateFileError for a text that is no template */
export function decodeTemplate(
  kind: TemplateKind,
  name: string,
  bytes: Uint8Array,
  functions: TemplateFunctions,
): Template {
  const isRendered = kind !== 'ignition' || !isRawIgnition(name);
  // What has no action in it is a template in any case.
  if (isRendered && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('{{'))
    checkTemplate(bytes, functions);
  return { bytes, functions };
}

function checkTemplate(bytes: Uint8Array, funcs: TemplateFunctions): void {
  try {
    parse(bytes, { funcs });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new TemplateFileError(bytes, error);
  }
}
