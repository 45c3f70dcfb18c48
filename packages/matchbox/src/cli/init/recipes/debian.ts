/** Debian, installed with a preseed file. */
import { installsImpatiently, labels, type Recipe } from '../recipe.ts';

const images =
  'http://deb.debian.org/debian/dists/trixie/main/installer-amd64/current/images/netboot/debian-installer/amd64';

export const debian: Recipe = {
  about: 'Debian 13, installed with a preseed file',
  proof: 'installed here',
  tried:
    'a whole Debian is installed on an empty virtual machine by our DHCP, reports, and boots from its disk to its login because it is installed (`npm run e2e -- debian-install`, about half an hour); its beginning is in each run of the tests (`debian-install-short`)',
  profiles: (url) => ({
    debian: {
      name: 'Debian 13, installed without a question',
      boot: {
        kernel: `${images}/linux`,
        initrd: [`--name main ${images}/initrd.gz`],
        args: ['initrd=main', 'auto=true', 'priority=critical', `url=${url}/generic?${labels}`, 'interface=auto'],
      },
      generic_id: 'preseed.cfg',
      provision: installsImpatiently,
    },
  }),
  templates: () => ({
    'generic/preseed.cfg': `# Without locale and keyboard the installer asks for them in spite of priority=critical.
d-i debian-installer/locale string en_US.UTF-8
d-i keyboard-configuration/xkb-keymap select us
d-i netcfg/get_hostname string {{.hostname}}
d-i netcfg/get_domain string example.com
d-i mirror/country string manual
d-i mirror/http/hostname string deb.debian.org
d-i mirror/http/directory string /debian
d-i mirror/http/proxy string
d-i passwd/make-user boolean false
d-i passwd/root-password-crypted password !
d-i clock-setup/utc boolean true
d-i time/zone string UTC
# The installer had named itself before it had this file (Debian's guide, B.2.1): it is told its name again, and the installed system takes that over.
# The first disk, whatever it is called. All that is on it goes.
d-i partman/early_command string hostname {{.hostname}}; hostname > /etc/hostname; \\
  echo 127.0.0.1 localhost > /etc/hosts; echo 127.0.1.1 {{.hostname}}.example.com {{.hostname}} >> /etc/hosts; \\
  debconf-set partman-auto/disk "$(list-devices disk | head -n1)"; \\
  wget -q -O /dev/null '{{.matchbox_report_url}}?state=installing&reason=partitioning' || true
d-i partman-auto/method string regular
d-i partman-auto/choose_recipe select atomic
d-i partman-partitioning/confirm_write_new_label boolean true
d-i partman/choose_partition select finish
d-i partman/confirm boolean true
d-i partman/confirm_nooverwrite boolean true
d-i grub-installer/only_debian boolean true
d-i grub-installer/bootdev string default
tasksel tasksel/first multiselect standard, ssh-server
popularity-contest popularity-contest/participate boolean false
# The last line reports that the machine is installed: with "install": "once" it boots from its disk from then on.
d-i preseed/late_command string \\
  mkdir -p /target/root/.ssh; \\
{{- range .ssh_authorized_keys}}
  echo '{{.}}' >> /target/root/.ssh/authorized_keys; \\
{{- end}}
  wget -q -O /dev/null '{{.matchbox_report_url}}?state=installed' || true
d-i finish-install/reboot_in_progress note
`,
  }),
};
