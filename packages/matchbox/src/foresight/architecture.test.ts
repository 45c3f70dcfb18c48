import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { answer } from '../answer/answer.ts';
import { netbootAnswer } from '../answer/netboot-script.ts';
import { openCatalog } from '../data/catalog.ts';
import { decodeProfile, encodeProfile } from '../data/profile.ts';
import { openMemoryStore } from '../store/memory.ts';
import { explain } from './explain/explain.ts';
import { createComparison } from './impact/compare-machine.ts';
import { validate } from './validate/validate.ts';

const section = (name: string) => ({ kernel: `/${name}`, initrd: [`/${name}.img`], args: [`console=${name}`] });
const group = '{"id":"g","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"}}';
const filesOf = (boot: object) => ({ 'groups/g.json': group, 'profiles/p.json': JSON.stringify({ id: 'p', boot }) });
const snapshotOf = async (boot: object) =>
  (await openCatalog(openMemoryStore(filesOf(boot)), { watch: false })).snapshot;

async function ask(boot: object, architecture: string | undefined, endpoint: 'ipxe' | 'grub' = 'ipxe') {
  const query = `mac=52-54-00-a1-9c-ae${architecture === undefined ? '' : `&arch=${architecture}`}`;
  const { status, body, story } = answer(await snapshotOf(boot), endpoint, query);
  return status === 200 ? new TextDecoder().decode(body) : `${status} ${story.message}`;
}

const script = (name: string) => `#!ipxe\nkernel /${name} console=${name}\ninitrd /${name}.img\nboot\n`;
const several = { ...section('any'), arch: { arm64: section('arm'), riscv64: section('risc') } };

test.each([
  ['x86_64', 'any'],
  ['arm64', 'arm'],
  ['aarch64', 'arm'],
  ['ARM64', 'arm'],
  ['riscv64', 'risc'],
  ['i386', 'any'],
  ['arm32', 'any'],
  ['', 'any'],
  ['__proto__', 'any'],
  [undefined, 'any'],
])('a machine that says arch=%s boots %s', async (architecture, name) => {
  expect(await ask(several, architecture)).toBe(script(name));
});

test('a section is found by any of its names, and i386 from a BIOS means machines of 64 bits, too', async () => {
  const boot = { arch: { x86_64: section('pc'), aarch64: section('arm') } };
  expect(await ask(boot, 'x86_64')).toBe(script('pc'));
  expect(await ask(boot, 'i386')).toBe(script('pc'));
  expect(await ask(boot, 'arm64')).toBe(script('arm'));
  const none = 'No matching profile: profile "p" of group "g" has no boot section for';
  expect(await ask(boot, 'riscv64')).toBe(`404 ${none} riscv64`);
  expect(await ask(boot, undefined)).toBe(`404 ${none} a machine that does not say its architecture`);
});

test('where i386 and amd64 differ, the script asks the processor', async () => {
  const boot = { ...section('pc'), arch: { i386: section('old') } };
  expect(await ask(boot, 'x86_64')).toBe(script('pc'));
  expect(await ask(boot, 'i386')).toBe(
    '#!ipxe\ncpuid --ext 29 && goto amd64 ||\nkernel /old console=old\ninitrd /old.img\nboot\n:amd64\nkernel /pc console=pc\ninitrd /pc.img\nboot\n',
  );
  expect(await ask({ arch: { i386: section('old') } }, 'i386')).toBe(script('old'));
  const snapshot = await snapshotOf(boot);
  const { status, body } = netbootAnswer(snapshot, 'mac=52-54-00-a1-9c-ae&arch=i386', {}, 'retry');
  expect([status, new TextDecoder().decode(body)]).toEqual([200, expect.stringContaining('chain --replace ipxe?')]);
});

test('GRUB gets the same, in scripts that grub-script-check takes', async () => {
  const boot = { ...section('pc'), arch: { i386: section('old'), arm64: section('arm') } };
  for (const [architecture, kernels] of [
    ['arm64', ['arm', 'arm']],
    ['x86_64', ['pc', 'pc']],
    ['i386', ['pc', 'pc', 'old', 'old']],
  ] as const) {
    const text = await ask(boot, architecture, 'grub');
    expect(Array.from(text.matchAll(/linux(?:efi)? "\/(\w+)"/g), ([, name]) => name)).toEqual(kernels);
    expect(text.includes('if cpuid -l; then\n')).toBe(architecture === 'i386');
    const { status, stderr, error } = spawnSync('grub-script-check', { input: text, encoding: 'utf8' });
    if (error === undefined) expect([status, stderr]).toEqual([0, '']);
  }
});

test('without sections for architectures every byte is as it was, whatever a machine says', async () => {
  for (const architecture of [undefined, 'i386', 'arm64', 'x86_64']) {
    expect(await ask(section('any'), architecture)).toBe(script('any'));
  }
});

test('/netboot.ipxe loads what the architecture has', async () => {
  const { body } = netbootAnswer(await snapshotOf(several), 'mac=52-54-00-a1-9c-ae&arch=arm64', {}, 'retry');
  expect(new TextDecoder().decode(body)).toContain('kernel /arm console=arm || goto kernel_failed');
});

test('explain says which section a script is made of', async () => {
  const notesOf = async (boot: object, architecture: string) => {
    const { answers } = explain(await snapshotOf(boot), `mac=52-54-00-a1-9c-ae&arch=${architecture}`);
    return answers.find(({ endpoint }) => endpoint === 'ipxe')?.notes;
  };
  expect(await notesOf(several, 'arm64')).toEqual(['boot.arch.arm64']);
  expect(await notesOf(several, 'x86_64')).toEqual(['boot, which is for all: there is none for amd64']);
  expect(await notesOf({ ...several, arch: { i386: section('old') } }, 'i386')).toEqual([
    'the script asks the processor whether it has 64 bits: i386 may be said of both',
  ]);
  expect(await notesOf(section('any'), 'arm64')).toBeUndefined();
});

test('impact tells that the kernel of one architecture changes', async () => {
  const before = await snapshotOf(several);
  const after = await snapshotOf({
    ...several,
    arch: { ...several.arch, arm64: { ...section('arm'), kernel: '/new' } },
  });
  const compare = createComparison(before, after);
  const query = (architecture: string) => ({ query: `mac=52-54-00-a1-9c-ae&arch=${architecture}`, isMadeUp: false });
  expect(compare(query('arm64'))?.answers.map(({ endpoint }) => endpoint)).toEqual(['ipxe', 'grub']);
  expect(compare(query('x86_64'))).toBeUndefined();
  const madeUp = compare({ query: 'mac=52-54-00-a1-9c-ae', isMadeUp: true });
  expect(
    madeUp?.answers.map(({ endpoint }) => endpoint),
    'whoever has no arch may be any',
  ).toEqual(['ipxe', 'grub']);
});

test('validate looks into each section', async () => {
  const arm = { ...section('arm'), args: ['inst.repoo=http://example.com/x'] };
  const findings = validate(await snapshotOf({ ...section('any'), arch: { arm64: arm } }));
  expect(findings.map(({ rule, message }) => [rule, message])).toEqual([
    ['argument-name', 'nothing reads the argument "inst.repoo"; did you mean "inst.repo"?'],
  ]);
});

test('a profile with sections for architectures is written as it was read', () => {
  const text = JSON.stringify({
    id: 'p',
    boot: { kernel: '/k', arch: { arm64: section('arm'), s390x: { kernel: '/z' } } },
  });
  const profile = decodeProfile(Buffer.from(text));
  expect(JSON.parse(Buffer.from(encodeProfile(profile)).toString())).toEqual(JSON.parse(text));
  expect(decodeProfile(encodeProfile(profile))).toEqual(profile);
});

test.each([
  [
    '{"id":"p","boot":{"arch":[]}}',
    'json: cannot unmarshal array into Go struct field Profile.boot.arch of type map[string]storagepb.NetBoot',
  ],
  [
    '{"id":"p","boot":{"arch":{"arm64":7}}}',
    'json: cannot unmarshal number into Go struct field Profile.boot.arch.arm64 of type storagepb.NetBoot',
  ],
  [
    '{"id":"p","boot":{"arch":{"arm64":{"args":"x"}}}}',
    'json: cannot unmarshal string into Go struct field Profile.boot.arch.arm64.args of type []string',
  ],
])('%s is no profile', (text, message) => {
  expect(() => decodeProfile(Buffer.from(text))).toThrow(message);
});
