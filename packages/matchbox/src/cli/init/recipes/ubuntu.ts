/** Ubuntu, installed by autoinstall. */
import { answersChecked, installsImpatiently, labels, type Recipe, reportBy } from '../recipe.ts';

export const ubuntu: Recipe = {
  about: 'Ubuntu 24.04, installed by autoinstall with a NoCloud seed',
  ...answersChecked(
    'Debian’s cloud-init reads the seed from the URL of the kernel arguments, in the tests; the installer is from documentation',
  ),
  profiles: (url) => ({
    ubuntu: {
      name: 'Ubuntu 24.04, installed by autoinstall (4 GB of RAM: the ISO is loaded into it)',
      boot: {
        kernel: '/assets/ubuntu/vmlinuz',
        initrd: ['--name main /assets/ubuntu/initrd'],
        args: [
          'initrd=main',
          'ip=dhcp',
          `url=${url}/assets/ubuntu/live-server-amd64.iso`,
          // cloud-init takes url= for its own, and would fetch the ISO once more.
          'cloud-config-url=/dev/null',
          'root=/dev/ram0',
          'ramdisk_size=3500000',
          'autoinstall',
          `ds=nocloud;s=${url}/nocloud/${labels}/`,
        ],
      },
      cloud_id: 'ubuntu/user-data',
      provision: installsImpatiently,
    },
  }),
  templates: () => ({
    'cloud/ubuntu/user-data': `#cloud-config
autoinstall:
  version: 1
  # The largest disk. All that is on it goes.
  storage:
    layout:
      name: direct
  ssh:
    install-server: true
    allow-pw: false
  user-data:
    hostname: {{.hostname}}
    users:
      - name: operator
        shell: /bin/bash
        sudo: ALL=(ALL) NOPASSWD:ALL
        ssh_authorized_keys:
{{- range .ssh_authorized_keys}}
          - {{.}}
{{- end}}
  # What the installer does, line by line, in the machine's story.
  reporting:
    matchbox:
      type: webhook
      endpoint: {{.matchbox_report_url}}
  late-commands:
    - ${reportBy('curl', 'installed')} || true
  error-commands:
    - ${reportBy('curl', 'failed')} || true
  shutdown: reboot
`,
  }),
  before: () => [
    'put the ISO of the live server to assets/ubuntu/live-server-amd64.iso',
    'matchbox get --from-iso assets/ubuntu/live-server-amd64.iso --assets-path assets --into ubuntu',
  ],
};
