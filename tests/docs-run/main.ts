/**
 * npm run docs:run -- [--update] [PAGE…]: runs the commands of the pages of docs/, and with --update writes
 * what they print into the pages.
 */
import { writeFileSync } from 'node:fs';
import { type Block, markFaults, parseBlocks } from './blocks.ts';
import { tidy } from './output.ts';
import { known, pageNames, pagePath, readPage } from './pages.ts';
import { runPage } from './run-page.ts';

const args = process.argv.slice(2);
const update = args.includes('--update');
const wanted = args.filter((arg) => !arg.startsWith('--')).map((arg) => arg.replace(/^(\.\/)?docs\//, ''));
let failed = false;
for (const name of wanted.length > 0 ? wanted : pageNames()) {
  const started = Date.now();
  const text = readPage(name);
  const replaced = new Map<Block, string>();
  const { ran, faults } = await runPage(text, (block, printed) => replaced.set(block, printed));
  const all = [...markFaults(parseBlocks(text), known), ...faults];
  console.log(
    `${all.length > 0 ? 'FAIL' : 'ok  '} ${name}: ${ran} blocks (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  for (const fault of all) console.log(`  ${fault.replaceAll('\n', '\n  ')}`);
  failed ||= all.length > 0;
  if (update && replaced.size > 0) writeFileSync(pagePath(name), withOutputs(text, replaced));
}
process.exitCode = failed ? 1 : 0;

function withOutputs(text: string, replaced: ReadonlyMap<Block, string>): string {
  const lines = text.split('\n');
  // From the end, so that line numbers stay true.
  for (const [{ first, last, indent }, printed] of [...replaced].reverse()) {
    lines.splice(first, last - first, ...tidy(printed).map((line) => indent + line));
  }
  return lines.join('\n');
}
