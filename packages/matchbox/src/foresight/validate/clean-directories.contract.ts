/** Data directories in the shapes that people have who publish theirs: nothing is wrong with them, so nothing may be found. */

export type Directory = Readonly<Record<string, string>>;

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const server = 'http://10.10.0.2:8080';
const bothLabels = '?uuid=${uuid}&mac=${mac:hexhyp}';

/** Three control planes and workers of OpenShift or OKD: the installer's own configs, chosen by MAC address alone. */
function openshift(
  kernel: string,
  initrd: string,
  rootfs: string,
  version: string,
  extra: readonly string[] = [],
): Directory {
  const profile = (role: string) =>
    json({
      id: role,
      name: `OCP 4 - ${role}`,
      ignition_id: `${role}.ign`,
      boot: {
        kernel,
        initrd: [initrd],
        args: [
          'ip=dhcp',
          'rd.neednet=1',
          'console=tty0',
          'console=ttyS0',
          'coreos.inst=yes',
          'coreos.inst.insecure=yes',
          'coreos.inst.install_dev=sda',
          `coreos.live.rootfs_url=${rootfs}`,
          `coreos.inst.ignition_url=${server}/ignition?mac=\${mac:hexhyp}`,
          ...extra,
        ],
      },
    });
  const group = (id: string, profile: string, mac: string) => json({ id, name: id, profile, selector: { mac } });
  const config = `{"ignition":{"version":"${version}"},"passwd":{"users":[{"name":"core"}]}}`;
  return {
    'groups/bootstrap.json': group('bootstrap', 'bootstrap', '00:50:56:96:96:b9'),
    'groups/master-0.json': group('master-0', 'master', '00:50:56:96:40:1c'),
    'groups/master-1.json': group('master-1', 'master', '00:50:56:96:34:9c'),
    'groups/worker-0.json': group('worker-0', 'worker', '00:50:56:96:65:85'),
    'profiles/bootstrap.json': profile('bootstrap'),
    'profiles/master.json': profile('master'),
    'profiles/worker.json': profile('worker'),
    'ignition/bootstrap.ign': config,
    'ignition/master.ign': config,
    'ignition/worker.ign': config,
  };
}

/** Two stages: an installer for whoever comes, and what it installs by `os=installed`. */
function flatcarInstall(labels: string, selector: Readonly<Record<string, string>>, curl: string): Directory {
  const release = '/assets/flatcar/4152.2.3/flatcar_production_pxe';
  return {
    'groups/install.json': json({ id: 'install', name: 'Flatcar install', profile: 'flatcar-install', selector }),
    'groups/node-a.json': json({
      id: 'node-a',
      profile: 'flatcar',
      selector: { ...selector, os: 'installed' },
      metadata: { ipv4_address: '192.168.8.3', etcd_name: 'node-a' },
    }),
    'profiles/flatcar-install.json': json({
      id: 'flatcar-install',
      boot: {
        kernel: `${release}.vmlinuz`,
        initrd: [`${release}_image.cpio.gz`],
        args: [
          'initrd=flatcar_production_pxe_image.cpio.gz',
          `flatcar.config.url=${server}/ignition${labels}`,
          'flatcar.first_boot=yes',
          'flatcar.autologin',
        ],
      },
      ignition_id: 'flatcar-install.yaml',
    }),
    'profiles/flatcar.json': json({ id: 'flatcar', ignition_id: 'flatcar.yaml' }),
    'ignition/flatcar-install.yaml': `---
variant: flatcar
version: 1.0.0
systemd:
  units:
    - name: installer.service
      enabled: true
      contents: |
        [Unit]
        Requires=network-online.target
        After=network-online.target
        [Service]
        Type=simple
        ExecStart=/opt/installer
        [Install]
        WantedBy=multi-user.target
storage:
  files:
    - path: /opt/installer
      mode: 0500
      contents:
        inline: |
          #!/bin/bash -ex
          curl --retry 10 --fail "${server}/ignition?${curl}" -o ignition.json
          flatcar-install -d /dev/sda -C stable -i ignition.json
          systemctl reboot
`,
    'ignition/flatcar.yaml':
      'variant: flatcar\nversion: 1.0.0\nstorage:\n  files:\n    - path: /etc/node\n      contents:\n        inline: "{{.etcd_name}} {{.ipv4_address}}"\n',
  };
}

function talos(kernel: string, config: readonly string[]): Directory {
  const profile = (id: string, args: readonly string[]) =>
    json({
      id,
      name: id,
      boot: {
        kernel,
        initrd: ['/assets/initramfs.xz'],
        args: [
          'initrd=initramfs.xz',
          'init_on_alloc=1',
          'slab_nomerge',
          'pti=on',
          'console=tty0',
          'printk.devkmsg=on',
          'talos.platform=metal',
          ...args,
        ],
      },
    });
  return {
    'groups/default.json': json({ id: 'default', name: 'default', profile: 'default' }),
    'groups/control-plane-node1.json': json({
      id: 'control-plane-node1',
      profile: 'node1',
      selector: { mac: 'f4:39:09:02:60:a5' },
    }),
    'profiles/default.json': profile('default', []),
    'profiles/node1.json': profile('node1', config),
  };
}

const coreosName = 'fedora-coreos-41.20250302.3.2-live';

function fedora(args: readonly string[], groups: Directory, config: Directory): Directory {
  return {
    ...groups,
    'profiles/fedora-coreos.json': json({
      id: 'fedora-coreos',
      name: 'Fedora CoreOS',
      boot: {
        kernel: `/assets/fedora-coreos/${coreosName}-kernel-x86_64`,
        initrd: [`--name main /assets/fedora-coreos/${coreosName}-initramfs.x86_64.img`],
        args: [
          'initrd=main',
          `coreos.live.rootfs_url=${server}/assets/fedora-coreos/${coreosName}-rootfs.x86_64.img`,
          ...args,
        ],
      },
      ignition_id:
        Object.keys(config)
          .find((file) => file.endsWith('.ign'))
          ?.replace('ignition/', '') ?? 'fedora-coreos.yaml',
    }),
    ...config,
  };
}

const butane =
  'variant: fcos\nversion: 1.5.0\npasswd:\n  users:\n    - name: core\n      ssh_authorized_keys: [ssh-ed25519 AAAA]\n';
const ignition = '{"ignition":{"version":"3.4.0"}}';
const rhcos = (release: string, part: string) => `rhcos-${release}-x86_64-live-${part}`;

export const cleanDirectories: Readonly<Record<string, Directory>> = {
  'OpenShift 4.14': openshift(
    `/assets/${rhcos('4.14.0', 'kernel-x86_64')}`,
    `/assets/${rhcos('4.14.0', 'initramfs.x86_64.img')}`,
    `${server}/assets/${rhcos('4.14.0', 'rootfs.x86_64.img')}`,
    '3.2.0',
  ),
  'OpenShift with images whose names say nothing': openshift(
    '/assets/rhcos-live-kernel-x86_64',
    '/assets/rhcos-live-initramfs.x86_64.img',
    `${server}/assets/rhcos-live-rootfs.x86_64.img`,
    '3.2.0',
  ),
  'OKD on Fedora CoreOS': openshift(
    `/assets/${coreosName}-kernel-x86_64`,
    `/assets/${coreosName}-initramfs.x86_64.img`,
    `${server}/assets/${coreosName}-rootfs.x86_64.img`,
    '3.1.0',
    [`coreos.inst.image_url=${server}/assets/fcos-metal.raw.xz`],
  ),
  'OpenShift with static addresses': openshift(
    '/assets/rhcos-live-kernel-x86_64',
    '/assets/rhcos-live-initramfs.x86_64.img',
    `${server}/assets/rhcos-live-rootfs.x86_64.img`,
    '3.2.0',
    [
      'ip=10.10.1.20::10.10.1.1:255.255.255.0:master-0:ens192:none',
      'nameserver=10.10.1.1',
      'bond=bond0:em1,em2:mode=active-backup',
    ],
  ),
  'roles told by the arguments': {
    'groups/bootstrap.json': json({
      name: 'bootstrap',
      profile: 'bootstrap',
      selector: { cluster_id: 'prod', role: 'bootstrap' },
    }),
    'groups/master.json': json({ name: 'master', profile: 'master', selector: { cluster_id: 'prod', role: 'master' } }),
    'groups/node1.json': json({ name: 'node1', profile: 'bootstrap', selector: { mac: '52:54:00:00:00:01' } }),
    'groups/node2.json': json({ name: 'node2', profile: 'master', selector: { mac: '52:54:00:00:00:02' } }),
    ...Object.fromEntries(
      ['bootstrap', 'master'].map((role) => [
        `profiles/${role}.json`,
        json({
          id: role,
          ignition_id: `${role}.ign`,
          boot: {
            kernel: '/assets/rhcos-live-kernel-x86_64',
            initrd: ['/assets/rhcos-live-initramfs.x86_64.img'],
            args: [
              'coreos.inst.install_dev=vda',
              `coreos.live.rootfs_url=${server}/assets/rhcos-live-rootfs.x86_64.img`,
              `coreos.inst.ignition_url=${server}/ignition?cluster_id=prod&role=${role}`,
            ],
          },
        }),
      ]),
    ),
    'ignition/bootstrap.ign': ignition,
    'ignition/master.ign': ignition,
  },
  'Flatcar, chosen by MAC address': flatcarInstall(
    bothLabels,
    { mac: '52:54:00:a1:9c:ae' },
    '{{.request.raw_query}}&os=installed',
  ),
  'Flatcar, chosen by host name': flatcarInstall(
    `${bothLabels}&hostname=\${hostname}`,
    { hostname: 'node-a' },
    'os=installed&hostname={{.request.query.hostname}}',
  ),
  'Flatcar for everybody, booted from memory': {
    'groups/default.json': json({
      id: 'default',
      name: 'default',
      profile: 'flatcar',
      metadata: { keys: ['ssh-ed25519 AAAA'] },
    }),
    'profiles/flatcar.json': json({
      id: 'flatcar',
      boot: {
        kernel: 'http://stable.release.flatcar-linux.net/amd64-usr/current/flatcar_production_pxe.vmlinuz',
        initrd: ['http://stable.release.flatcar-linux.net/amd64-usr/current/flatcar_production_pxe_image.cpio.gz'],
        args: [
          'initrd=flatcar_production_pxe_image.cpio.gz',
          `ignition.config.url=${server}/ignition`,
          'flatcar.first_boot=1',
          'flatcar.autologin=tty1',
        ],
      },
      ignition_id: 'ssh.yaml',
    }),
    'ignition/ssh.yaml':
      '---\n# who may log in\nvariant: flatcar\nversion: 1.0.0\n{{ if index . "keys" }}\npasswd:\n  users:\n    - name: core\n      ssh_authorized_keys:\n        {{ range $element := .keys }}\n        - {{$element}}\n        {{end}}\n{{end}}\n',
  },
  'Flatcar through GRUB': {
    'groups/default.json': json({ name: 'default', profile: 'grub' }),
    'profiles/grub.json': json({
      id: 'grub',
      boot: {
        kernel: '(http;10.10.0.2:8080)/assets/flatcar/4152.2.3/flatcar_production_pxe.vmlinuz',
        initrd: ['(http;10.10.0.2:8080)/assets/flatcar/4152.2.3/flatcar_production_pxe_image.cpio.gz'],
        args: [`flatcar.config.url=${server}/ignition`, 'flatcar.first_boot=yes', 'console=tty0'],
      },
      ignition_id: 'grub.yaml',
    }),
    'ignition/grub.yaml': 'variant: flatcar\nversion: 1.0.0\n',
  },
  'Talos that waits in maintenance mode': talos('/assets/vmlinuz', [`talos.config=${server}/assets/controlplane.yaml`]),
  'Talos with its config as a template': {
    'groups/cp1.json': json({
      id: 'cp1',
      profile: 'cp',
      selector: { mac: '50:6b:8d:96:f7:50' },
      metadata: { hostname: 'cp1' },
    }),
    'profiles/cp.json': json({
      id: 'cp',
      generic_id: 'controlplane.yaml',
      boot: {
        kernel: '/assets/vmlinuz-amd64',
        initrd: ['/assets/initramfs-amd64.xz'],
        args: [
          'initrd=initramfs-amd64.xz',
          'slab_nomerge',
          'pti=on',
          'talos.platform=metal',
          `talos.config=${server}/generic?mac=\${mac}`,
        ],
      },
    }),
    'generic/controlplane.yaml':
      'version: v1alpha1\nmachine:\n  type: controlplane\n  network:\n    hostname: {{.hostname}}\n',
  },
  'Debian with a preseed, groups without ids': {
    'groups/node1.json': json({
      name: 'node1',
      profile: 'debian-installer',
      selector: { mac: '52:54:00:00:00:01' },
      metadata: { proxy: { http: '${__http_proxy}' }, playbook_repo: '${__playbook_repo}' },
    }),
    'groups/raspberry-pi.json': json({
      name: 'raspberry-pi',
      profile: 'raspi',
      selector: { buildarch: 'arm64', manufacturer: 'Raspberry Pi Foundation' },
    }),
    'groups/introspect.json': json({ name: 'introspect', profile: 'introspect', selector: { template: 'introspect' } }),
    'profiles/debian-installer.json': json({
      id: 'debian-installer',
      generic_id: 'preseed.cfg',
      boot: {
        kernel:
          'http://deb.debian.org/debian/dists/bookworm/main/installer-amd64/current/images/netboot/debian-installer/amd64/linux',
        initrd: [
          'http://deb.debian.org/debian/dists/bookworm/main/installer-amd64/current/images/netboot/debian-installer/amd64/initrd.gz',
        ],
        args: [
          'initrd=initrd.gz',
          'url=http://${server-name}:8080/generic?uuid=${uuid}&mac=${mac:hexhyp}&server-name=${server-name}',
          'auto-install/enable=true',
          'suite=bookworm',
          'priority=critical',
        ],
      },
    }),
    'profiles/introspect.json': json({ id: 'introspect', generic_id: 'introspect.ipxe' }),
    'profiles/raspi.json': json({
      id: 'raspi',
      boot: {
        kernel: 'nfs://${__nfs_host}/images/${mac:hexhyp}/boot/vmlinuz',
        initrd: ['nfs://${__nfs_host}/images/${mac:hexhyp}/boot/initrd.img'],
        args: [
          'initrd=initrd.img',
          'earlyprintk',
          'root=/dev/nfs',
          'nfsroot=${__nfs_ip}:/images/${mac:hexhyp},vers=3',
          'rw',
          'ip=dhcp',
          'rootwait',
        ],
      },
    }),
    'generic/preseed.cfg':
      'd-i debian-installer/locale string en_US.UTF-8\n{{ if .proxy.http }}d-i mirror/http/proxy string {{ .proxy.http }}{{ end }}\nd-i preseed/late_command string wget http://{{ index .request.query "server-name" }}:8080/assets/install.sh --url {{ .playbook_repo }}{{ if index . "ansible_version" }} {{ .ansible_version }}{{ end }}\n',
    'generic/introspect.ipxe':
      '#!ipxe\n\n{{ if index .request.query "server-name" }}\nset server-name {{ index .request.query "server-name" }}\n{{ end }}\nchain /ipxe?uuid=${uuid}&mac=${mac:hexhyp}&buildarch=${buildarch}&manufacturer=${manufacturer}\n',
  },
  'Ubuntu, installed by cloud-init from assets': {
    'groups/node1.json': json({
      id: 'node1',
      profile: 'ubuntu',
      selector: { uuid: '9a1c2b3d-0000-4000-8000-52540012ab34' },
    }),
    'profiles/ubuntu.json': json({
      id: 'ubuntu',
      boot: {
        kernel: '/assets/ubuntu/casper/vmlinuz',
        initrd: ['/assets/ubuntu/casper/initrd'],
        args: [
          'initrd=initrd',
          'ip=dhcp',
          `url=${server}/assets/ubuntu/ubuntu-24.04.2-live-server-amd64.iso`,
          'autoinstall',
          `ds=nocloud-net;s=${server}/assets/seed/\${uuid}/`,
          'cloud-config-url=/dev/null',
        ],
      },
    }),
  },
  'Ubuntu, installed by a template': {
    'groups/node1.json': json({
      id: 'node1',
      profile: 'ubuntu',
      selector: { mac: '52:54:00:00:00:01' },
      metadata: { hostname: 'node1', swap: 0 },
    }),
    'profiles/ubuntu.json': json({
      id: 'ubuntu',
      cloud_id: 'autoinstall.yaml',
      boot: {
        kernel: '/assets/ubuntu/casper/vmlinuz',
        initrd: ['/assets/ubuntu/casper/initrd'],
        args: ['initrd=initrd', 'autoinstall', `cloud-config-url=${server}/cloud?mac=\${mac:hexhyp}`],
      },
    }),
    'cloud/autoinstall.yaml':
      '#cloud-config\nautoinstall:\n  version: 1\n  identity:\n    hostname: {{.hostname}}\n    username: ubuntu\n    password: "$6$x"\n  ssh:\n    install-server: true\n  late-commands:\n    - curtin in-target -- true\n  user-data:\n    disable_root: false\n',
  },
  'Rocky Linux with Kickstart': {
    'groups/node1.json': json({
      id: 'node1',
      profile: 'rocky',
      selector: { serial: 'C02XK' },
      metadata: { disk: 'nvme0n1', size: 2048 },
    }),
    'profiles/rocky.json': json({
      id: 'rocky',
      generic_id: 'rocky.ks',
      boot: {
        kernel: 'https://download.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os/images/pxeboot/vmlinuz',
        initrd: ['https://download.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os/images/pxeboot/initrd.img'],
        args: [
          'initrd=initrd.img',
          'inst.repo=https://download.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os',
          `inst.ks=${server}/generic?serial=\${serial}`,
          'inst.text',
          'net.ifnames=0',
        ],
      },
    }),
    'generic/rocky.ks': 'ignoredisk --only-use={{.disk}}\npart pv.1 --size={{.size}} --grow\n%packages\n@core\n%end\n',
  },
  'Fedora CoreOS for everybody, live': fedora(
    ['ignition.firstboot', 'ignition.platform.id=metal', `ignition.config.url=${server}/ignition${bothLabels}`],
    {
      'groups/default.json': json({
        id: 'default',
        name: 'default',
        profile: 'fedora-coreos',
        selector: {},
        metadata: {},
      }),
    },
    { 'ignition/fedora-coreos.yaml': butane },
  ),
  'Fedora CoreOS, the Butane text kept beside its Ignition': fedora(
    ['coreos.inst.install_dev=/dev/nvme0n1', `coreos.inst.ignition_url=${server}/ignition${bothLabels}`],
    { 'groups/node1.json': json({ id: 'node1', profile: 'fedora-coreos', selector: { mac: '52:54:00:00:00:01' } }) },
    {
      'ignition/fedora-coreos.ign': ignition,
      'ignition/fedora-coreos.yaml': 'variant: fcos\nversion: 1.5.0\nstorage:\n  trees:\n    - local: tree\n',
    },
  ),
  'Fedora CoreOS for ARM and others, by architecture': fedora(
    ['ignition.firstboot', `ignition.config.url=${server}/ignition?arch=\${buildarch:uristring}`],
    {
      'groups/arm.json': json({ id: 'arm', profile: 'fedora-coreos', selector: { arch: 'arm64' } }),
      'groups/pc.json': json({ id: 'pc', profile: 'fedora-coreos', selector: { arch: 'x86_64' } }),
    },
    { 'ignition/fedora-coreos.yaml': butane },
  ),
  'files that keep folders and tell people': {
    'groups/.gitkeep': '',
    'groups/README.md': '# Machines\n',
    'groups/node1.json': json({ name: 'node1', profile: 'plain', selector: { mac: '52:54:00:00:00:01' } }),
    'profiles/.gitkeep': '',
    'profiles/README.md': '{{ not a template }}\n',
    'profiles/plain.json': json({
      id: 'plain',
      boot: { kernel: '/assets/bzImage', initrd: [], args: ['console=ttyS0'] },
    }),
    'ignition/.gitkeep': '',
    'cloud/.gitignore': '*\n',
    'generic/.gitkeep': '',
    'generic/README.md': 'Use {{.hostname}} here.\n',
  },
  'what Terraform’s provider writes': {
    'groups/install-node1.json':
      '{\n\t"id": "install-node1",\n\t"name": "install-node1",\n\t"profile": "install-node1",\n\t"selector": {\n\t\t"mac": "52:54:00:a1:9c:ae"\n\t}\n}',
    'groups/node1.json':
      '{\n\t"id": "node1",\n\t"name": "node1",\n\t"profile": "node1",\n\t"selector": {\n\t\t"mac": "52:54:00:a1:9c:ae",\n\t\t"os": "installed"\n\t}\n}',
    'profiles/install-node1.json': `{\n\t"id": "install-node1",\n\t"ignition_id": "install-node1.ign",\n\t"boot": {\n\t\t"kernel": "https://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe.vmlinuz",\n\t\t"initrd": [\n\t\t\t"https://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe_image.cpio.gz"\n\t\t],\n\t\t"args": [\n\t\t\t"initrd=flatcar_production_pxe_image.cpio.gz",\n\t\t\t"flatcar.config.url=${server}/ignition?uuid=\${uuid}\\u0026mac=\${mac:hexhyp}",\n\t\t\t"flatcar.first_boot=yes"\n\t\t]\n\t}\n}`,
    'profiles/node1.json': '{\n\t"id": "node1",\n\t"ignition_id": "node1.ign",\n\t"boot": {}\n}',
    'ignition/install-node1.ign': ignition,
    'ignition/node1.ign': ignition,
  },
  'LinuxKit, metadata asked by a script': {
    'groups/pc.json': json({
      name: 'pc',
      profile: 'linuxkit-example',
      selector: { mac: '08:00:27:00:00:45' },
      metadata: { example_metadata: 'pc' },
    }),
    'profiles/linuxkit-example.json': json({
      id: 'linuxkit-example',
      boot: {
        kernel: '/assets/linuxkit-example-kernel',
        initrd: ['/assets/linuxkit-example-initrd.img'],
        args: ['console=tty0'],
      },
    }),
  },
  'a live system for unknown machines, an installer for known ones': {
    'groups/default.json': json({ id: 'default', profile: 'rescue' }),
    'groups/node1.json': json({
      id: 'node1',
      profile: 'install',
      selector: { mac: '52:54:00:00:00:01' },
      metadata: { disk: '/dev/sda', ports: [80, 443] },
    }),
    'profiles/rescue.json': json({
      id: 'rescue',
      boot: {
        kernel: '/assets/vmlinuz boot=live toram',
        initrd: ['/assets/initrd.img'],
        args: ['boot=live', 'components', `fetch=${server}/assets/live.squashfs`],
      },
    }),
    'profiles/install.json': json({
      id: 'install',
      generic_id: 'install.sh',
      boot: {
        kernel: '/assets/vmlinuz',
        initrd: ['/assets/initrd.img'],
        args: [`script=${server}/generic?mac=\${mac:hexhyp}`, 'root=/dev/ram0', 'biosdevname=0'],
      },
    }),
    'generic/install.sh': '#!/bin/sh\nset -e\necho installing to {{.disk}}\n{{range .ports}}open {{.}}\n{{end}}',
  },
  'Windows by wimboot': {
    'profiles/winpe.json': json({
      id: 'winpe',
      boot: {
        kernel: '/assets/wimboot',
        initrd: ['bootmgr', 'BCD', 'boot.sdi', 'boot.wim'].map((name) => `--name ${name} /assets/winpe/${name}`),
        args: ['gui'],
      },
    }),
    'groups/winpe.json': json({ id: 'winpe', profile: 'winpe', selector: { mac: '52:54:00:00:05:01' } }),
  },
  'ESXi with its Kickstart': {
    'profiles/esxi.json': json({
      id: 'esxi',
      generic_id: 'esxi.ks',
      boot: {
        kernel: '/assets/esxi/efi/boot/bootx64.efi',
        args: ['-c', `${server}/assets/esxi/boot.cfg`, `ks=${server}/generic?mac=\${mac:hexhyp}`],
      },
    }),
    'groups/esxi1.json': json({
      id: 'esxi1',
      profile: 'esxi',
      selector: { mac: '52:54:00:00:06:01' },
      metadata: { address: '10.0.0.9' },
    }),
    'generic/esxi.ks': 'vmaccepteula\nnetwork --bootproto=static --ip={{.address}}\n',
  },
  'Alpine for everybody, its overlay an asset': {
    'profiles/alpine.json': json({
      id: 'alpine',
      boot: {
        kernel: '/assets/alpine/vmlinuz-lts',
        initrd: ['/assets/alpine/initramfs-lts'],
        args: ['initrd=initramfs-lts', 'ip=dhcp', `apkovl=${server}/assets/alpine/node.apkovl.tar.gz`],
      },
    }),
    'groups/default.json': json({ id: 'default', profile: 'alpine' }),
  },
  'Ubuntu, its seed from the server': {
    'profiles/noble.json': json({
      id: 'noble',
      cloud_id: 'noble.yaml',
      boot: {
        kernel: '/assets/noble/vmlinuz',
        initrd: ['/assets/noble/initrd'],
        args: [
          'initrd=initrd',
          'ip=dhcp',
          'cloud-config-url=/dev/null',
          `url=${server}/assets/noble/ubuntu-24.04-live-server-amd64.iso`,
          'autoinstall',
          `ds=nocloud-net;s=${server}/nocloud/mac/\${mac:hexhyp}/`,
        ],
      },
    }),
    'groups/u1.json': json({
      id: 'u1',
      profile: 'noble',
      selector: { mac: '52:54:00:00:01:01' },
      metadata: { host: 'u1' },
    }),
    'cloud/noble.yaml':
      '#cloud-config\nautoinstall:\n  version: 1\n  identity: {hostname: {{.host}}, username: ops, password: "$6$x"}\n',
  },
  'Fedora CoreOS, installed in two stages': {
    'profiles/install.json': json({
      id: 'install',
      ignition_id: 'install.bu',
      boot: {
        kernel: '/assets/fedora-coreos-41.20250315.3.0-live-kernel.x86_64',
        initrd: ['--name main /assets/fedora-coreos-41.20250315.3.0-live-initramfs.x86_64.img'],
        args: [
          'initrd=main',
          `coreos.live.rootfs_url=${server}/assets/fedora-coreos-41.20250315.3.0-live-rootfs.x86_64.img`,
          'coreos.inst.install_dev=/dev/sda',
          `coreos.inst.ignition_url=${server}/ignition${bothLabels}`,
        ],
      },
    }),
    'profiles/node.json': json({ id: 'node', ignition_id: 'node.bu' }),
    'groups/install.json': json({ id: 'install', profile: 'install', selector: { mac: '52:54:00:a1:9c:ae' } }),
    'groups/node.json': json({ id: 'node', profile: 'node', selector: { mac: '52:54:00:a1:9c:ae', os: 'installed' } }),
    'ignition/install.bu': `variant: fcos\nversion: 1.4.0\nignition:\n  config:\n    replace:\n      source: ${server}/ignition?{{.request.raw_query}}&os=installed\n`,
    'ignition/node.bu': 'variant: fcos\nversion: 1.4.0\n',
  },
};
