// The HTTP API: the route table, and what each path is for.
import { ipxeBootstrap } from '../../packages/matchbox/dist/core/boot-script.js';
import { templateEndpoints } from '../../packages/matchbox/dist/core/endpoint.js';
import { adminRoutes } from '../../packages/matchbox/dist/http/admin/handler.js';
import { routes } from '../../packages/matchbox/dist/http/routes.js';
import { code, table, wordsFor } from './table.js';

const answers = {
  '': ['the word `matchbox`', 'people'],
  'boot.ipxe': ['the script that makes iPXE tell who it is and ask `/ipxe`', 'DHCP, as the name of the boot file'],
  'boot.ipxe.0': ['the same; some DHCP clients put `.0` after the name', 'the same'],
  ipxe: ['the machine’s boot script, from the `boot` section of its profile', 'iPXE'],
  grub: ['the same as menu entries of GRUB', 'GRUB'],
  ignition: ['the machine’s Ignition config, translated from Butane where it is Butane', 'Ignition, installers'],
  cloud: ['the machine’s cloud-config, or a script that begins with `#!`', 'cloud-init'],
  generic: ['any text: a preseed file, a kickstart, a shell script', 'installers, `curl`'],
  metadata: ['`KEY=value` lines: metadata, selectors and what the machine sent', 'scripts of the machine'],
  healthz: ['`ok` as long as the server runs', 'supervisors'],
  readyz: ['`ok` as long as it takes requests, 503 while it stops', 'load balancers'],
};

export function httpRoutes() {
  const rows = wordsFor(
    routes.map(({ name }) => name),
    answers,
    'HTTP routes',
  ).map(([name, [what, who]]) => {
    const { signable } = routes.find((route) => route.name === name);
    const needs = templateEndpoints[name]
      ? code(templateEndpoints[name].field)
      : ['ipxe', 'grub'].includes(name)
        ? '`boot`'
        : '';
    return [code(`/${name}`), what, needs, signable ? '`.sig`, `.asc`' : '', who];
  });
  const assets = [code('/assets/…'), 'files of `-assets-path`, folders as a list', '', '', 'boot loaders, installers'];
  return table(['path', 'answers with', 'profile’s field', 'signatures', 'asked by'], [...rows, assets]);
}

export function ipxeBootstrapScript() {
  return `\`\`\`text\n${ipxeBootstrap.trimEnd()}\n\`\`\``;
}

export function adminPaths() {
  return table(
    ['path', 'answers with'],
    adminRoutes.map(({ path, about }) => [code(path), about]),
  );
}
