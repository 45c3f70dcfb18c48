import { expect, test } from 'vitest';
import { answer } from '../answer/answer.ts';
import { netbootAnswer } from '../answer/netboot-script.ts';
import { openCatalog } from '../data/catalog.ts';
import { decodeProfile, encodeProfile } from '../data/profile.ts';
import { openMemoryStore } from '../store/memory.ts';
import { explain } from './explain/explain.ts';
import { createComparison } from './impact/compare-machine.ts';
import { validate } from './validate/validate.ts';

const files = (boot: object, more: Record<string, string> = {}): Record<string, string> => ({
  'groups/g.json': '{"id":"g","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"},"metadata":{"image":"rescue"}}',
  'profiles/p.json': JSON.stringify({ id: 'p', boot }),
  'generic/menu.ipxe': '#!ipxe\nchain /assets/{{.image}} || exit\n',
  'generic/menu.cfg': 'chainloader /{{.image}}\n',
  ...more,
});
const query = 'mac=52:54:00:a1:9c:ae';
const snapshotOf = async (given: Record<string, string>) =>
  (await openCatalog(openMemoryStore(given), { watch: false })).snapshot;

async function ask(endpoint: 'ipxe' | 'grub', given: Record<string, string>) {
  const { status, body, contentType, story } = answer(await snapshotOf(given), endpoint, query);
  return { status, text: new TextDecoder().decode(body), contentType, template: story.template?.name };
}

const contentType = 'text/plain; charset=utf-8';

test('a boot section may name a template for each boot loader', async () => {
  const given = files({ ipxe_id: 'menu.ipxe', grub_id: 'menu.cfg' });
  expect(await ask('ipxe', given)).toEqual({
    status: 200,
    text: '#!ipxe\nchain /assets/rescue || exit\n',
    contentType,
    template: 'menu.ipxe',
  });
  expect(await ask('grub', given)).toEqual({
    status: 200,
    text: 'chainloader /rescue\n',
    contentType,
    template: 'menu.cfg',
  });
});

test('a loader without a template gets the script of kernel and initrd, or a 404 that says what is missing', async () => {
  const given = files({ kernel: 'k', args: ['quiet'], grub_id: 'menu.cfg' });
  expect(await ask('ipxe', given)).toEqual({
    status: 200,
    text: '#!ipxe\nkernel k quiet\nboot\n',
    contentType,
    template: undefined,
  });
  expect(await ask('grub', files({ ipxe_id: 'menu.ipxe' }))).toMatchObject({
    status: 404,
    text: 'No matching profile: profile "p" of group "g" has no kernel and no grub_id\n',
  });
  expect(await ask('ipxe', files({ ipxe_id: 'none' }))).toMatchObject({
    status: 404,
    text: 'No boot script template named: none: profile "p" of group "g" has ipxe_id "none", which does not exist\n',
  });
  expect(await ask('ipxe', files({ ipxe_id: '../groups/g.json' }))).toMatchObject({ status: 404 });
});

test('a template of a boot script that fails says where', async () => {
  const broken = await ask('ipxe', files({ ipxe_id: 'menu.ipxe' }, { 'generic/menu.ipxe': '#!ipxe\n{{.nobody}}\n' }));
  expect([broken.status, broken.text.startsWith('generic/menu.ipxe:2:')]).toEqual([500, true]);
});

test('an operator’s decision goes before a template', async () => {
  const machines = { decide: () => ({ kind: 'hold', why: 'broken fan' }) as const, variables: () => [] };
  const made = answer(await snapshotOf(files({ ipxe_id: 'menu.ipxe' })), 'ipxe', query, { machines });
  expect(made.status).toBe(503);
});

test('/netboot.ipxe hands over to a template', async () => {
  const { body } = netbootAnswer(await snapshotOf(files({ ipxe_id: 'menu.ipxe' })), query, {}, 'retry');
  const lines = new TextDecoder().decode(body).split('\n');
  expect(lines.slice(0, 3)).toEqual(['#!ipxe', 'echo Group g, profile p', 'imgfree ||']);
  expect(lines[3]).toMatch(/^chain --replace ipxe\?uuid=\$\{uuid\}&mac=\$\{mac:hexhyp\}.* \|\|$/);
});

test('decodeProfile and encodeProfile keep the names of templates, and write nothing that is not set', () => {
  const encoded = new TextDecoder().decode(
    encodeProfile(decodeProfile(Buffer.from('{"id":"p","boot":{"ipxe_id":"a","grub_id":"b"}}'))),
  );
  expect(encoded).toBe('{\n\t"id": "p",\n\t"boot": {\n\t\t"ipxe_id": "a",\n\t\t"grub_id": "b"\n\t}\n}');
  expect(decodeProfile(Buffer.from('{"id":"p","boot":{"kernel":"k"}}')).boot).toEqual({
    kernel: 'k',
    initrd: [],
    args: [],
  });
});

test('explain, impact and validate know the templates', async () => {
  const given = files({ ipxe_id: 'menu.ipxe', grub_id: 'menu.cfg' });
  const before = await snapshotOf(given);
  const [ipxe, grub] = explain(before, query).answers;
  expect([ipxe?.template, grub?.template]).toEqual(['generic/menu.ipxe', 'generic/menu.cfg']);
  const missing = explain(await snapshotOf(files({ ipxe_id: 'none' })), query).answers[0];
  expect([missing?.status, missing?.offered]).toEqual([404, true]);
  const after = await snapshotOf({ ...given, 'generic/menu.ipxe': '#!ipxe\nshell\n' });
  const change = createComparison(before, after)({ query, isMadeUp: false });
  expect(change?.answers.map(({ endpoint }) => endpoint)).toEqual(['ipxe']);
  const told = async (more: Record<string, string>) =>
    validate(await snapshotOf({ ...given, ...more })).map(
      ({ rule, file, line, message }) => `${rule} ${file}:${line} ${message}`,
    );
  expect(await told({})).toEqual([]);
  expect(await told({ 'generic/menu.ipxe': '#!ipxe\n{{.image}} ||\ngoto out\n' })).toEqual([
    expect.stringMatching(/^boot-script generic\/menu\.ipxe:3 there is no label ":out" for this goto/),
  ]);
  expect(
    await told({ 'profiles/p.json': '{"id":"p","boot":{"ipxe_id":"rescue","grub_id":"menu.cfg"}}' }),
  ).toContainEqual('template-missing profiles/p.json:1 generic/rescue does not exist');
});
