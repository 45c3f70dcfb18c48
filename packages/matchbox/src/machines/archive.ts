/** The flight recorder, as those know it who put bytes in and take them out; `state/archive.ts` keeps them. */

export interface Archive {
  /** Keeps bytes some time soon. What is too large, or comes while too much is waiting, is not kept. */
  keep(digest: string, bytes: Uint8Array): void;
  /** @returns undefined for what was never kept, is forgotten or damaged */
  read(digest: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}
