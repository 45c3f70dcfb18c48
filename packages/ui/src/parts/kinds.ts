/** The kinds of files that can be edited. */
export const kinds = [
  { kind: 'groups', title: 'Groups', about: 'which machines get which profile, and values for its templates' },
  { kind: 'profiles', title: 'Profiles', about: 'what is booted, and which templates configure it' },
  { kind: 'networks', title: 'Networks', about: 'where the built-in network boot answers, and what it says there' },
  { kind: 'ignition', title: 'Ignition and Butane', about: 'templates for Flatcar, Fedora CoreOS and their like' },
  { kind: 'cloud', title: 'cloud-config', about: 'templates for cloud-init' },
  { kind: 'generic', title: 'Generic', about: 'templates of any other text: preseed, kickstart, scripts' },
] as const;
