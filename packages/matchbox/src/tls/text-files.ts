/** Files that are read as text and looked at again: what certificates come from. The implementation is injected (`store/text-files.ts`). */

export interface TextFiles {
  /** @throws Error that names the file and the reason */
  read(path: string): Promise<string>;
  /** A text that differs when one of the files was replaced or written since; files that are missing count too. */
  stamp(paths: readonly string[]): Promise<string>;
}
