/** Files of the examples that mistakes are seeded into. */
export const node1 = 'groups/node1.json';
export const node2 = 'groups/node2.json';
export const node3 = 'groups/node3.json';
export const debian = 'profiles/debian.json';
export const discover = 'profiles/discover.json';
export const flatcarInstall = 'profiles/flatcar-install.json';
export const coreosInstall = 'profiles/fedora-coreos-install.json';
export const coreosConfig = 'ignition/fedora-coreos.yaml';
export const installConfig = 'ignition/flatcar-install.yaml';
export const preseed = 'generic/debian-preseed.cfg';
