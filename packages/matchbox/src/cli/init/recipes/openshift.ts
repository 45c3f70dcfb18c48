/** OpenShift and OKD by PXE: three configs that their installer writes, and a live system that installs each. */
import { answersChecked, installsOnce, labels, type Recipe } from '../recipe.ts';
import { coreosLive } from './coreos-live.ts';
import { liveReport } from './live-report.ts';

const file = (part: string) => `/assets/rhcos/rhcos-live-${part}`;
const roles = ['bootstrap', 'master', 'worker'] as const;
const masters = 3;

/** Images before 4.13 do not read spec 3.4, which every config is sent as otherwise; the installer writes 3.2. */
const asWritten = 'as-written';

/** The first machine is for the time of the installation, the next three are the control plane. */
function roleOf(index: number): (typeof roles)[number] {
  if (index === 0) return 'bootstrap';
  return index <= masters ? 'master' : 'worker';
}

export const openshift: Recipe = {
  about: 'OpenShift 4 or OKD: bootstrap, control plane and workers, installed',
  ...answersChecked(
    'the .ign files go out as they are; the live config is held against Ignition’s rules; coreos-installer and the cluster are from documentation',
  ),
  profiles: (url) => ({
    'openshift-install': {
      name: 'Installs RHEL CoreOS, or CentOS Stream CoreOS for OKD (16 GB of RAM, as OpenShift wants it)',
      boot: coreosLive({
        url,
        file,
        args: ['coreos.inst.install_dev=/dev/sda', `coreos.inst.ignition_url=${url}/ignition?${labels}&os=installed`],
      }),
      ignition_id: 'installer.yaml',
      ignition_version: asWritten,
      provision: installsOnce,
    },
    ...Object.fromEntries(
      roles.map(
        (role) =>
          [role, { name: `OpenShift: ${role}`, ignition_id: `${role}.ign`, ignition_version: asWritten }] as const,
      ),
    ),
  }),
  templates: () => ({
    // Spec 3.2, which every release since 4.7 reads.
    'ignition/installer.yaml': liveReport('fcos', '1.3.0'),
    ...Object.fromEntries(roles.map((role) => [`ignition/${role}.ign`, '{ "ignition": { "version": "3.2.0" } }\n'])),
  }),
  groups: (index) => [
    { suffix: '-install', profile: 'openshift-install' },
    { selector: { os: 'installed' }, profile: roleOf(index) },
  ],
  before: () => [
    'openshift-install create ignition-configs --dir ignition   (in a copy: it removes its install-config.yaml)',
    'openshift-install coreos print-stream-json                 (names the live kernel, initramfs and rootfs)',
    'put these three to assets/rhcos/ under the names of profiles/openshift-install.json, with their release',
    'put the disk that is overwritten in the place of /dev/sda in profiles/',
  ],
};
