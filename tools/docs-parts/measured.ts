/** Tables of benches, as they were last kept (`npm run bench -- --keep SUITE`). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from './table.ts';

/** What a bench has printed, with the day and what it was measured on: as `bench/measured.ts` writes it. */
export interface Measured {
  /** `2026-01-31` */
  readonly day: string;
  /** `20.19.0` */
  readonly node: string;
  readonly processors: string;
  readonly tables: readonly {
    readonly title: string;
    readonly rows: readonly Readonly<Record<string, string | number>>[];
  }[];
}

/** @returns what makes the part of one suite */
export function measuredTables(suite: string): () => string {
  return () => {
    const file = fileURLToPath(new URL(`../../bench/measured/${suite}.json`, import.meta.url));
    const { day, node, processors, tables } = JSON.parse(readFileSync(file, 'utf8')) as Measured;
    const measured = `Measured on ${day} with Node ${node} on ${processors}.`;
    const shown = tables.map(({ title, rows }) => {
      const heads = Object.keys(rows[0] ?? {});
      return `${upperFirst(title)}:\n\n${table(
        heads,
        rows.map((row) => heads.map((head) => String(row[head] ?? ''))),
      )}`;
    });
    return [measured, ...shown].join('\n\n');
  };
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
