/** Flatcar: in memory, installed from there, and as a worker of a cluster that lives in memory. */
import {
  answersChecked,
  coreUser,
  hostnameFile,
  installsOnce,
  labels,
  type Recipe,
  reportBy,
  twoConfigsChecked,
} from '../recipe.ts';

/** A moving target, so that the first boot needs no download here; `matchbox get flatcar` pins a version. */
const flatcarSite = 'http://stable.release.flatcar-linux.net/amd64-usr/current';

/** The live system, which boots what it is given or installs it. */
function liveBoot(url: string, query: string, more: readonly string[] = []) {
  return {
    kernel: `${flatcarSite}/flatcar_production_pxe.vmlinuz`,
    initrd: [`--name main ${flatcarSite}/flatcar_production_pxe_image.cpio.gz`],
    args: ['initrd=main', 'flatcar.first_boot=1', `ignition.config.url=${url}/ignition?${query}`, ...more],
  };
}

const node = `variant: flatcar
version: 1.1.0
${coreUser}storage:
  files:
${hostnameFile}`;

export const flatcar: Recipe = {
  about: 'Flatcar Container Linux, in memory',
  ...answersChecked(
    'Ignition configs are held against Ignition’s rules in the tests; `npm run try -- --os flatcar` starts the real one where its site can be reached, which was not run here',
  ),
  isForAnyone: true,
  profiles: (url) => ({
    flatcar: {
      name: 'Flatcar Container Linux, in memory: nothing is installed (3 GB of RAM)',
      boot: liveBoot(url, 'uuid=${uuid}&mac=${mac:hexhyp}', ['console=tty0', 'console=ttyS0']),
      ignition_id: 'node.yaml',
      provision: { ephemeral: true },
    },
  }),
  templates: () => ({
    'ignition/node.yaml': `# What a machine becomes: Butane, translated to Ignition when the machine asks. What stands in double braces comes from the
# metadata of its group.
${node}`,
  }),
};

const installer = (
  url: string,
) => `# First stage: Flatcar runs from memory, writes itself to the disk with the second stage's config, reports, and restarts.
variant: flatcar
version: 1.1.0
${coreUser}storage:
  files:
    - path: /opt/installer
      mode: 0755
      contents:
        inline: |
          #!/bin/bash
          set -euo pipefail
          report() { curl -fsS --retry 10 --max-time 60 "{{.matchbox_report_url}}?state=$1" || true; }
          trap 'report failed' ERR
          curl --fail --retry 20 --retry-all-errors -o /run/installed.ign \\
            "${url}/ignition?{{.request.raw_query}}&os=installed"
          flatcar-install -d {{.install_disk}} -C stable -i /run/installed.ign
          udevadm settle
          report installed
          systemctl --no-block reboot
systemd:
  units:
    - name: installer.service
      enabled: true
      contents: |
        [Unit]
        Description=Install Flatcar to {{.install_disk}}
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=oneshot
        ExecStart=/opt/installer
        Restart=on-failure
        RestartSec=30

        [Install]
        WantedBy=multi-user.target
`;

export const flatcarInstall: Recipe = {
  about: 'Flatcar Container Linux, installed',
  ...twoConfigsChecked('flatcar-install'),
  profiles: (url) => ({
    'flatcar-install': {
      name: 'Installs Flatcar (3 GB of RAM)',
      boot: liveBoot(url, labels),
      ignition_id: 'installer.yaml',
      provision: installsOnce,
    },
    flatcar: { name: 'Flatcar, as it is installed', ignition_id: 'node.yaml' },
  }),
  templates: (url) => ({ 'ignition/installer.yaml': installer(url), 'ignition/node.yaml': node }),
  groups: () => [
    { suffix: '-install', profile: 'flatcar-install', metadata: { install_disk: '/dev/sda' } },
    { selector: { os: 'installed' }, profile: 'flatcar' },
  ],
  before: () => ['put the disk that is overwritten in the place of /dev/sda in groups/'],
};

export const k3sWorker: Recipe = {
  about: 'a Kubernetes worker (k3s) that lives in memory: Flatcar, nothing on disk',
  ...answersChecked(
    'Ignition configs are held against Ignition’s rules in the tests; Flatcar and k3s are from documentation',
  ),
  profiles: (url) => ({
    'k3s-worker': {
      name: 'k3s worker in memory: Flatcar, nothing is installed (4 GB of RAM)',
      boot: liveBoot(url, labels),
      ignition_id: 'worker.yaml',
      provision: { ephemeral: true },
    },
  }),
  templates: (url) => ({
    'ignition/worker.yaml': `variant: flatcar
version: 1.1.0
${coreUser}storage:
  files:
${hostnameFile}    - path: /opt/bin/k3s
      mode: 0755
      contents:
        source: ${url}/assets/k3s/k3s
    - path: /etc/rancher/k3s/config.yaml
      mode: 0600
      contents:
        inline: |
          server: {{.k3s_url}}
          token: {{.k3s_token}}
    # A worker in memory would make up another password at each boot, and its server refuses a name that has another one.
    - path: /etc/rancher/node/password
      mode: 0600
      contents:
        inline: |
          {{.k3s_token}}/{{.hostname}}
systemd:
  units:
    - name: k3s-agent.service
      enabled: true
      contents: |
        [Unit]
        Description=Kubernetes worker
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=notify
        ExecStartPre=-/usr/sbin/modprobe overlay
        ExecStartPre=-/usr/sbin/modprobe br_netfilter
        ExecStart=/opt/bin/k3s agent
        ExecStartPost=-/usr/bin/${reportBy('curl', 'running')}
        KillMode=process
        Delegate=yes
        LimitNOFILE=1048576
        TasksMax=infinity
        TimeoutStartSec=0
        Restart=always
        RestartSec=5

        [Install]
        WantedBy=multi-user.target
`,
  }),
  groups: () => [
    {
      profile: 'k3s-worker',
      metadata: { k3s_url: 'https://192.168.1.10:6443', k3s_token: 'put-what-/var/lib/rancher/k3s/server/token-says' },
    },
  ],
  before: () => [
    'put the program k3s to assets/k3s/k3s: https://github.com/k3s-io/k3s/releases',
    'put your server’s address and token in the place of those in groups/',
  ],
};
