/** Errors of the file system in the words of Go's `os.PathError`, which users of the original know. */

import { systemMessage } from '@matchbox/gotext';
import { StoreError, type StoreErrorCode } from '../data/store.ts';

export function pathError(code: StoreErrorCode, action: string, path: string, cause: unknown): StoreError {
  return new StoreError(code, `${action} ${path}: ${systemMessage(cause)}`, { cause });
}
