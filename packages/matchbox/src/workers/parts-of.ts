/** All files in parts that are sent one after the other, so that nothing else has to wait. */
import type { FileMessage } from './message.ts';

/** So many bytes of files are sent at a time. */
const partBytes = 256 * 1024;

export function* partsOf(files: readonly FileMessage[]): Generator<FileMessage[]> {
  let part: FileMessage[] = [];
  let bytes = 0;
  for (const file of files) {
    part.push(file);
    bytes += file.name.length + (file.content instanceof Uint8Array ? file.content.length : 0);
    if (bytes < partBytes) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}
