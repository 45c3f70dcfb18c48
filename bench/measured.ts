/** What a bench has printed, kept for the documentation: with the day and what it was measured on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Measured } from '../tools/docs-parts/measured.ts';
import { takePrinted } from './table.ts';

export function keepMeasured(suite: string): void {
  const folder = fileURLToPath(new URL('measured/', import.meta.url));
  const measured: Measured = {
    day: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    processors: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    tables: takePrinted(),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${suite}.json`, `${JSON.stringify(measured, undefined, 2)}\n`);
}
