/** Proxmox VE by its automatic installer, which asks by POST. */
import { answersChecked, installsImpatiently, type Recipe } from '../recipe.ts';

export const proxmox: Recipe = {
  about: 'Proxmox VE 9, installed by its automatic installer',
  ...answersChecked('the installer’s request is answered in the tests; the installer itself is from documentation'),
  profiles: () => ({
    proxmox: {
      name: 'Proxmox VE, installed without a question (8 GB of RAM: the ISO is loaded into it)',
      boot: {
        kernel: '/assets/proxmox/linux26',
        // What stands behind the second one is the name of its file for the kernel.
        initrd: ['/assets/proxmox/initrd.img', '/assets/proxmox/proxmox.iso /proxmox.iso'],
        args: ['ramdisk_size=16777216', 'rw', 'quiet', 'splash=silent', 'proxmox-start-auto-installer'],
      },
      generic_id: 'answer.toml',
      provision: installsImpatiently,
    },
  }),
  templates: () => ({
    'generic/answer.toml': `# The host part of fqdn is the node's name.
[global]
keyboard = "en-us"
country = "us"
timezone = "UTC"
fqdn = "{{.hostname}}.example.com"
mailto = "root@example.com"
# openssl passwd -6
root-password-hashed = "!"
root-ssh-keys = [
{{- range .ssh_authorized_keys}}
  "{{.}}",
{{- end}}
]

[network]
source = "from-dhcp"

# All that is on the disk goes.
[disk-setup]
filesystem = "ext4"
disk-list = ["sda"]

# With "install": "once" the machine boots from its disk from then on.
[post-installation-webhook]
url = "{{.matchbox_report_url}}?state=installed"
`,
  }),
  before: (url) => [
    `proxmox-auto-install-assistant prepare-iso proxmox-ve.iso --fetch-from http --url ${url}/generic --output assets/proxmox/proxmox.iso`,
    'matchbox get --from-iso assets/proxmox/proxmox.iso --assets-path assets --into proxmox',
    'put the disk that is overwritten in the place of sda in generic/answer.toml',
  ],
};
