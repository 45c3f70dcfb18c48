// Ignition's ParseCompatibleVersion: bytes of any older version in, a config of the wanted version or a report out.
import { quote } from '@matchbox/gotext';
import type { ConfigObject } from './config.ts';
import { objectAt, stringAt } from './config.ts';
import { ContextTree, unusedKeys } from './context.ts';
import { decodeConfig, shapeOf, versionStub } from './decode.ts';
import { type JsonNode, JsonSyntaxError, parseJson } from './json.ts';
import { messageOf, type Rule } from './messages.ts';
import { type PositionOf, positionsIn } from './position.ts';
import type { PositionedEntry } from './report.ts';
import { upgrade } from './upgrade.ts';
import { validate } from './validate.ts';
import { findSpecVersion, minorOf, parseSemanticVersion, type SpecVersion, specVersions } from './version.ts';

/** What became of a config text. */
export interface ParseResult {
  /** The config in the shape of the wanted version; absent when there is an `error`. */
  readonly config?: ConfigObject;
  /** The version that the text says it is, where that is known to Ignition. */
  readonly version?: SpecVersion;
  readonly report: readonly PositionedEntry[];
  /** Why there is no config. */
  readonly code?: ParseCode;
  /** The same in Ignition's words. */
  readonly error?: string;
  /** The same for people, with the version that was found and what could be done. */
  readonly reason?: string;
}

/** Why a text is no config; `invalid`: the report says what is wrong. */
export type ParseCode = 'empty' | 'invalid' | 'version-invalid' | 'version-unknown';

const errors: Readonly<Record<ParseCode, string>> = {
  empty: 'not a config (empty)',
  invalid: 'config is not valid',
  'version-invalid': messageOf('invalid-version'),
  'version-unknown': messageOf('unknown-version'),
};

function failed(code: ParseCode): { readonly code: ParseCode; readonly error: string } {
  return { code, error: errors[code] };
}

/** As {@link ParseResult}, with the config as the text has it. */
export interface SourceResult extends ParseResult {
  /** `ignition.version` as it is written, where it could be read. */
  readonly versionText?: string;
}

/**
 * Parses and validates a config of any spec version up to `target` and brings it to that version.
 *
 * Source: https://coreos.github.io/ignition/specs/
 *
 * @param bytes - the text, UTF-8
 * @param target - the newest version that is accepted, and the version of the result
 */
export function parseCompatible(bytes: Uint8Array, target: SpecVersion): ParseResult {
  const { versionText: _, ...source } = parseSource(bytes, target);
  if (source.config === undefined || source.version === undefined) return source;
  return { ...source, config: upgrade(source.config, source.version, target) };
}

/** As {@link parseCompatible}, without the upgrade. */
export function parseSource(bytes: Uint8Array, newest: SpecVersion): SourceResult {
  if (bytes.length === 0) return { report: [], ...failed('empty') };
  const positionOf = positionsIn(bytes);
  let root: JsonNode;
  try {
    root = parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return decoderFault('json-syntax', error, positionOf);
    throw error;
  }
  const stub = decodeConfig(root, versionStub);
  if (stub.fault !== undefined) return decoderFault('json-type', stub.fault, positionOf);
  const versionText = stringAt(objectAt(stub.config, 'ignition'), 'version') ?? '';
  if (parseSemanticVersion(versionText) === undefined) {
    return { report: [], ...failed('version-invalid'), reason: invalidVersionReason(root, versionText), versionText };
  }
  const version = findSpecVersion(versionText);
  if (version === undefined || minorOf(version) > minorOf(newest)) {
    const reason = unknownVersionReason(versionText, newest);
    return { report: [], ...failed('version-unknown'), reason, versionText, ...(version && { version }) };
  }
  return { ...parseVersion(root, version, positionOf), versionText };
}

function parseVersion(root: JsonNode, version: SpecVersion, positionOf: PositionOf): ParseResult {
  const { config, fault } = decodeConfig(root, shapeOf(version));
  if (fault !== undefined) return { ...decoderFault('json-type', fault, positionOf), version };
  const tree = new ContextTree(root);
  const located = validate(config, version).map((entry) => ({ ...entry, offset: tree.locate(entry.path) }));
  const report = [...located, ...unusedKeys(config, version, tree)].map(({ offset, ...entry }) => ({
    ...entry,
    ...positionOf(offset),
  }));
  if (report.some((entry) => entry.kind === 'error')) return { version, report, ...failed('invalid') };
  return { version, report, config };
}

function invalidVersionReason(root: JsonNode, versionText: string): string {
  const old = root.kind === 'object' && root.members.some((member) => member.key === 'ignitionVersion');
  if (old) {
    return 'the config has the key ignitionVersion, so it is of spec 1, which no Ignition of today reads; write it anew in spec 3';
  }
  const found = versionText === '' ? 'there is none' : `it is ${quote(versionText)}`;
  return `ignition.version must be a spec version such as "3.4.0"; ${found}`;
}

function unknownVersionReason(versionText: string, newest: SpecVersion): string {
  const major = parseSemanticVersion(versionText)?.numbers[0];
  const found = `the config says that it is of spec ${versionText}`;
  if (major === 1n || major === 2n) {
    return `${found}; Ignition 2 reads only spec 3, so it must be converted: \`matchbox migrate\` does that`;
  }
  return `${found}; versions from ${specVersions[0]!.version} to ${newest} can be read`;
}

function decoderFault(
  rule: Rule,
  { message, offset }: { readonly message: string; readonly offset: number },
  positionOf: PositionOf,
): ParseResult {
  return { report: [{ kind: 'error', rule, path: [], message, ...positionOf(offset) }], ...failed('invalid') };
}
