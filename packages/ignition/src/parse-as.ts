// Judges a config text by one spec version, whatever version it says it is.
import type { ConfigObject } from './config.ts';
import { ContextTree, unusedKeys } from './context.ts';
import { decodeConfig, shapeOf } from './decode.ts';
import { JsonSyntaxError, parseJson } from './json.ts';
import type { ReportEntry } from './report.ts';
import { validate } from './validate.ts';
import type { SpecVersion } from './version.ts';

/** A text as one spec version sees it. */
export type Judgement =
  /** It is no JSON, or values are of the wrong type: the JSON decoder's text. */
  | { readonly fault: string; readonly rule: 'json-syntax' | 'json-type' }
  /** Every broken rule (a different version is one), duplicate entry and unused key. */
  | { readonly config: ConfigObject; readonly report: readonly ReportEntry[] };

/** Parses and validates a config as one of `version`. */
export function parseAs(bytes: Uint8Array, version: SpecVersion): Judgement {
  if (bytes.length === 0) return { fault: 'unexpected end of JSON input', rule: 'json-syntax' };
  try {
    const root = parseJson(bytes);
    const { config, fault } = decodeConfig(root, shapeOf(version));
    if (fault !== undefined) return { fault: fault.message, rule: 'json-type' };
    const unused = unusedKeys(config, version, new ContextTree(root)).map(({ offset: _, ...entry }) => entry);
    return { config, report: [...validate(config, version), ...unused] };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { fault: error.message, rule: 'json-syntax' };
    throw error;
  }
}
