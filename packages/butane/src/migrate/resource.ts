// What is fetched: contents of files, other configs, certificates.
import { decodeBase64, decodeStrictly } from '@matchbox/gotext';
import { copyOf, type Out, OutMap, text } from './butane-text.ts';
import type { MigrationContext } from './context.ts';
import { type Source, type SourceMap, targetOf } from './source.ts';
import { hasAction } from './template-actions.ts';

/** A reference with `source` (Ignition) or `url` (Container Linux Config) and a hash. */
export function migrateResource(resource: SourceMap, context: MigrationContext): Out {
  const made = new OutMap(resource);
  const key = resource.has('url') ? 'url' : 'source';
  const source = resource.take(key);
  if (source !== undefined) made.put('source', sourceOf(source, context), key);
  made.copy('compression', 'http_headers');
  putVerification(resource, made);
  return made.build();
}

/** What a file holds; a data URL of plain text becomes that text. */
export function migrateContents(contents: SourceMap, context: MigrationContext): Out {
  const remote = contents.takeMap('remote');
  if (remote !== undefined) {
    const made = migrateResource(remote, context);
    remote.reportRest();
    return made;
  }
  const inline = contents.takeText('source');
  const isPlain = inline !== undefined && !contents.has('compression') && !contents.has('verification');
  const decoded = isPlain ? textOfDataUrl(inline) : undefined;
  if (decoded !== undefined) return new OutMap(contents).put('inline', text(decoded), 'source').build();
  const local = new OutMap(contents).copy('inline', 'local').build();
  if (local.kind === 'map' && local.entries.some(({ key }) => key !== '')) return local;
  return migrateResource(contents, context);
}

function sourceOf(source: Source, { notes }: MigrationContext): Out {
  const { value } = targetOf(source.node);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
  if (scheme === 'oem') {
    notes.lost(
      'scheme-unsupported',
      source,
      'oem:// sources are gone since spec 3: put the file’s text into the config',
    );
  }
  return copyOf(source);
}

/** `sha512-…`; Container Linux Config has the function and the sum apart. */
function putVerification(resource: SourceMap, made: OutMap): void {
  const verification = resource.takeMap('verification');
  if (verification === undefined) return;
  const hash = verification.take('hash');
  verification.reportRest();
  if (hash === undefined) return;
  if (targetOf(hash.node).kind === 'scalar') {
    made.put('verification', new OutMap().put('hash', copyOf(hash)).build());
    return;
  }
  const parts = verification.takeMap('hash');
  const name = parts?.takeText('function');
  const sum = parts?.takeText('sum');
  parts?.reportRest();
  if (name === undefined || sum === undefined || sum === '') return;
  made.put('verification', new OutMap().put('hash', text(`${name}-${sum}`)).build());
}

/** The text in a data URL without parameters that would matter; undefined for anything else. */
function textOfDataUrl(url: string): string | undefined {
  const comma = url.indexOf(',');
  const header = /^data:([^,]*)$/.exec(url.slice(0, Math.max(comma, 0)))?.[1];
  if (header === undefined || hasAction(url)) return undefined;
  const data = url.slice(comma + 1);
  const bytes = header.endsWith(';base64') ? decodeBase64(data) : { bytes: percentDecoded(data) };
  if (!('bytes' in bytes) || bytes.bytes === undefined) return undefined;
  const decoded = decodeStrictly(bytes.bytes);
  return decoded === undefined || /[\0-\x08\x0b-\x1f\x7f]/.test(decoded) ? undefined : decoded;
}

function percentDecoded(data: string): Uint8Array | undefined {
  const encoded = new TextEncoder().encode(data);
  const bytes = new Uint8Array(encoded.length);
  let length = 0;
  for (let i = 0; i < encoded.length; i++) {
    const isEscape = encoded[i] === 0x25;
    const hex = isEscape ? String.fromCharCode(encoded[i + 1] ?? 0, encoded[i + 2] ?? 0) : '';
    if (isEscape && !/^[0-9a-fA-F]{2}$/.test(hex)) return undefined;
    bytes[length++] = isEscape ? Number.parseInt(hex, 16) : encoded[i]!;
    if (isEscape) i += 2;
  }
  return bytes.subarray(0, length);
}
