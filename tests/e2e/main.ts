/**
 * End-to-end tests: virtual machines boot through the real server. `npm run e2e -- [--again] [CASE…]`; ends with a line
 * `N passed, N failed`, and how many were not run for want of root; without what all cases need, with a line that says so.
 * With `--again` a case that failed beside another is run once more alone, which is said; what fails alone fails.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../../tools/error-message.ts';
import { endAll, Lifetime } from '../../tools/vm/lifetime.ts';
import { cache } from '../../tools/vm/packages.ts';
import { isLongForm } from '../long-form.ts';
import { adopted } from './cases/adopted.ts';
import { debianInstall, debianInstallShort } from './cases/debian-install.ts';
import { grubBuiltIn, grubUefi } from './cases/grub.ts';
import { installOnce, installOnceBuiltIn } from './cases/install-once.ts';
import { biosUserNetwork, builtIn, builtInArm64, chainLoaded, httpBoot } from './cases/network-boot.ts';
import { newcomer, newcomerOnUserNetwork, newcomerWithSystem } from './cases/newcomer.ts';
import { powerOff } from './cases/power-off.ts';
import { realIgnition } from './cases/real-ignition.ts';
import { recipeScripts } from './cases/recipes.ts';
import { restarts } from './cases/restart.ts';
import { twoStage } from './cases/two-stage.ts';
import { namespaceObstacle, removeStaleNamespaces } from './namespace.ts';
import { prepare } from './prepare.ts';
import type { Context } from './site.ts';

interface Case {
  readonly name: string;
  readonly run: (lifetime: Lifetime, context: Context) => Promise<void>;
  /** Needs a network of its own. */
  readonly lan?: true;
  /** Run when it is asked for, not with all: too long, or what others show in the same way. */
  readonly onlyByName?: true;
  /** Firmware and mode are each shown by others, in other pairs: run with all in the long form alone (`MATCHBOX_LONG_TESTS=1`), or by name. */
  readonly isOnePairOfMany?: true;
}

/** Longest first, so that the last ones to run are short. */
const CASES: readonly Case[] = [
  { name: 'debian-install-short', run: debianInstallShort, lan: true },
  { name: 'two-stage-uefi', run: twoStage('uefi'), lan: true },
  { name: 'two-stage-bios', run: twoStage('bios'), lan: true, isOnePairOfMany: true },
  { name: 'uefi-proxy-dhcp', run: chainLoaded('uefi', 'proxy-dhcp.conf'), lan: true },
  { name: 'uefi-http-boot', run: httpBoot, lan: true },
  { name: 'uefi-built-in-proxy', run: builtIn('uefi', 'proxy'), lan: true, isOnePairOfMany: true },
  { name: 'uefi-built-in-http-boot', run: builtIn('uefi', 'proxy', 'http'), lan: true },
  { name: 'uefi-built-in-dhcp', run: builtIn('uefi', 'dhcp'), lan: true },
  { name: 'bios-built-in-proxy', run: builtIn('bios', 'proxy'), lan: true },
  { name: 'bios-built-in-dhcp', run: builtIn('bios', 'dhcp'), lan: true, isOnePairOfMany: true },
  { name: 'grub-built-in', run: grubBuiltIn, lan: true },
  { name: 'install-once-uefi', run: installOnce('uefi') },
  { name: 'install-once-grub', run: installOnce('grub') },
  { name: 'install-once', run: installOnce('bios') },
  { name: 'power-off', run: powerOff },
  { name: 'adopted', run: adopted },
  { name: 'real-ignition', run: realIgnition },
  { name: 'bios-dhcp', run: chainLoaded('bios', 'dhcp.conf'), lan: true },
  { name: 'recipes', run: recipeScripts },
  { name: 'newcomer', run: newcomer, lan: true },
  { name: 'newcomer-system', run: newcomerWithSystem },
  { name: 'restart-short', run: restarts(2) },
  { name: 'bios-user-network', run: biosUserNetwork },
  { name: 'uefi-dhcp', run: chainLoaded('uefi', 'dhcp.conf'), lan: true, onlyByName: true },
  { name: 'bios-proxy-dhcp', run: chainLoaded('bios', 'proxy-dhcp.conf'), lan: true, onlyByName: true },
  { name: 'grub-uefi', run: grubUefi, onlyByName: true },
  { name: 'newcomer-user-network', run: newcomerOnUserNetwork, onlyByName: true },
  { name: 'killed', run: restarts(2, ['killed']), onlyByName: true },
  { name: 'debian-install', run: debianInstall, lan: true, onlyByName: true },
  { name: 'restart', run: restarts(10), onlyByName: true },
  { name: 'install-once-built-in', run: installOnceBuiltIn('proxy'), lan: true, onlyByName: true },
  { name: 'install-once-built-in-dhcp', run: installOnceBuiltIn('dhcp'), lan: true, onlyByName: true },
  { name: 'uefi-arm64-built-in-proxy', run: builtInArm64('tftp'), lan: true, onlyByName: true },
  { name: 'uefi-arm64-built-in-http-boot', run: builtInArm64('http'), lan: true, onlyByName: true },
];
/** Software emulation keeps one core busy for each machine. */
const AT_ONCE = 2;
/** So many failures may be a busy machine's. */
const MOST_AGAIN = 4;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void abandon(signal, code));
}
// A reader that has gone away (`npm run e2e | head`) ends the run, too.
process.stdout.once('error', (error) => void abandon(`standard output: ${error.message}`, 1));
process.exitCode = await main(process.argv.slice(2));

async function abandon(reason: string, code: number): Promise<never> {
  console.error(`e2e: stopping (${reason})`);
  await endAll();
  process.exit(code);
}

async function main(words: readonly string[]): Promise<number> {
  const names = words.filter((word) => word !== '--again');
  const unknown = names.filter((name) => !CASES.some((one) => one.name === name));
  if (unknown.length > 0) {
    console.error(`e2e: no case ${unknown.join(', ')}; there are ${CASES.map((one) => one.name).join(', ')}`);
    return 2;
  }
  const usual = CASES.filter((one) => !one.onlyByName && (isLongForm || !one.isOnePairOfMany));
  const chosen = names.length > 0 ? CASES.filter((one) => names.includes(one.name)) : usual;
  if (names.length === 0 && !isLongForm) {
    const left = CASES.filter((one) => one.isOnePairOfMany).map((one) => one.name);
    console.log(`a sample: without ${left.join(', ')}, which MATCHBOX_LONG_TESTS=1 adds`);
  }
  const lifetime = new Lifetime();
  const assets = scratchFolder(lifetime, 'assets');
  try {
    const started = Date.now();
    if (chosen.some((one) => one.lan)) removeStaleNamespaces();
    prepare(assets);
    console.log(`prepared kernel, initramfs and disk image (${seconds(started)})`);
  } catch (error) {
    console.error(`e2e: ${errorMessage(error)}`);
    // No case has failed: none could be tried.
    console.log(`not run: ${chosen.length} cases; what they need is not there, see above`);
    await lifetime.end();
    return 1;
  }
  const obstacle = namespaceObstacle();
  const queue = chosen.filter(({ lan }) => obstacle === undefined || !lan);
  const blocked = chosen.length - queue.length;
  if (blocked > 0) console.error(`e2e: ${obstacle}`);
  const tried = queue.length;
  const failures: Case[] = [];
  const worker = async (): Promise<void> => {
    for (let one = queue.shift(); one; one = queue.shift()) if (!(await runCase(one, assets))) failures.push(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const failed = words.includes('--again') ? await runAgain(failures, assets) : failures.length;
  await lifetime.end();
  console.log(`${tried - failed} passed, ${failed} failed${blocked > 0 ? `, ${blocked} not run` : ''}`);
  return failed + blocked > 0 ? 1 : 0;
}

/** Runs what failed beside other machines once more, alone, unless too much failed for that to be the reason; answers how many fail. */
async function runAgain(failures: readonly Case[], assets: string): Promise<number> {
  if (failures.length > MOST_AGAIN) return failures.length;
  let failed = 0;
  for (const one of failures) {
    console.log(`AGAIN, alone, since it failed beside another: ${one.name}`);
    if (!(await runCase(one, assets))) failed++;
  }
  return failed;
}

/** Runs one case and prints how it went; answers whether it passed. */
async function runCase({ name, run }: Case, assets: string): Promise<boolean> {
  const started = Date.now();
  const lifetime = new Lifetime();
  const scratch = scratchFolder(lifetime, name);
  try {
    await run(lifetime, { assets, scratch });
    console.log(`ok   ${name} (${seconds(started)})`);
    return true;
  } catch (error) {
    console.log(`FAIL ${name} (${seconds(started)})\n  ${errorMessage(error).replaceAll('\n', '\n  ')}`);
    return false;
  } finally {
    await lifetime.end();
  }
}

function scratchFolder(lifetime: Lifetime, name: string): string {
  const runs = join(cache, 'runs');
  mkdirSync(runs, { recursive: true });
  const folder = mkdtempSync(join(runs, `${name}-`));
  lifetime.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
