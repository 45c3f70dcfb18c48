/** The table of limits: what a stranger can make the server take, keep or wait for. */
import { type Limit, limitTable } from 'matchbox/tables';
import { code, table } from './table.ts';

/** Every limit in the order in which a client meets them. */
export function limitsTable(): string {
  const rows = Object.entries(limitTable).map(([name, limit]) => [
    code(name),
    formatLimit(limit),
    limit.about,
    limit.beyond,
  ]);
  return table(['limit', 'value', 'what is bounded', 'beyond it'], rows);
}

function formatLimit({ value, unit }: Limit): string {
  if (unit === 'count') return value.toLocaleString('en-US');
  if (unit === 'bytes') {
    return value % (1024 * 1024) === 0 ? `${value / 1024 / 1024} MiB` : `${value / 1024} KiB`;
  }
  if (value % 86_400_000 === 0) return `${value / 86_400_000} days`;
  if (value % 60_000 === 0) return `${value / 60_000} min`;
  return value % 1000 === 0 ? `${value / 1000} s` : `${value} ms`;
}
