/** Checks a rendered cloud-config as upstream does: it is a script, or `#cloud-config` and then YAML. */
import { parseYaml, YamlError } from '@matchbox/butane';
import { Failure } from './failure.ts';
import type { TemplateEntry } from './file-entry.ts';

/** @throws Failure `cloud_invalid` */
export function checkCloudConfig(entry: TemplateEntry, rendered: Uint8Array): void {
  const text = Buffer.from(rendered.buffer, rendered.byteOffset, rendered.byteLength).toString('utf8');
  const firstLine = /^[^\n]*/.exec(text)![0];
  if (firstLine.startsWith('#!')) return;
  const position = (line: number) => `${entry.kind}/${entry.name}:${line}:1`;
  if (firstLine.trimEnd() !== '#cloud-config' || text.startsWith('\ufeff')) {
    const message = 'error parsing user-data: neither "#cloud-config" nor "#!" is its first line';
    throw new Failure('cloud_invalid', message, { position: position(1) });
  }
  try {
    parseYaml(rendered);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const line = Number(/line (\d+)/.exec(error.message)?.[1] ?? 1);
    const message = `error parsing cloud config: YAML error: ${error.message.replace(/^yaml: /, '')}`;
    throw new Failure('cloud_invalid', message, { position: position(line), cause: error });
  }
}
