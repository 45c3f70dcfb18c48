/** `npm run soak -- --minutes N`: the hostile suite's attacks, two at a time and in any order, for as long as one likes. */
import { parseArgs } from 'node:util';
import { attacks } from './attacks.ts';
import { attack, complaints } from './survives.ts';
import { openTarget } from './target.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error(`soak: found --minutes ${values.minutes}, wanted a number above 0`);
  process.exit(2);
}

const names = Object.keys(attacks);
const anyName = () => names[Math.floor(Math.random() * names.length)]!;
const until = performance.now() + minutes * 60_000;
const target = await openTarget();
const start = target.memory();
let failed = 0;
let rounds = 0;
while (performance.now() < until) {
  const pair = [anyName(), anyName()];
  const judgement = await attack(target, async () => {
    await Promise.all(pair.map((name) => attacks[name]!(target)));
  });
  rounds++;
  const found = complaints(judgement);
  if (found.length > 0) failed++;
  const more = Math.round((target.memory() - start) / 1024 / 1024);
  console.log(
    `${found.length > 0 ? 'FAILED' : 'held  '}  +${more} MiB  ${pair.join(' + ')}${found.map((each) => `\n        ${each}`).join('')}`,
  );
}
await target.close();
console.log(`${rounds - failed} rounds held, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
