/** Checks a rendered cloud-config as upstream does: it is a script, or `#cloud-config` and then YAML. */
import { parseYaml, YamlError } from '@matchbox/butane';
import { Failure } from './failure.ts';
import type { TemplateEntry } from './file-entry.ts';
import type { Place } from './rendered-line.ts';

const beginning: Place = { line: 1, column: 1 };

/** @throws Failure `cloud_invalid`, with its place in the text */
export function checkCloudConfig(entry: TemplateEntry, rendered: Uint8Array): void {
  const text = Buffer.from(rendered.buffer, rendered.byteOffset, rendered.byteLength).toString('utf8');
  const firstLine = /^[^\n]*/.exec(text)![0];
  if (firstLine.startsWith('#!')) return;
  const fail = (message: string, rendered: Place, cause?: unknown) => {
    const position = `${entry.kind}/${entry.name}:${rendered.line}:${rendered.column}`;
    const faults = [{ text: '', place: rendered }];
    return new Failure('cloud_invalid', message, { position, rendered, faults, cause });
  };
  if (firstLine.trimEnd() !== '#cloud-config' || text.startsWith('\ufeff')) {
    throw fail('error parsing user-data: neither "#cloud-config" nor "#!" is its first line', beginning);
  }
  try {
    parseYaml(rendered);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const message = `error parsing cloud config: YAML error: ${error.message.replace(/^yaml: /, '')}`;
    throw fail(message, error.places[0] ?? beginning, error);
  }
}
