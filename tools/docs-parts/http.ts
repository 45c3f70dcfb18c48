/** The HTTP API: the route table, and what each path is for. */
import { adminRoutes, ipxeBootstrap, neededTemplate, routes } from 'matchbox/tables';
import { code, table, wordsFor } from './table.ts';

/** What it answers with, and who asks. */
const answers: Readonly<Record<string, readonly [string, string]>> = {
  '': ['the word `matchbox`', 'people'],
  'boot.ipxe': ['the script that makes iPXE tell who it is and ask `/ipxe`', 'DHCP, as the name of the boot file'],
  'boot.ipxe.0': ['the same; some DHCP clients put `.0` after the name', 'the same'],
  'netboot.ipxe': [
    'a script that shows what was decided and why, loads it, and asks again where there is nothing to load',
    'iPXE, which the built-in DHCP sends here',
  ],
  ipxe: ['the machine’s boot script, from the `boot` section of its profile', 'iPXE'],
  grub: ['the same as menu entries of GRUB', 'GRUB'],
  ignition: ['the machine’s Ignition config, translated from Butane where it is Butane', 'Ignition, installers'],
  cloud: ['the machine’s cloud-config, or a script that begins with `#!`', 'cloud-init'],
  generic: ['any text: a preseed file, a kickstart, a shell script', 'installers, `curl`'],
  'nocloud/user-data': [
    'what cloud-init does on the machine: cloud-config, a script, several parts',
    'cloud-init (`ds=nocloud;s=…`)',
  ],
  'nocloud/meta-data': ['the name of the instance, and what else the profile says', 'the same'],
  'nocloud/vendor-data': ['what the profile says, or nothing', 'the same'],
  'nocloud/network-config': ['what the profile says, or nothing', 'the same'],
  metadata: ['`KEY=value` lines: metadata, selectors and what the machine sent', 'scripts of the machine'],
  healthz: ['`ok` as long as the server runs', 'supervisors'],
  readyz: [
    '`ok` as long as it takes requests, 503 while it stops; `?revision=N`: 503 until it has that revision of the store',
    'load balancers',
  ],
};

export function httpRoutes(): string {
  const rows = wordsFor(
    routes.map(({ name }) => name),
    answers,
    'HTTP routes',
  ).map(([name, [what, who]]) => {
    const { signable } = routes.find((route) => route.name === name)!;
    const template = neededTemplate(name as Parameters<typeof neededTemplate>[0]);
    const needs = template ? code(template.field) : ['ipxe', 'grub'].includes(name) ? '`boot`' : '';
    return [code(`/${name}`), what, needs, signable ? '`.sig`, `.asc`' : '', who];
  });
  const assets = [code('/assets/…'), 'files of `-assets-path`, folders as a list', '', '', 'boot loaders, installers'];
  const loaders = [code('/netboot/…'), 'the loaders of `-netboot`, from memory', '', '', 'UEFI HTTP boot'];
  return table(['path', 'answers with', 'profile’s field', 'signatures', 'asked by'], [...rows, assets, loaders]);
}

export function ipxeBootstrapScript(): string {
  return `\`\`\`text\n${ipxeBootstrap.trimEnd()}\n\`\`\``;
}

export function adminPaths(): string {
  return table(
    ['path', 'answers with'],
    adminRoutes.map(({ path, about }) => [code(path), about]),
  );
}
