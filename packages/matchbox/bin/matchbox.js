#!/usr/bin/env node
/** The program as it was built; in a clone that has not been built, its sources. */
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  await import(new URL('../../../tools/typescript/register.js', import.meta.url).href);
  await import(new URL('../src/main.ts', import.meta.url).href);
}
