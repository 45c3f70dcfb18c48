// `variant` and `version`: which spec a config is written for.
import { parseSemanticVersion } from '@matchbox/ignition';
import { hintForVersion } from './hint.ts';
import { findSpec, type Spec, specs } from './spec.ts';
import { textAt, type Values } from './values.ts';
import {
  decodeYaml,
  type ErrorPlace,
  parseYaml,
  position,
  positionTree,
  type StructSchema,
  stringSchema,
  type YamlDocument,
  YamlError,
  type YamlErrorCode,
} from './yaml/index.ts';

const headerSchema: StructSchema = {
  kind: 'struct',
  name: 'config.commonFields',
  fields: { version: stringSchema, variant: stringSchema },
};

export interface Header {
  readonly document: YamlDocument;
  readonly spec: Spec;
}

/** Why a document has no spec. */
export type HeaderCode =
  | YamlErrorCode
  | 'variant-missing'
  | 'variant-removed'
  | 'variant-unknown'
  | 'version-invalid'
  | 'version-unknown';

export interface HeaderError {
  readonly code: HeaderCode;
  /** Butane's words. */
  readonly error: string;
  /** What to do, where that can be told. */
  readonly hint?: string;
  /** What it is about, as exactly as that is known. */
  readonly errorPlaces?: readonly ErrorPlace[];
}

/** Reads the document and finds its spec, or says in Butane's words why there is none. */
export function readHeader(source: string | Uint8Array): Header | HeaderError {
  let document: YamlDocument;
  let header: Values;
  try {
    document = parseYaml(source);
    header = (decodeYaml(document, headerSchema) ?? {}) as Values;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { code: error.code, error: `Error unmarshaling yaml: ${error.message}`, errorPlaces: error.places };
  }
  const variant = textAt(header, 'variant') ?? '';
  if (variant === '') {
    const error = 'error parsing variant; must be specified';
    return { code: 'variant-missing', error, ...at(document, 'variant') };
  }
  const versionText = textAt(header, 'version') ?? '';
  const version = normalVersion(versionText);
  if (version === undefined) {
    const error = 'error parsing version; must be a valid semver';
    const hint = hintForVersion(versionText, variant, specs);
    return { code: 'version-invalid', error, ...(hint && { hint }), ...at(document, 'version') };
  }
  if (variant === 'rhcos' && version === '0.1.0') {
    return {
      code: 'variant-removed',
      error:
        'rhcos variant has been removed; use openshift variant instead: https://coreos.github.io/butane/upgrading-openshift/',
      ...at(document, 'variant'),
    };
  }
  const spec = findSpec(variant, version);
  if (spec !== undefined) return { document, spec };
  const isVariant = specs.some((known) => known.variant === variant);
  return {
    code: isVariant ? 'version-unknown' : 'variant-unknown',
    error: `No translator exists for variant ${variant} with version ${version}`,
    ...at(document, isVariant ? 'version' : 'variant'),
  };
}

/** Where a field's value is, or where the document begins if it has none. */
function at(document: YamlDocument, field: string): Pick<HeaderError, 'errorPlaces'> {
  const tree = positionTree(document);
  return tree === undefined ? {} : { errorPlaces: [position(tree, [field])] };
}

/** `01.07.00` is version 1.7.0. */
function normalVersion(text: string): string | undefined {
  const version = parseSemanticVersion(text);
  if (version === undefined) return undefined;
  const preRelease = version.preRelease === '' ? '' : `-${version.preRelease}`;
  const metadata = version.metadata === '' ? '' : `+${version.metadata}`;
  return `${version.numbers.join('.')}${preRelease}${metadata}`;
}
