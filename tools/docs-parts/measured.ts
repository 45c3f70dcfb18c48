/** Tables of benches, as they were last kept (`npm run bench -- --keep SUITE`). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from './table.ts';

/** As `bench/measured.ts` writes it. */
interface Measured {
  readonly day: string;
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
