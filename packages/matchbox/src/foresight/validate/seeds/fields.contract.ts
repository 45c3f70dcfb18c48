/** Mistakes one by one: fields, ids and what names what. */
import { remove, rename, replace, type Seed, write } from '../seeding.contract.ts';
import { coreosInstall, debian, discover, flatcarInstall, installConfig, node1, node3 } from './examples.contract.ts';

export const fieldFaults: Readonly<Record<string, Seed>> = {
  'key twice': {
    edits: [replace(node3, '  "selector"', '  "profile": "debian",\n  "selector"')],
    finds: [['duplicate-key', node3, '"debian",\n  ¦"profile"']],
  },
  'key twice, in another case': {
    edits: [replace(node3, '  "selector"', '  "Profile": "debian",\n  "selector"')],
    finds: [['duplicate-key', node3, '¦"Profile"']],
  },
  'selector twice': {
    edits: [replace(node1, '"os": "installed"', '"os": "installed",\n    "os": "installed"')],
    finds: [['duplicate-key', node1, '"os": "installed",\n    ¦"os"']],
  },
  'metadata twice': {
    edits: [replace(node3, '"domain": "example.com",', '"domain": "example.com",\n    "domain": "example.org",')],
    finds: [['duplicate-key', node3, '¦"domain": "example.org"']],
  },
  'args twice': {
    edits: [replace(discover, '    "kernel"', '    "args": ["quiet"],\n    "kernel"')],
    finds: [['duplicate-key', discover, '¦"args": ["initrd']],
  },
  'group id of another file': {
    edits: [replace(node3, '"id": "node3"', '"id": "node4"')],
    finds: [['id-mismatch', node3, '"id": ¦"node4"']],
  },
  'group id in another case': {
    edits: [replace(node3, '"id": "node3"', '"id": "Node3"')],
    finds: [['id-mismatch', node3, '"id": ¦"Node3"']],
  },
  'profile id of another file': {
    edits: [replace(discover, '"id": "discover"', '"id": "discovery"')],
    finds: [['id-mismatch', discover, '"id": ¦"discovery"']],
  },
  'profile without an id': {
    edits: [replace(discover, '  "id": "discover",\n', '')],
    finds: [['id-missing', discover, '¦{\n  "name"']],
  },
  'group renamed, id not': {
    edits: [rename(node3, 'groups/node4.json')],
    finds: [['id-mismatch', 'groups/node4.json', '"id": ¦"node3"']],
  },
  'profile renamed, id not': {
    edits: [rename(debian, 'profiles/debian12.json')],
    finds: [
      ['id-mismatch', 'profiles/debian12.json', '"id": ¦"debian"'],
      ['profile-missing', node3, '"profile": ¦"debian"'],
    ],
  },
  'selectors for selector': {
    edits: [replace(node3, '"selector"', '"selectors"')],
    finds: [['unknown-field', node3, '¦"selectors"']],
  },
  'profil for profile': {
    edits: [replace(node3, '"profile"', '"profil"')],
    finds: [['unknown-field', node3, '¦"profil"']],
  },
  'profile_id for profile': {
    edits: [replace(node3, '"profile"', '"profile_id"')],
    finds: [['unknown-field', node3, '¦"profile_id"']],
  },
  'meta for metadata': {
    edits: [replace(node3, '"metadata"', '"meta"')],
    finds: [['unknown-field', node3, '¦"meta"']],
  },
  'labels for selector': {
    edits: [replace(node3, '"selector"', '"labels"')],
    finds: [['unknown-field', node3, '¦"labels"']],
  },
  'vars for metadata': {
    edits: [replace(node3, '"metadata"', '"vars"')],
    finds: [['unknown-field', node3, '¦"vars"']],
  },
  'a note of one’s own in a group': {
    edits: [replace(node3, '  "profile"', '  "comment": "rack 7",\n  "profile"')],
    finds: [['unknown-field', node3, '¦"comment"']],
  },
  'ignition for ignition_id': {
    edits: [replace(flatcarInstall, '"ignition_id"', '"ignition"')],
    finds: [['unknown-field', flatcarInstall, '¦"ignition"']],
  },
  'ignitionId for ignition_id': {
    edits: [replace(flatcarInstall, '"ignition_id"', '"ignitionId"')],
    finds: [['unknown-field', flatcarInstall, '¦"ignitionId"']],
  },
  'cloud_config for cloud_id': {
    edits: [replace(debian, '"cloud_id"', '"cloud_config"')],
    finds: [['unknown-field', debian, '¦"cloud_config"']],
  },
  'generic-id for generic_id': {
    edits: [replace(debian, '"generic_id"', '"generic-id"')],
    finds: [['unknown-field', debian, '¦"generic-id"']],
  },
  'kernal for kernel': {
    edits: [replace(debian, '"kernel"', '"kernal"')],
    finds: [['unknown-field', debian, '¦"kernal"']],
  },
  'initramfs for initrd': {
    edits: [replace(debian, '"initrd":', '"initramfs":')],
    finds: [['unknown-field', debian, '¦"initramfs"']],
  },
  'arguments for args': {
    edits: [replace(debian, '"args"', '"arguments"')],
    finds: [['unknown-field', debian, '¦"arguments"']],
  },
  'cmdline for args': {
    edits: [replace(coreosInstall, '"args"', '"cmdline"')],
    finds: [['unknown-field', coreosInstall, '¦"cmdline"']],
  },
  'bot for boot': {
    edits: [replace(debian, '"boot"', '"bot"')],
    finds: [['unknown-field', debian, '¦"bot"']],
  },
  'args outside of boot': {
    edits: [replace(discover, '  "cloud_id"', '  "args": ["quiet"],\n  "cloud_id"')],
    finds: [['unknown-field', discover, '¦"args": ["quiet"]']],
  },
  'profile of another case': {
    edits: [replace(node3, '"debian"', '"Debian"')],
    finds: [['profile-missing', node3, '¦"Debian"']],
  },
  'profile with its extension': {
    edits: [replace(node3, '"debian"', '"debian.json"')],
    finds: [['profile-missing', node3, '¦"debian.json"']],
  },
  'profile misspelt': {
    edits: [replace(node3, '"debian"', '"debain"')],
    finds: [['profile-missing', node3, '¦"debain"']],
  },
  'no profile': {
    edits: [replace(node3, '  "profile": "debian",\n', '')],
    finds: [['profile-missing', node3, '¦{\n  "id"']],
  },
  'profile of two groups removed': {
    edits: [remove(discover), write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}}')],
    finds: [
      ['profile-missing', 'groups/default.json', '"profile": ¦"discover"'],
      ['profile-missing', 'groups/x.json', '"profile": ¦"discover"'],
    ],
  },
  'profile unused': {
    edits: [write('profiles/spare.json', '{\n  "id": "spare",\n  "ignition_id": "flatcar.yaml"\n}')],
    finds: [['profile-unused', 'profiles/spare.json', '"id": ¦"spare"']],
  },
  'group removed': {
    edits: [remove(node3)],
    finds: [['profile-unused', debian, '"id": ¦"debian"']],
  },
  'profile unused, beside an empty group': {
    edits: [write('groups/x.json', ''), write('profiles/spare.json', '{"id": "spare"}')],
    finds: [
      ['json-syntax', 'groups/x.json', '¦'],
      ['profile-unused', 'profiles/spare.json', '"id": ¦"spare"'],
    ],
  },
  'profile unused, beside a group of which nothing is left': {
    edits: [write(node3, '{'), write('profiles/spare.json', '{"id": "spare"}')],
    finds: [
      ['json-syntax', node3, '{¦'],
      ['profile-unused', 'profiles/spare.json', '"id": ¦"spare"'],
    ],
  },
  'template unused': {
    edits: [write('cloud/spare.yaml', '#cloud-config\n')],
    finds: [['template-unused', 'cloud/spare.yaml', '¦#cloud-config']],
  },
  'template of another case': {
    edits: [replace(debian, '"debian.yaml"', '"Debian.yaml"')],
    finds: [['template-missing', debian, '¦"Debian.yaml"']],
  },
  'template of another extension': {
    edits: [replace(flatcarInstall, '"flatcar-install.yaml"', '"flatcar-install.yml"')],
    finds: [['template-missing', flatcarInstall, '¦"flatcar-install.yml"']],
  },
  'template without its extension': {
    edits: [replace(flatcarInstall, '"flatcar-install.yaml"', '"flatcar-install"')],
    finds: [['template-missing', flatcarInstall, '¦"flatcar-install"\n']],
  },
  'template with its folder': {
    edits: [replace(flatcarInstall, '"flatcar-install.yaml"', '"ignition/flatcar-install.yaml"')],
    finds: [['template-missing', flatcarInstall, '¦"ignition/']],
  },
  'template removed': {
    edits: [remove(installConfig)],
    finds: [['template-missing', flatcarInstall, '"ignition_id": ¦"']],
  },
  'template renamed': {
    edits: [rename(installConfig, 'ignition/install-flatcar.yaml')],
    finds: [
      ['template-missing', flatcarInstall, '"ignition_id": ¦"'],
      ['template-unused', 'ignition/install-flatcar.yaml', '¦# First stage'],
    ],
  },
  'template in the folder of another kind': {
    edits: [rename('cloud/debian.yaml', 'generic/debian.yaml')],
    finds: [
      ['template-missing', debian, '"cloud_id": ¦"'],
      ['template-unused', 'generic/debian.yaml', '¦#cloud-config'],
    ],
  },
};
