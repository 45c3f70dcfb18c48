/** The server's flags in one table: `--help`, completion, the documents and the reading of command lines are made of it. */
import { netbootFlags } from './netboot.ts';
import { pageFlags } from './page.ts';
import type { FlagRow } from './row.ts';
import { servingFlags } from './serving.ts';
import { storageFlags } from './storage.ts';

type Row = (typeof netbootFlags | typeof pageFlags | typeof servingFlags | typeof storageFlags)[number];

/** In the order of the help: by name. */
export const serverFlags: readonly (Row & FlagRow)[] = [
  ...netbootFlags,
  ...pageFlags,
  ...servingFlags,
  ...storageFlags,
].sort((a, b) => (a.name < b.name ? -1 : 1));

export type FlagValues = {
  readonly [R in Row as R['name']]: R extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : R['type'] extends 'bool'
      ? boolean
      : string;
};
