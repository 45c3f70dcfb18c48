import { expect, test } from 'vitest';
import { openCatalog } from '../../../data/catalog.ts';
import { openMemoryStore } from '../../../store/memory.ts';
import { validate } from '../validate.ts';

const url = 'http://10.0.0.1:8080/ignition?mac=${mac:hexhyp}';

interface Options {
  /** The server's. */
  readonly ignitionVersion?: 'as-written';
  /** More fields of the profile. */
  readonly profile?: object;
}

/** One machine that an image of OpenShift is installed on, or booted from. */
async function messages(release: string, version: string, argument: string, options: Options = {}) {
  const kernel = `/assets/rhcos-${release}-x86_64-live-kernel-x86_64`;
  const args = ['coreos.live.rootfs_url=http://10.0.0.1:8080/assets/rootfs.img', ...argument.split(' ')];
  const boot = { kernel, initrd: ['/assets/initramfs.img'], args };
  const files = {
    'groups/a.json': '{"id": "a", "profile": "p", "selector": {"mac": "52:54:00:a1:9c:ae"}}',
    'profiles/p.json': JSON.stringify({ id: 'p', ignition_id: 'worker.ign', boot, ...options.profile }),
    'ignition/worker.ign': `{"ignition": {"version": "${version}"}}`,
  };
  const { snapshot } = await openCatalog(openMemoryStore(files), {
    watch: false,
    ignitionVersion: options.ignitionVersion,
  });
  return validate(snapshot).map(({ rule, file, message }) => `${rule} ${file} ${message}`);
}

const installer = `coreos.inst.install_dev=sda coreos.inst.ignition_url=${url}`;

test('an installer is served 3.4.0, which is newer than what the image of OpenShift 4.7 reads', async () => {
  expect(await messages('4.7.7', '3.2.0', installer)).toEqual([
    'ignition-too-new ignition/worker.ign coreos-installer is served spec version 3.4.0, whatever the file says, since it does not tell what it reads; the image of profile "p" is OpenShift 4.7, which reads no later one than 3.2.0; with "ignition_version": "as-written" in the profile it is sent as it is written (-ignition-version=as-written does so for all)',
  ]);
});

test('a config that the image does not read as written either is not helped by the option', async () => {
  expect(await messages('4.7.7', '3.3.0', installer)).toEqual([expect.not.stringContaining('ignition_version')]);
});

test.each([
  ['a server that sends configs as they are written', '4.7.7', installer, { ignitionVersion: 'as-written' }],
  [
    'a profile whose configs are sent as they are written',
    '4.7.7',
    installer,
    { profile: { ignition_version: 'as-written' } },
  ],
  ['an image that reads 3.4.0', '4.14.0', installer, {}],
  ['Ignition itself, which says what it reads', '4.7.7', `ignition.firstboot ignition.config.url=${url}`, {}],
] as const)('nothing is wrong with %s', async (_, release, argument, options) => {
  expect(await messages(release, '3.2.0', argument, options)).toEqual([]);
});

test('Ignition itself gets no config that is newer than what it reads', async () => {
  expect(await messages('4.7.7', '3.3.0', `ignition.firstboot ignition.config.url=${url}`)).toEqual([
    'ignition-too-new ignition/worker.ign the config is of spec version 3.3.0, but this machine\'s Ignition reads no later one than 3.2.0: its image is OpenShift 4.7 (profile "p")',
  ]);
});
