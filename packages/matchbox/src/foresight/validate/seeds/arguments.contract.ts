/** Mistakes one by one: kernel arguments, and the URLs among them. */
import { convert, replace, type Seed, write } from '../seeding.contract.ts';
import { coreosInstall, debian, discover, flatcarInstall, node1, node3 } from './examples.contract.ts';

const server = 'http://matchbox.example.com:8080';

/** One argument of a profile in the place of another. */
function inArgs(file: string, from: string, to: string, rule: string): Seed {
  return { edits: [replace(file, from, to)], finds: [[rule, file, `¦"${argumentWith(to)}`]] };
}

function argumentWith(text: string): string {
  return text.includes('=') ? text.slice(text.startsWith('"') ? 1 : 0, text.indexOf('=') + 1) : text;
}

export const argumentNameFaults: Readonly<Record<string, Seed>> = {
  'a scheme with letters swapped': inArgs(
    flatcarInstall,
    'flatcar.config.url=http:',
    'flatcar.config.url=htpp:',
    'argument-value',
  ),
  'flatcar.config.url with letters swapped': inArgs(
    flatcarInstall,
    'flatcar.config.url=',
    'flatcar.cofnig.url=',
    'argument-name',
  ),
  'flatcar.config.url with a letter missing': inArgs(
    flatcarInstall,
    'flatcar.config.url=',
    'flatcar.confg.url=',
    'argument-name',
  ),
  'flatcar.config.url with another separator': inArgs(
    flatcarInstall,
    'flatcar.config.url=',
    'flatcar.config_url=',
    'argument-name',
  ),
  'flatcar.config.url in capitals': inArgs(
    flatcarInstall,
    'flatcar.config.url=',
    'FLATCAR.CONFIG.URL=',
    'argument-name',
  ),
  'flatcar.first_boot without its separator': inArgs(
    flatcarInstall,
    'flatcar.first_boot=',
    'flatcar.firstboot=',
    'argument-name',
  ),
  'coreos.inst.ignition_url misspelt': inArgs(
    coreosInstall,
    'coreos.inst.ignition_url=',
    'coreos.inst.igniton_url=',
    'argument-name',
  ),
  'coreos.inst.ignition for coreos.inst.ignition_url': inArgs(
    coreosInstall,
    'coreos.inst.ignition_url=',
    'coreos.inst.ignitionurl=',
    'argument-name',
  ),
  'coreos.inst.install_dev misspelt': inArgs(
    coreosInstall,
    'coreos.inst.install_dev=',
    'coreos.inst.instal_dev=',
    'argument-name',
  ),
  'coreos.inst.device for coreos.inst.install_dev': inArgs(
    coreosInstall,
    'coreos.inst.install_dev=',
    'coreos.inst.dev=',
    'argument-name',
  ),
  'coreos.live.rootfs_url misspelt': inArgs(
    coreosInstall,
    'coreos.live.rootfs_url=',
    'coreos.live.rootfs-url=',
    'argument-name',
  ),
  'console misspelt': inArgs(debian, '"console=tty0"', '"consol=tty0"', 'argument-name'),
  'initrd misspelt': inArgs(debian, '"initrd=main"', '"intird=main"', 'argument-name'),
};

export const argumentVariableFaults: Readonly<Record<string, Seed>> = Object.fromEntries(
  [
    '$${mac:hexhyp}',
    '{mac:hexhyp}',
    '{mac}',
    '${mac:hexhpy}',
    '${mac:hexyp}',
    '${mac:hyphen}',
    '${mca:hexhyp}',
    '${MAC:hexhyp}',
    '$(mac)',
    '%{mac}',
    '[mac]',
    '%mac%',
    '<mac>',
    '{{.mac}}',
    '{{ .request.query.mac }}',
    'mac',
    '52:54:00:c3:61:7x',
    'CHANGEME',
  ].map((text) => [
    `${text} for \${mac:hexhyp}`,
    {
      edits: [replace(flatcarInstall, '${mac:hexhyp}', text)],
      finds: [['argument-variable', flatcarInstall, '¦"flatcar.config.url']],
    } satisfies Seed,
  ]),
);

export const placeholderFaults: Readonly<Record<string, Seed>> = Object.fromEntries(
  ['<matchbox-host>:8080', '<ip>:8080', 'MATCHBOX_IP:8080', 'YOUR_SERVER:8080', '{{.matchbox_host}}'].map((host) => [
    `${host} for a host`,
    {
      edits: [replace(flatcarInstall, 'matchbox.example.com:8080/ignition', `${host}/ignition`)],
      finds: [['argument-variable', flatcarInstall, '¦"flatcar.config.url']],
    } satisfies Seed,
  ]),
);

/** Paths for `/ignition` in the URL that Flatcar's installer reads. */
export const urlPathFaults: Readonly<Record<string, Seed>> = {
  ...Object.fromEntries(
    [
      '/ignitions?',
      '/igntion?',
      '/ignitiom?',
      '/Ignition?',
      '/ignition/?',
      '//ignition?',
      '/ignition.ign?',
      '/ignition-config?',
      '/?',
      '?',
      '/cloud?',
      '/metadata?',
      '/ipxe?',
      '/ignition/flatcar?',
    ].map((path) => [
      `${path} for /ignition?`,
      {
        edits: [replace(flatcarInstall, '/ignition?', path)],
        finds: [['url-path', flatcarInstall, '¦"flatcar.config.url']],
      } satisfies Seed,
    ]),
  ),
  'cloud-config-url that leads to Ignition': {
    edits: [
      replace(
        discover,
        '"flatcar.autologin"',
        `"flatcar.autologin", "cloud-config-url=${server}/ignition?mac=\${mac:hexhyp}"`,
      ),
    ],
    finds: [['url-path', discover, '¦"cloud-config-url']],
  },
  'preseed that leads to cloud-config': {
    edits: [replace(debian, '/generic?', '/cloud?')],
    finds: [['url-path', debian, '¦"url=']],
  },
  'preseed path misspelt': {
    edits: [replace(debian, '/generic?', '/genric?')],
    finds: [['url-path', debian, '¦"url=']],
  },
  'URL without a scheme': {
    edits: [replace(flatcarInstall, 'flatcar.config.url=http://', 'flatcar.config.url=')],
    finds: [['url-path', flatcarInstall, '¦"flatcar.config.url']],
  },
  'URL with one slash': {
    edits: [replace(flatcarInstall, 'flatcar.config.url=http://', 'flatcar.config.url=http:/')],
    finds: [['url-path', flatcarInstall, '¦"flatcar.config.url']],
  },
  'root file system without a host': {
    edits: [
      convert(coreosInstall, (text) =>
        text.replace(/coreos\.live\.rootfs_url=[^"]*/, 'coreos.live.rootfs_url=/assets/rootfs.img'),
      ),
      write('assets/rootfs.img', ''),
    ],
    finds: [['url-path', coreosInstall, '¦"coreos.live.rootfs_url']],
  },
  'kernel below /asset/': {
    edits: [
      convert(discover, (text) =>
        text.replace(/"kernel": "[^"]*"/, '"kernel": "/asset/flatcar_production_pxe.vmlinuz"'),
      ),
    ],
    finds: [['url-path', discover, '"kernel": ¦"']],
  },
};

export const urlAnswerFaults: Readonly<Record<string, Seed>> = {
  'no ignition_id for an Ignition URL': {
    edits: [
      replace(
        debian,
        '"console=tty0"',
        `"console=tty0", "ignition.firstboot", "ignition.config.url=${server}/ignition?mac=\${mac:hexhyp}"`,
      ),
    ],
    finds: [['url-answer', debian, '¦"ignition.config.url']],
  },
  'no generic_id for a Kickstart URL': {
    edits: [
      replace(
        coreosInstall,
        '"coreos.inst.install_dev',
        `"inst.ks=${server}/generic?mac=\${mac:hexhyp}", "coreos.inst.install_dev`,
      ),
    ],
    finds: [['url-answer', coreosInstall, '¦"inst.ks']],
  },
  'no group for the installed system': {
    edits: [replace(coreosInstall, 'os=installed', 'stage=second')],
    finds: [['url-answer', coreosInstall, '¦"coreos.inst.ignition_url']],
  },
  'value of a label misspelt': {
    edits: [replace(coreosInstall, 'os=installed', 'os=instaled')],
    finds: [['url-value', coreosInstall, '¦"coreos.inst.ignition_url']],
  },
};

export const hostFaults: Readonly<Record<string, Seed>> = {
  'localhost for the server': {
    edits: [replace(flatcarInstall, 'matchbox.example.com:8080/ignition', 'localhost:8080/ignition')],
    finds: [['loopback-host', flatcarInstall, '¦"flatcar.config.url']],
  },
  'the server’s own loopback address': {
    edits: [replace(debian, 'matchbox.example.com:8080/generic', '127.0.0.1:8080/generic')],
    finds: [['loopback-host', debian, '¦"url=']],
  },
  'the host of the documentation left in one profile': {
    edits: [
      convert(flatcarInstall, (text) => text.replaceAll('matchbox.example.com', '10.0.0.1')),
      convert(coreosInstall, (text) => text.replaceAll('matchbox.example.com', '10.0.0.1')),
    ],
    finds: [
      ['placeholder-host', debian, '¦"url='],
      ['placeholder-host', 'groups/node2-install.json', '"matchbox_url": ¦"'],
      ['placeholder-host', 'groups/node3.json', '"matchbox_url": ¦"'],
    ],
  },
};

export const installFaults: Readonly<Record<string, Seed>> = {
  'install_dev without ignition_url': {
    edits: [convert(coreosInstall, (text) => text.replace(/,\s*"coreos\.inst\.ignition_url=[^"]*"/, ''))],
    finds: [['install-config', coreosInstall, '¦"coreos.inst.install_dev']],
  },
  'ignition_url without install_dev': {
    edits: [convert(coreosInstall, (text) => text.replace(/\s*"coreos\.inst\.install_dev=[^"]*",/, ''))],
    finds: [['install-config', coreosInstall, '¦"coreos.inst.ignition_url']],
  },
  'Flatcar without an initrd': {
    edits: [
      convert(discover, (text) => text.replace(/ {4}"initrd": \[[^\]]*\],\n/, '').replace('"initrd=main", ', '')),
    ],
    finds: [['initrd-none', discover, '"kernel": ¦"']],
  },
  'Debian’s installer without an initrd': {
    edits: [
      convert(debian, (text) => text.replace(/ {4}"initrd": \[[^\]]*\],\n/, '').replace('      "initrd=main",\n', '')),
    ],
    finds: [['initrd-none', debian, '"kernel": ¦"']],
  },
  'kernel among the initrds': {
    edits: [convert(discover, (text) => text.replace('pxe_image.cpio.gz', 'pxe.vmlinuz'))],
    finds: [['image-swapped', discover, '"initrd": [\n      ¦"']],
  },
  'initrd in the kernel’s place': {
    edits: [convert(discover, (text) => text.replace('pxe.vmlinuz"', 'pxe_image.cpio.gz"'))],
    finds: [['image-swapped', discover, '"kernel": ¦"']],
  },
  'seed URL of cloud-init without a slash': {
    edits: [replace(discover, '"flatcar.autologin"', `"flatcar.autologin", "ds=nocloud-net;s=${server}/assets/seed"`)],
    finds: [['seed-url', discover, '¦"ds=nocloud']],
  },
  'seed URL of cloud-init that is an endpoint': {
    edits: [
      replace(
        discover,
        '"flatcar.autologin"',
        `"flatcar.autologin", "ds=nocloud;s=${server}/cloud?mac=\${mac:hexhyp}&"`,
      ),
    ],
    finds: [['seed-url', discover, '¦"ds=nocloud']],
  },
  'Talos with a config for everybody': {
    edits: [
      convert('profiles/discover.json', (text) =>
        text.replace(
          '"flatcar.autologin"',
          `"talos.platform=metal", "talos.config=${server}/assets/controlplane.yaml"`,
        ),
      ),
      write('assets/controlplane.yaml', ''),
    ],
    finds: [['install-default', 'groups/default.json', '"profile": ¦"']],
  },
  'Debian’s auto-install for everybody': {
    edits: [
      replace(
        discover,
        '"flatcar.autologin"',
        `"auto-install/enable=true", "url=http://${'preseed.example.org'}/preseed.cfg"`,
      ),
    ],
    finds: [
      ['install-default', 'groups/default.json', '"profile": ¦"'],
      ['hold-at', discover, '¦"url='],
    ],
  },
};

export const labelFaults: Readonly<Record<string, Seed>> = {
  'mca for mac': { edits: [replace(node3, '"mac"', '"mca"')], finds: [['selector-key', node3, '¦"mca"']] },
  'macaddress for mac': {
    edits: [replace(node3, '"mac"', '"mac_address"')],
    finds: [['selector-key', node3, '¦"mac_address"']],
  },
  'hostnam for hostname': {
    edits: [replace(node1, '"os": "installed"', '"hostnam": "node1"')],
    finds: [['selector-key', node1, '¦"hostnam"']],
  },
  'uudi for uuid': {
    edits: [replace(node1, '"os": "installed"', '"uudi": "9a1c2b3d-0000-4000-8000-52540012ab34"')],
    finds: [['selector-key', node1, '¦"uudi"']],
  },
  'instaled for installed in the only group that selects it': {
    edits: [
      convert(node1, (text) => text.replace('"installed"', '"instaled"')),
      convert('groups/node2.json', (text) => text.replace(',\n    "os": "installed"', ',\n    "rack": "7"')),
    ],
    finds: [['selector-value', node1, '"os": ¦"']],
  },
  'serial_number for serial': {
    edits: [replace(node1, '"os": "installed"', '"serial_number": "C02XK"')],
    finds: [['selector-key', node1, '¦"serial_number"']],
  },
  ...Object.fromEntries(
    ['amd64', 'x64', 'X86_64', 'x86-64', 'aarch64', 'i686', 'arm'].map((arch) => [
      `${arch} for an architecture`,
      {
        edits: [replace(node1, '"os": "installed"', `"arch": "${arch}"`)],
        finds: [['arch-form', node1, '"arch": ¦"']],
      } satisfies Seed,
    ]),
  ),
};
