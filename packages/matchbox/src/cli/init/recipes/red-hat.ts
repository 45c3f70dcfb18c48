/** Red Hat's family, installed by kickstart: one file for all of them, and a tree for each. */
import { installsImpatiently, labels, onlyAnswersChecked, type Recipe, reportBy } from '../recipe.ts';

interface Distribution {
  readonly id: string;
  readonly name: string;
  /** A folder with `.treeinfo`. */
  readonly tree: string;
}

function kickstartOf({ id, name, tree }: Distribution): Recipe {
  return {
    about: `${name}, installed by kickstart`,
    ...onlyAnswersChecked('the installer'),
    profiles: (url) => ({
      [id]: {
        name: `${name}, installed by kickstart (3 GB of RAM)`,
        boot: {
          kernel: `${tree}/images/pxeboot/vmlinuz`,
          initrd: [`--name main ${tree}/images/pxeboot/initrd.img`],
          args: ['initrd=main', 'ip=dhcp', `inst.repo=${tree}`, `inst.ks=${url}/generic?${labels}`, 'inst.cmdline'],
        },
        generic_id: 'node.ks',
        provision: installsImpatiently,
      },
    }),
    templates: () => ({ 'generic/node.ks': file }),
  };
}

const file = `lang en_US.UTF-8
keyboard us
timezone UTC --utc
network --bootproto=dhcp --hostname={{.hostname}}
rootpw --lock
{{- range .ssh_authorized_keys}}
sshkey --username=root "{{.}}"
{{- end}}
# All disks. All that is on them goes.
zerombr
clearpart --all --initlabel
autopart --type=plain
reboot
# The group that RHEL, AlmaLinux, Rocky Linux and Fedora all have.
%packages
@core
%end
# The report that the machine is installed: with "install": "once" it boots from its disk from then on.
%post
${reportBy('curl', 'installed')} || true
%end
%onerror
${reportBy('curl', 'failed')} || true
%end
`;

export const kickstart = kickstartOf({
  id: 'kickstart',
  name: 'AlmaLinux 9',
  tree: 'http://repo.almalinux.org/almalinux/9/BaseOS/x86_64/os',
});

export const rocky = kickstartOf({
  id: 'rocky',
  name: 'Rocky Linux 9',
  tree: 'http://dl.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os',
});

export const fedora = kickstartOf({
  id: 'fedora',
  name: 'Fedora 43',
  tree: 'http://dl.fedoraproject.org/pub/fedora/linux/releases/43/Everything/x86_64/os',
});
