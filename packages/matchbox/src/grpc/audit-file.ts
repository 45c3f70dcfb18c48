/** The file that audit lines are appended to. */
import { type FileHandle, open } from 'node:fs/promises';

export interface AuditFile {
  /** Resolves when the line is with the operating system. Lines never mix. */
  append(line: string): Promise<void>;
  /** Opens the path anew, after log rotation has moved the file away. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** @throws the error of open(2), with the path in it */
export async function openAuditFile(path: string): Promise<AuditFile> {
  const openFile = () => open(path, 'a', 0o640);
  let file: FileHandle = await openFile();
  let queue: Promise<unknown> = Promise.resolve();
  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => {});
    return result;
  };
  return {
    append: (line) => enqueue(() => file.appendFile(line)),
    reopen: () =>
      enqueue(async () => {
        const next = await openFile();
        await file.close();
        file = next;
      }),
    close: () => enqueue(() => file.close()),
  };
}
