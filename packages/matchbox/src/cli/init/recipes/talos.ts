/** Talos Linux, with its machine configs from /generic. */
import { labels, onlyAnswersChecked, type Recipe } from '../recipe.ts';

const roles = ['controlplane', 'worker'] as const;

/** etcd wants one or three; of few machines the first alone. */
function roleOf(index: number, count: number): (typeof roles)[number] {
  return index < (count > 3 ? 3 : 1) ? 'controlplane' : 'worker';
}

export const talos: Recipe = {
  about: 'Talos Linux: control plane and workers, with their machine configs from /generic',
  ...onlyAnswersChecked('Talos'),
  profiles: (url) =>
    Object.fromEntries(
      roles.map((role) => [
        `talos-${role}`,
        {
          name: `Talos Linux, ${role} (2 GB of RAM)`,
          boot: {
            kernel: '/assets/talos/vmlinuz-amd64',
            initrd: ['--name main /assets/talos/initramfs-amd64.xz'],
            args: [
              'initrd=main',
              'talos.platform=metal',
              'slab_nomerge',
              'pti=on',
              'init_on_alloc=1',
              'console=tty0',
              // Filled in by iPXE; Talos itself sorts the query and sends it on.
              `talos.config=${url}/generic?${labels}&uuid=\${uuid}`,
            ],
          },
          generic_id: `${role}.yaml`,
        },
      ]),
    ),
  templates: () =>
    Object.fromEntries(
      roles.map((role) => [
        `generic/${role}.yaml`,
        `# Put what \`talosctl gen config\` wrote to ${role}.yaml in the place of all but the host name.
version: v1alpha1
machine:
  type: ${role}
  network:
    hostname: {{.hostname}}
`,
      ]),
    ),
  groups: (index, count) => [{ profile: `talos-${roleOf(index, count)}` }],
  before: () => [
    'put vmlinuz-amd64 and initramfs-amd64.xz of a release to assets/talos/: https://github.com/siderolabs/talos/releases',
    'talosctl gen config NAME https://ENDPOINT:6443, and put what it wrote to generic/',
  ],
};
