/** Fedora CoreOS: in memory, and installed by its live system. */
import {
  answersChecked,
  coreUser,
  hostnameFile,
  installsOnce,
  labels,
  type Recipe,
  twoConfigsChecked,
} from '../recipe.ts';
import { coreosLive } from './coreos-live.ts';
import { liveReport } from './live-report.ts';

/** Of the stream stable; the vendor’s own names, which `matchbox get` keeps. */
const release = '44.20260802.3.1';
const file = (part: string) => `/assets/fedora-coreos/fedora-coreos-${release}-live-${part}`;

const liveBoot = (url: string, args: readonly string[]) => coreosLive({ url, file, args });

const node = `variant: fcos
version: 1.5.0
${coreUser}storage:
  files:
${hostnameFile}`;

const before = () => [
  'matchbox get fedora-coreos --assets-path assets',
  `put the release that it fetched in the place of ${release} in profiles/`,
];

export const fedoraCoreos: Recipe = {
  about: 'Fedora CoreOS, in memory',
  ...answersChecked('Ignition configs are held against Ignition’s rules in the tests; the boot is from documentation'),
  isForAnyone: true,
  profiles: (url) => ({
    'fedora-coreos': {
      name: 'Fedora CoreOS, in memory (2 GB of RAM)',
      boot: liveBoot(url, []),
      ignition_id: 'node.yaml',
      provision: { ephemeral: true },
    },
  }),
  templates: () => ({ 'ignition/node.yaml': node }),
  before,
};

export const fedoraCoreosInstall: Recipe = {
  about: 'Fedora CoreOS, installed',
  ...twoConfigsChecked('coreos-installer'),
  profiles: (url) => ({
    'fedora-coreos-install': {
      name: 'Installs Fedora CoreOS (2 GB of RAM)',
      boot: liveBoot(url, [
        'coreos.inst.install_dev=/dev/sda',
        `coreos.inst.ignition_url=${url}/ignition?${labels}&os=installed`,
      ]),
      ignition_id: 'installer.yaml',
      provision: installsOnce,
    },
    'fedora-coreos': { name: 'Fedora CoreOS, as it is installed', ignition_id: 'node.yaml' },
  }),
  templates: () => ({ 'ignition/installer.yaml': liveReport('fcos', '1.5.0'), 'ignition/node.yaml': node }),
  groups: () => [
    { suffix: '-install', profile: 'fedora-coreos-install' },
    { selector: { os: 'installed' }, profile: 'fedora-coreos' },
  ],
  before: () => [...before(), 'put the disk that is overwritten in the place of /dev/sda in profiles/'],
};
