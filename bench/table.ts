/** What benches print: tables, which are remembered for whoever keeps them. */

/** A table as it was printed. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

const printed: Table[] = [];

/** @returns the tables that were printed since it was asked for last */
export function takePrinted(): Table[] {
  return printed.splice(0);
}

/** Prints rows of equal keys as a table. */
export function printTable(title: string, rows: Table['rows']): void {
  printed.push({ title, rows });
  console.log(`\n${title}`);
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => `${row[name]}`.length)));
  const line = (cells: readonly unknown[]): string => cells.map((cell, i) => `${cell}`.padStart(widths[i]!)).join('  ');
  console.log(line(names));
  for (const row of rows) console.log(line(names.map((name) => row[name])));
}
