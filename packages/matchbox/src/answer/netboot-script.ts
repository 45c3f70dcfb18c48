/**
 * `/netboot.ipxe`: the script that our own DHCP names. It says on the screen who serves, which machine this is and what was decided;
 * where nothing is configured or something is broken it says why, since iPXE shows no body of a refused request; and it asks again.
 *
 * Quirk: it has to run in iPXE of January 2019 (Debian's package and QEMU's ROM): no `params`, `imgset`, `poweroff`; a line that fails
 * without `||` ends the script; no text can be quoted, and `${…}` is expanded everywhere.
 */
import { encodeBytes } from '@matchbox/gotext';
import type { BootSection } from '../data/boot.ts';
import type { Snapshot } from '../data/snapshot.ts';
import { type Answer, type AnswerContext, answer } from './answer.ts';
import { withoutOperators } from './disk-boot.ts';
import { chooseBoot } from './machine-boot.ts';

/** What a machine does that got no boot script for long: ask for ever, boot from disk, or open iPXE's shell. */
export const fallbacks = ['retry', 'disk', 'shell'] as const;

export type Fallback = (typeof fallbacks)[number];

/** The query key by which a network's choice comes along. */
const fallbackKey = 'matchbox-fallback';

const labels =
  'uuid=${uuid}&mac=${mac:hexhyp}&domain=${domain:uristring}&hostname=${hostname:uristring}&serial=${serial:uristring}&arch=${buildarch:uristring}';

/** Pauses between attempts in seconds; each is used once, the last one again and again. */
const pauses: readonly number[] = [5, 10, 20, 40, 60];
/** Attempts before the fallback, where there is one. */
const patience = pauses.length;
/** Cards beside the one that booted. */
const otherCards = [0, 1, 2, 3, 4, 5, 6, 7];

/** What `/netboot.ipxe` is without a query: who this is, then the same path with the machine's labels. */
export function netbootBootstrap(fallback: Fallback): Uint8Array {
  const ask = `chain --replace netboot.ipxe?${labels}&${fallbackKey}=${fallback}`;
  const cards = otherCards.flatMap((n) => [`isset \${net${n}/mac} && ifopen net${n} && dhcp net${n} && ${ask} ||`]);
  return script([
    'echo',
    'echo Matchbox serves this machine: MAC ${mac} UUID ${uuid} serial ${serial}',
    ':ask',
    `${ask} ||`,
    'echo Matchbox does not answer (${errno}). Trying the other network cards.',
    ...cards,
    ...again('ask', fallback),
  ]);
}

/**
 * What it is with a query. Always a 200 that iPXE runs; the story has the true reason.
 * @param fallback as the network chose; it came along in the query
 */
export function netbootAnswer(
  snapshot: Snapshot,
  rawQuery: string,
  context: AnswerContext,
  fallback: Fallback,
): Answer {
  const plain = answer(snapshot, 'ipxe', withoutFallback(rawQuery), context);
  const { reason, group, profile, message, position } = plain.story;
  const told = [
    `echo ${oneLine(`Group ${group?.value?.id || group?.name || 'none'}, profile ${profile?.value?.id ?? 'none'}`)}`,
  ];
  let body: Uint8Array;
  const boot = profile?.value?.boot;
  const choice = boot === undefined || boot.ipxeId !== undefined ? undefined : chooseBoot(boot, plain.story.labels);
  if (reason === 'ok' && choice?.kind === 'section') body = script([...told, ...loading(choice.section, fallback)]);
  else if (reason === 'ok') body = script([...told, ...chaining(fallback)]);
  else if (reason === 'boot_from_disk' && plain.status === 200) body = plain.body;
  else if (reason === 'boot_from_disk') body = script(['echo Booting from disk', 'exit 1']);
  else
    body = script([
      ...told,
      ...explaining(message ?? reason, position),
      ':failed',
      ...again('ask', fallback),
      ...askAgain(fallback),
    ]);
  return { ...plain, status: 200, contentType: 'text/plain; charset=utf-8', body };
}

/** @returns what the network chose, as the query carries it; `retry` when it carries nothing that is known */
export function fallbackOf(rawQuery: string): Fallback {
  const last = rawQuery.slice(rawQuery.lastIndexOf('&') + 1);
  return fallbacks.find((name) => last === `${fallbackKey}=${name}`) ?? 'retry';
}

/** It is ours, and no label of the machine. */
function withoutFallback(rawQuery: string): string {
  const at = rawQuery.lastIndexOf(`&${fallbackKey}=`);
  return at < 0 ? rawQuery : rawQuery.slice(0, at);
}

function loading({ kernel, initrd, args }: BootSection, fallback: Fallback): string[] {
  const failed = (what: string, url: string) => `echo ${oneLine(`${what} ${url} could not be loaded`)}: \${errno}`;
  const lines = [
    'imgfree ||',
    `echo Loading ${oneLine(kernel)}`,
    `kernel ${[kernel, ...args].join(' ')} || goto kernel_failed`,
  ];
  initrd.forEach((image, i) => {
    lines.push(`echo Loading ${oneLine(image)}`, `initrd ${image} || goto initrd_failed_${i}`);
  });
  lines.push('boot ||', 'echo The kernel did not start: ${errno}', 'goto failed');
  lines.push(':kernel_failed', failed('Kernel', kernel), 'goto failed');
  initrd.forEach((image, i) => {
    lines.push(`:initrd_failed_${i}`, failed('Initrd', image), 'goto failed');
  });
  lines.push(':failed', 'imgfree ||', ...again('ask', fallback), ...askAgain(fallback));
  return lines;
}

/** A script of the operator's own is run as it is, as is one that looks at the processor; where it ends is its own affair. */
function chaining(fallback: Fallback): string[] {
  return [
    'imgfree ||',
    `chain --replace ipxe?${labels} ||`,
    'echo The boot script could not be run: ${errno}',
    ':failed',
    ...again('ask', fallback),
    ...askAgain(fallback),
  ];
}

function askAgain(fallback: Fallback): string[] {
  return [':ask', `chain --replace netboot.ipxe?${labels}&${fallbackKey}=${fallback} || goto failed`];
}

function explaining(message: string, position: string | undefined): string[] {
  const lines = message.split('\n').slice(0, 6);
  return [
    'echo This machine gets nothing to boot:',
    ...(position === undefined ? [] : [`echo   ${oneLine(position)}`]),
    ...lines.map((line) => `echo   ${oneLine(line)}`),
  ];
}

/** Waits, longer each time, and goes to a label; after a while it does what the network chose. The count outlives a chained script. */
function again(label: string, fallback: Fallback): string[] {
  const counted = pauses.flatMap((seconds, i) => {
    const next = Math.min(i + 1, pauses.length - 1);
    const end =
      i === patience - 1 && fallback !== 'retry'
        ? ['goto give_up']
        : [
            `set matchbox-try ${next}`,
            `echo Trying again in ${seconds} s (Ctrl-C ends it)`,
            `sleep ${seconds}`,
            `goto ${label}`,
          ];
    return [`:pause_${i}`, ...end];
  });
  return [
    'isset ${matchbox-try} || set matchbox-try 0',
    'goto pause_${matchbox-try}',
    ...counted,
    ...(fallback === 'retry' ? [] : [':give_up', ...givingUp[fallback]]),
  ];
}

const givingUp: Readonly<Record<Exclude<Fallback, 'retry'>, readonly string[]>> = {
  disk: [
    'echo Nothing to boot from the network: booting from disk',
    'iseq ${platform} efi && goto disk_efi ||',
    'sanboot --no-describe --drive 0x80 || exit',
    ':disk_efi',
    'sanboot --no-describe --drive 0 || exit 1',
  ],
  shell: ['echo Nothing to boot from the network: here is a shell', 'shell'],
};

function script(lines: readonly string[]): Uint8Array {
  return encodeBytes(`#!ipxe\n${lines.join('\n')}\n`);
}

/** What comes from files or machines, as one line that expands nothing. */
function oneLine(text: string): string {
  const cut = text.length > 300 ? `${text.slice(0, 300)}...` : text;
  const line = cut.replace(/[^ -~]/g, '?').replaceAll('${', '$ {');
  // A word that begins with a dash would be an option of echo.
  return withoutOperators(line).replace(/^( *)-(?=[^ ])/, '$1- ');
}
