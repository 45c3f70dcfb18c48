/** Checks a rendered cloud-config as upstream does: it is a script, or `#cloud-config` and then YAML. */
import { parseYaml, YamlError, type YamlNode } from '@matchbox/butane';
import { decodeBytes, trimSpace } from '@matchbox/gotext';
import type { TemplateEntry } from '../data/file-entry.ts';
import { findScalarFault } from './cloud-config-scalars.ts';
import { Failure } from './failure.ts';
import type { Place } from './rendered-line.ts';

const beginning: Place = { line: 1, column: 1 };

/** Whether a text says that it is one; cloud-init takes other forms too, of which nothing is checked. */
export function isCloudConfig(text: Uint8Array): boolean {
  const end = text.indexOf(0x0a);
  return trimSpace(decodeBytes(text.subarray(0, end < 0 ? undefined : end))) === '#cloud-config';
}

/**
 * @returns what it says; undefined for a script, and where it says nothing
 * @throws Failure `cloud_invalid`, with its place in the text
 */
export function checkCloudConfig(entry: TemplateEntry, rendered: Uint8Array): YamlNode | undefined {
  const end = rendered.indexOf(0x0a);
  const firstLine = decodeBytes(rendered.subarray(0, end < 0 ? undefined : end));
  if (firstLine.startsWith('#!')) return undefined;
  const fail = (message: string, rendered: Place, cause?: unknown) => {
    const position = `${entry.kind}/${entry.name}:${rendered.line}:${rendered.column}`;
    const faults = [{ text: '', place: rendered }];
    return new Failure('cloud_invalid', message, { position, rendered, faults, cause });
  };
  // Spaces behind it do not matter, as Go knows them (U+0085 is one, the byte order mark is none).
  if (!firstLine.startsWith('#') || trimSpace(firstLine) !== '#cloud-config') {
    throw fail('error parsing user-data: neither "#cloud-config" nor "#!" is its first line', beginning);
  }
  let root: YamlNode | undefined;
  try {
    // Upstream reads YAML with the first go-yaml, which looks on to where the next document begins.
    root = parseYaml(rendered, { reachesNextDocument: true }).root;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const message = `error parsing cloud config: YAML error: ${error.message.replace(/^yaml: /, '')}`;
    throw fail(message, error.places[0] ?? beginning, error);
  }
  const fault = root === undefined ? undefined : findScalarFault(root);
  if (fault === undefined) return root;
  const { line, column } = fault.node;
  throw fail(`error parsing cloud config: YAML error: ${fault.message}`, { line, column });
}
