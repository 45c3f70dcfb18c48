import { expect, test } from 'vitest';
import { openCatalog } from '../../../data/catalog.ts';
import { openMemoryStore } from '../../../store/memory.ts';
import { validate } from '../validate.ts';

async function findings(args: readonly string[], file = 'd-i debian-installer/locale string C\n') {
  const files = {
    'groups/g.json': '{"id":"g","profile":"p","selector":{"mac":"52:54:00:a1:9c:ae"}}',
    'profiles/p.json': JSON.stringify({ id: 'p', boot: { kernel: 'k', args }, generic_id: 'file' }),
    'generic/file': file,
  };
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  return validate(snapshot).map(({ rule, message }) => `${rule}: ${message}`);
}

const debian = (url: string) => ['auto=true', 'priority=critical', `url=${url}/generic?mac=\${mac:hexhyp}`];

test('a host without a dot is another one for the Debian installer', async () => {
  expect(await findings(debian('http://boot:8080'))).toEqual([
    'installer-arguments: the Debian installer puts the DHCP domain behind a host without a dot: boot becomes boot.example.com; write its whole name or its address',
  ]);
});

test.each([
  ['a whole name', debian('http://boot.lan:8080')],
  ['an address', debian('http://10.0.0.1:8080')],
  ['an address of IPv6', debian('http://[fd00::1]:8080')],
  ['what iPXE fills in', debian('http://${next-server}:8080')],
])('%s is nothing to say anything about', async (_, args) => {
  expect(await findings(args)).toEqual([]);
});

test('url= without a sign of the Debian installer is another program’s', async () => {
  expect(await findings(['url=http://10.0.0.1:8080/generic?mac=${mac:hexhyp}'], 'any text')).toEqual([]);
});

test('an overlay that the boot loader names is not judged, nor a folder of Arch', async () => {
  const args = [
    'apkovl=http://10.0.0.1:8080/assets/${hostname}',
    'archiso_http_srv=http://10.0.0.1:8080/assets/${dir}',
  ];
  expect(await findings(args)).toEqual([]);
});
