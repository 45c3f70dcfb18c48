/** Checks a rendered cloud-config as upstream does: it is a script, or `#cloud-config` and then YAML. */
import { parseYaml, YamlError } from '@matchbox/butane';
import { Failure } from './failure.ts';
import type { TemplateEntry } from './file-entry.ts';
import { linesOf, shorten } from './rendered-fault.ts';

/** @throws Failure `cloud_invalid`, with its place in the text */
export function checkCloudConfig(entry: TemplateEntry, rendered: Uint8Array): void {
  const text = Buffer.from(rendered.buffer, rendered.byteOffset, rendered.byteLength).toString('utf8');
  const firstLine = /^[^\n]*/.exec(text)![0];
  if (firstLine.startsWith('#!')) return;
  const fail = (message: string, line: number, cause?: unknown) => {
    const rendered = { line, column: 0 };
    const position = `${entry.kind}/${entry.name}:${line}:1`;
    const faults = [{ text: '', place: rendered }];
    return new Failure('cloud_invalid', shorten(message), { position, rendered, faults, cause });
  };
  if (firstLine.trimEnd() !== '#cloud-config' || text.startsWith('\ufeff')) {
    throw fail('error parsing user-data: neither "#cloud-config" nor "#!" is its first line', 1);
  }
  try {
    parseYaml(rendered);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const message = `error parsing cloud config: YAML error: ${error.message.replace(/^yaml: /, '')}`;
    throw fail(message, linesOf(error.message)[0] ?? 1, error);
  }
}
