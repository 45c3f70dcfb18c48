import { expect, test } from 'vitest';
import { openCatalog } from '../data/catalog.ts';
import { openMemoryStore } from '../store/memory.ts';
import { fallbacks, netbootAnswer, netbootBootstrap } from './netboot-script.ts';

const node = 'mac=52-54-00-a1-9c-ae';

async function ask(files: Record<string, object>, query = node, fallback: (typeof fallbacks)[number] = 'retry') {
  const texts = Object.entries(files).map(([path, content]) => [path, JSON.stringify(content)] as const);
  const store = openMemoryStore(Object.fromEntries(texts));
  const { snapshot } = await openCatalog(store, { watch: false });
  const { status, body, story } = netbootAnswer(snapshot, query, {}, fallback);
  return { status, text: Buffer.from(body).toString(), reason: story.reason };
}

const group = { 'groups/g.json': { id: 'g', profile: 'p' } };
const boot = { kernel: '/assets/vmlinuz', initrd: ['/assets/initrd'], args: ['a=b', 'mac=${mac:hexhyp}'] };

test('netbootAnswer loads what the profile says, and names what could not be loaded', async () => {
  const { status, text } = await ask({ ...group, 'profiles/p.json': { id: 'p', boot } });
  expect(status).toBe(200);
  expect(text).toContain(
    '#!ipxe\necho Group g, profile p\nimgfree ||\necho Loading /assets/vmlinuz\nkernel /assets/vmlinuz a=b mac=${mac:hexhyp} || goto kernel_failed\n' +
      'echo Loading /assets/initrd\ninitrd /assets/initrd || goto initrd_failed_0\nboot ||\n',
  );
  expect(text).toContain(':kernel_failed\necho Kernel /assets/vmlinuz could not be loaded: ${errno}\ngoto failed\n');
  expect(text).toContain(':initrd_failed_0\necho Initrd /assets/initrd could not be loaded: ${errno}\ngoto failed\n');
});

test('netbootAnswer says why there is nothing to boot, in a script, and asks again', async () => {
  const { status, text, reason } = await ask(group);
  expect([status, reason]).toEqual([200, 'no_profile']);
  expect(text).toContain(
    'echo This machine gets nothing to boot:\necho   No matching profile: profiles/p.json does not exist (profile of group "g")\n',
  );
  expect(text).toContain('echo Trying again in 5 s (Ctrl-C ends it)\nsleep 5\ngoto ask\n');
  expect(text.trimEnd()).toMatch(
    /:ask\nchain --replace netboot\.ipxe\?uuid=\$\{uuid\}.*&matchbox-fallback=retry \|\| goto failed$/,
  );
});

test('what is shown ends no line and expands no variable', async () => {
  const { text } = await ask({ 'groups/g.json': { id: 'g', profile: 'p${net0/mac}\nshell' } });
  expect(text).toContain('p$ {net0/mac}');
  expect(text).not.toMatch(/^shell/m);
  expect((await ask({}, 'mac=52-54-00-a1-9c-ae&x=%0ashell%0a$%7bmac%7d')).text).not.toMatch(/^shell|\$\{mac\}/m);
});

test.each(fallbacks)('every label that a script with the fallback %s goes to is there, once', async (fallback) => {
  const scripts = [
    Buffer.from(netbootBootstrap(fallback)).toString(),
    (await ask(group, node, fallback)).text,
    (await ask({ ...group, 'profiles/p.json': { id: 'p', boot } }, node, fallback)).text,
  ];
  for (const text of scripts) {
    const labels = [...text.matchAll(/^:(\S+)$/gm)].map(([, label]) => label);
    expect(new Set(labels).size).toBe(labels.length);
    for (const [, target] of text.matchAll(/goto ([a-z]\w*)(?!\S*\$)/g)) {
      if (target !== 'pause_') expect(labels).toContain(target);
    }
    expect(labels).toEqual(expect.arrayContaining(['pause_0', 'pause_4']));
  }
});

test('netbootBootstrap tries the other cards, and gives up as the network chose', () => {
  const text = Buffer.from(netbootBootstrap('shell')).toString();
  expect(text).toContain('isset ${net1/mac} && ifopen net1 && dhcp net1 && chain --replace netboot.ipxe?');
  expect(text.trimEnd().endsWith(':give_up\necho Nothing to boot from the network: here is a shell\nshell')).toBe(true);
});

test('no text that is shown is taken for a command or an option', async () => {
  const { text } = await ask({
    'groups/g.json': { id: 'g && reboot\nshell ${mac}', profile: 'p' },
    'profiles/p.json': { id: 'p || shell', boot: { kernel: '/k', initrd: [], args: [] } },
  });
  expect(text).toContain('\necho Group g & reboot?shell $ {mac}, profile ');
  expect(text).not.toMatch(/^echo .* (&&|\|\||;)( |$)|^shell/m);
  const refused = await ask({}, 'x=%20%26%26%20reboot%20%3b%20shell&mac=52-54-00-a1-9c-ae');
  expect(refused.text).not.toMatch(/^echo .* (&&|\|\||;)( |$)/m);
});
