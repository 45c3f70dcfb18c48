// End-to-end tests: virtual machines boot through the real server. `npm run e2e -- [CASE…]`; ends with a line
// `N passed, N failed`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endAll, Lifetime } from '../vm/lifetime.js';
import { cache } from '../vm/packages.js';
import { grubUefi } from './cases/grub.js';
import { biosUserNetwork, chainLoaded, httpBoot } from './cases/network-boot.js';
import { newcomer, newcomerWithSystem } from './cases/newcomer.js';
import { realIgnition } from './cases/real-ignition.js';
import { twoStage } from './cases/two-stage.js';
import { namespaceObstacle, removeStaleNamespaces } from './namespace.js';
import { prepare } from './prepare.js';

/** Longest first, so that the last ones to run are short. */
const CASES = [
  { name: 'two-stage-uefi', run: twoStage('uefi'), lan: true },
  { name: 'two-stage-bios', run: twoStage('bios'), lan: true },
  { name: 'uefi-dhcp', run: chainLoaded('uefi', 'dhcp.conf'), lan: true },
  { name: 'uefi-proxy-dhcp', run: chainLoaded('uefi', 'proxy-dhcp.conf'), lan: true },
  { name: 'uefi-http-boot', run: httpBoot, lan: true },
  { name: 'grub-uefi', run: grubUefi },
  { name: 'real-ignition', run: realIgnition },
  { name: 'bios-dhcp', run: chainLoaded('bios', 'dhcp.conf'), lan: true },
  { name: 'bios-proxy-dhcp', run: chainLoaded('bios', 'proxy-dhcp.conf'), lan: true },
  { name: 'newcomer', run: newcomer },
  { name: 'newcomer-system', run: newcomerWithSystem },
  { name: 'bios-user-network', run: biosUserNetwork },
];
/** Software emulation keeps one core busy for each machine. */
const AT_ONCE = 2;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => void abandon(signal, code));
}
// A reader that has gone away (`npm run e2e | head`) ends the run, too.
process.stdout.once('error', (error) => void abandon(`standard output: ${error.message}`, 1));
process.exitCode = await main(process.argv.slice(2));

async function abandon(reason, code) {
  console.error(`e2e: stopping (${reason})`);
  await endAll();
  process.exit(code);
}

async function main(names) {
  const unknown = names.filter((name) => !CASES.some((one) => one.name === name));
  if (unknown.length > 0) {
    console.error(`e2e: no case ${unknown.join(', ')}; there are ${CASES.map((one) => one.name).join(', ')}`);
    return 2;
  }
  const chosen = names.length > 0 ? CASES.filter((one) => names.includes(one.name)) : CASES;
  const lifetime = new Lifetime();
  const assets = scratchFolder(lifetime, 'assets');
  try {
    const started = Date.now();
    if (chosen.some((one) => one.lan)) removeStaleNamespaces();
    prepare(assets);
    console.log(`prepared kernel, initramfs and disk image (${seconds(started)})`);
  } catch (error) {
    console.error(`e2e: ${error.message}`);
    console.log(`0 passed, ${chosen.length} failed`);
    await lifetime.end();
    return 1;
  }
  const queue = [...chosen];
  const results = [];
  const worker = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) results.push(await runCase(one, assets));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await lifetime.end();
  const failed = results.filter((passed) => !passed).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

/** Runs one case and prints how it went; answers whether it passed. */
async function runCase({ name, run, lan }, assets) {
  const started = Date.now();
  const lifetime = new Lifetime();
  const scratch = scratchFolder(lifetime, name);
  try {
    const obstacle = lan && namespaceObstacle();
    if (obstacle) throw new Error(obstacle);
    await run(lifetime, { assets, scratch });
    console.log(`ok   ${name} (${seconds(started)})`);
    return true;
  } catch (error) {
    console.log(`FAIL ${name} (${seconds(started)})\n  ${error.message.replaceAll('\n', '\n  ')}`);
    return false;
  } finally {
    await lifetime.end();
  }
}

function scratchFolder(lifetime, name) {
  const runs = join(cache, 'runs');
  mkdirSync(runs, { recursive: true });
  const folder = mkdtempSync(join(runs, `${name}-`));
  lifetime.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
