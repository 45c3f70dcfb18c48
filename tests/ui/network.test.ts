/** Network boot on the page: what is served, whose leases there are, what stands in the way. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { NetbootStatusResponseSchema } from 'matchbox/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { files } from './data.ts';
import { goTo, tabTo } from './keys.ts';
import { openPageSite, openTab, type PageSite, type Tab } from './site.ts';

const slow = 300_000;
const endsMs = Date.UTC(2026, 10, 29, 12);
let site: PageSite;
let tab: Tab;
let letLook = () => {};
const looking = new Promise<void>((resolve) => {
  letLook = resolve;
});

beforeAll(async () => {
  site = await openPageSite(files, { vera: 'viewer' }, () => ({
    netbootDoctor: async () => {
      await looking;
      return [
        { about: 'interface', level: 'ok', text: 'eth1 has 10.77.0.1, MTU 1500' },
        { about: 'loaders', level: 'warning', text: 'there is no loader for BIOS', advice: 'the package ipxe' },
        { about: 'port', level: 'problem', text: 'UDP 67 is taken <b>', advice: 'stop that program' },
      ];
    },
  }));
  tab = await site.signedIn();
}, slow);

afterAll(() => site?.close());

/** What a server with network boot tells, in place of this one, which has no interface of its own to serve. */
async function serve({ page }: Tab, status: MessageInitShape<typeof NetbootStatusResponseSchema>) {
  const body = Buffer.from(toBinary(NetbootStatusResponseSchema, create(NetbootStatusResponseSchema, status)));
  await page.route('**/rpcpb.Site/NetbootStatus', (route) => route.fulfill({ contentType: 'application/proto', body }));
}

test(
  'where network boot is off the page says how to have it',
  async () => {
    const { page } = tab;
    await goTo(page, 'Network', 'Network');
    await page.getByRole('heading', { name: 'This server takes no part in network boot' }).waitFor();
  },
  slow,
);

test(
  'the host is looked at by keyboard alone: what is found, and what to do about it',
  async () => {
    const { page } = tab;
    await tabTo(page, 'Look now');
    await page.keyboard.press('Enter');
    await page.getByText('Looking for other DHCP servers, which takes six seconds').waitFor();
    letLook();
    await page.getByText('1 problem.').waitFor();
    const found = page.getByRole('list', { name: 'What was found on the host' }).getByRole('listitem');
    expect(await found.allInnerTexts()).toEqual([
      '● ok eth1 has 10.77.0.1, MTU 1500',
      '▲ warning there is no loader for BIOS → the package ipxe',
      '✖ problem UDP 67 is taken <b> → stop that program',
    ]);
    await page.goto(`${site.url}/audit`);
    await page.getByText('netboot (doctor)').first().waitFor();
  },
  slow,
);

test(
  'networks, loaders and leases are seen; what a machine calls itself is text',
  async () => {
    const { page } = tab;
    await serve(tab, {
      isOn: true,
      interface: 'eth1',
      address: '10.77.0.1',
      networks: [{ name: 'lab', mode: 'dhcp', dryRun: false, leases: 1, answer: 'known' }],
      otherServers: ['a DHCP server at 10.77.0.2'],
      loaders: [
        {
          architecture: 'x86-64 UEFI',
          code: 7,
          file: 'ipxe.efi',
          path: '/usr/lib/ipxe/ipxe.efi',
          sizeBytes: 1_048_576n,
          sha256: 'ab',
          version: '1.21.1',
        },
      ],
      withoutLoader: ['arm64 UEFI'],
      leases: [
        {
          network: 'lab',
          mac: '52:54:00:00:00:01',
          address: '10.77.0.100',
          hostName: '<img src=x onerror=alert(1)>\u202e',
          known: false,
          endsMs: BigInt(endsMs),
        },
      ],
      leaseCount: 1,
    });
    await page.goto(`${site.url}/network`);
    const rowsOf = (name: string) => page.getByRole('table', { name }).getByRole('row');
    await rowsOf('Leases').nth(1).waitFor();
    expect(await rowsOf('Networks').nth(1).innerText()).toBe('lab\tdhcp\tmachines that a group matches\t1');
    expect(await rowsOf('Loaders').nth(1).innerText()).toBe(
      'x86-64 UEFI (7)\tipxe.efi\t1.21.1\t1.0 MiB\t/usr/lib/ipxe/ipxe.efi',
    );
    expect(await rowsOf('Leases').nth(1).innerText()).toMatch(
      /^10\.77\.0\.100\t52:54:00:00:00:01 no group matches it\t<img src=x onerror=alert\(1\)>⟨U\+202E⟩\tlab\t.*2026/,
    );
    await page.getByText('There is a DHCP server at 10.77.0.2').waitFor();
    await page.getByText('No loader, and so no boot file, for arm64 UEFI.').waitFor();
    await page.getByRole('table', { name: 'Leases' }).getByRole('link', { name: '52:54:00:00:00:01' }).click();
    expect(new URL(page.url()).pathname).toBe('/machine/52%3A54%3A00%3A00%3A00%3A01');
    await page.unroute('**/rpcpb.Site/NetbootStatus');
  },
  slow,
);

test(
  'a viewer sees what is served, and does not look at the host',
  async () => {
    const { page, context } = await openTab(site.browser);
    await page.goto(`${site.url}/network`);
    await page.getByLabel('Name').fill('vera');
    await page.getByLabel('Password').fill('password of vera');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'This server takes no part in network boot' }).waitFor();
    expect(await page.getByRole('button', { name: 'Look now' }).isDisabled()).toBe(true);
    await context.close();
  },
  slow,
);
