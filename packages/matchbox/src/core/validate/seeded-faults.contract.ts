/** The faults: what operators get wrong, one by one. */
import { convert, remove, rename, replace, type Seed, write } from './seeding.contract.ts';

const node1 = 'groups/node1.json';
const node2 = 'groups/node2.json';
const node3 = 'groups/node3.json';
const debian = 'profiles/debian.json';
const discover = 'profiles/discover.json';
const flatcarInstall = 'profiles/flatcar-install.json';
const coreosInstall = 'profiles/fedora-coreos-install.json';
const coreosConfig = 'ignition/fedora-coreos.yaml';
const installConfig = 'ignition/flatcar-install.yaml';
const preseed = 'generic/debian-preseed.cfg';

/** Files that are no JSON, or of which Go's decoder makes nothing. */
export const jsonFaults: Readonly<Record<string, Seed>> = {
  'trailing comma in an object': {
    edits: [replace(node1, '"os": "installed"', '"os": "installed",')],
    finds: [['json-syntax', node1, '"os": "installed",\n  ¦}']],
  },
  'trailing comma in an array': {
    edits: [replace(discover, '"console=ttyS0"]', '"console=ttyS0",]')],
    finds: [['json-syntax', discover, '"console=ttyS0",¦]']],
  },
  'missing comma': {
    edits: [replace(node3, '"hostname": "node3",', '"hostname": "node3"')],
    finds: [['json-syntax', node3, '    ¦"domain"']],
  },
  'missing colon': {
    edits: [replace(node3, '"hostname": "node3"', '"hostname" "node3"')],
    finds: [['json-syntax', node3, '"hostname" ¦"node3"']],
  },
  'missing closing brace': {
    edits: [write('groups/x.json', '{"id": "x", "profile": "discover",\n "selector": {"rack": "7"}\n')],
    finds: [['json-syntax', 'groups/x.json', '{"rack": "7"}\n¦']],
  },
  'one closing brace too many': {
    edits: [replace(node2, '    ]\n  }\n}', '    ]\n  }\n}}')],
    finds: [['json-syntax', node2, '}¦}']],
  },
  'two documents in a file': {
    edits: [write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}}\n{"id": "y"}')],
    finds: [['json-syntax', 'groups/x.json', '¦{"id": "y"}']],
  },
  'single quotes': {
    edits: [replace(node3, '"debian"', "'debian'")],
    finds: [['json-syntax', node3, "¦'debian'"]],
  },
  'quotes of a word processor': {
    edits: [replace(node3, '"profile"', '“profile”')],
    finds: [['json-syntax', node3, '¦“profile']],
  },
  'quote missing at the end': {
    edits: [replace(node3, '"profile": "debian"', '"profile": "debian')],
    finds: [['json-syntax', node3, '"profile": "debian,¦\n']],
  },
  comment: {
    edits: [replace(node3, '  "selector"', '  // the one in rack 7\n  "selector"')],
    finds: [['json-syntax', node3, '  ¦// the']],
  },
  'key without quotes': {
    edits: [replace(node3, '"selector"', 'selector')],
    finds: [['json-syntax', node3, '  ¦selector:']],
  },
  'tab in a string': {
    edits: [replace(node3, '"node3: Debian', '"node3:\tDebian')],
    finds: [['json-syntax', node3, '"node3:¦\t']],
  },
  'backslash in a string': {
    edits: [replace(node3, '"/dev/sda"', '"\\dev\\sda"')],
    finds: [['json-syntax', node3, '"\\¦dev']],
  },
  'YAML instead of JSON': {
    edits: [write('groups/x.json', 'id: x\nprofile: discover\n')],
    finds: [['json-syntax', 'groups/x.json', '¦id: x']],
  },
  'empty file': { edits: [write('groups/x.json', '')], finds: [['json-syntax', 'groups/x.json', '¦']] },
  'byte order mark': {
    edits: [convert(node3, (text) => `\ufeff${text}`)],
    finds: [['json-syntax', node3, '¦\ufeff{']],
  },
  'file in UTF-16': {
    edits: [write('groups/x.json', Buffer.from('\ufeff{"id": "x"}', 'utf16le'))],
    finds: [['json-syntax', 'groups/x.json', '¦\ufffd\ufffd{']],
  },
  'merge conflict': {
    edits: [replace(node3, '  "selector"', '<<<<<<< HEAD\n  "selector"')],
    finds: [['json-syntax', node3, '¦<<<<<<< HEAD']],
  },
  'array instead of an object': {
    edits: [write('groups/x.json', '[{"id": "x"}]')],
    finds: [['field-type', 'groups/x.json', '¦[{"id"']],
  },
  'number for a selector': {
    edits: [replace(node3, '"mac": "52:54:00:c3:61:77"', '"rack": 7')],
    finds: [['field-type', node3, '"rack": ¦7']],
  },
  'true for a selector': {
    edits: [replace(node1, '"os": "installed"', '"installed": true')],
    finds: [['field-type', node1, '"installed": ¦true']],
  },
  'list of selectors': {
    edits: [replace(node3, '{\n    "mac": "52:54:00:c3:61:77"\n  }', '[{"mac": "52:54:00:c3:61:77"}]')],
    finds: [['field-type', node3, '"selector": ¦[']],
  },
  'text for metadata': {
    edits: [write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}, "metadata": "a=b"}')],
    finds: [['field-type', 'groups/x.json', '"metadata": ¦"a=b"']],
  },
  'text for initrd': {
    edits: [
      replace(debian, '"initrd": [\n      "--name', '"initrd": "--name'),
      replace(debian, 'initrd.gz"\n    ]', 'initrd.gz"'),
    ],
    finds: [['field-type', debian, '"initrd": ¦"--name']],
  },
  'text for args': {
    edits: [
      replace(discover, '["initrd=main", "flatcar.autologin", "console=tty0", "console=ttyS0"]', '"initrd=main"'),
    ],
    finds: [['field-type', discover, '"args": ¦"initrd=main"']],
  },
  'list for kernel': {
    edits: [replace(discover, '"kernel": "', '"kernel": ["'), replace(discover, 'pxe.vmlinuz"', 'pxe.vmlinuz"]')],
    finds: [['field-type', discover, '"kernel": ¦[']],
  },
  'number for an id': {
    edits: [replace(node3, '"id": "node3"', '"id": 3')],
    finds: [['field-type', node3, '"id": ¦3']],
  },
  'number among args': {
    edits: [replace(discover, '"console=tty0"', '0')],
    finds: [['field-type', discover, '"flatcar.autologin", ¦0']],
  },
};

/** Fields, ids and what names what. */
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
  'group without an id': {
    edits: [replace(node3, '  "id": "node3",\n', '')],
    finds: [['id-mismatch', node3, '¦{\n  "name"']],
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

/** Which machines get which group. */
export const selectorFaults: Readonly<Record<string, Seed>> = {
  'MAC address too short': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52:54:00:c3:61')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address too long': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52:54:00:c3:61:77:88')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address without separators': {
    edits: [replace(node3, '52:54:00:c3:61:77', '525400c36177')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address with two separators': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52-54-00:c3:61:77')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address with spaces': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52 54 00 c3 61 77')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address and a space': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52:54:00:c3:61:77 ')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address with an O': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52:54:0O:c3:61:77')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address of one digit': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52:54:0:c3:61:77')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address empty': {
    edits: [replace(node3, '52:54:00:c3:61:77', '')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'UUID in upper case': {
    edits: [replace(node1, '"os": "installed"', '"uuid": "9A1C2B3D-0000-4000-8000-52540012AB34"')],
    finds: [['uuid-form', node1, '"uuid": ¦"']],
  },
  'UUID in braces': {
    edits: [replace(node1, '"os": "installed"', '"uuid": "{9a1c2b3d-0000-4000-8000-52540012ab34}"')],
    finds: [['uuid-form', node1, '"uuid": ¦"']],
  },
  'UUID without hyphens': {
    edits: [replace(node1, '"os": "installed"', '"uuid": "9a1c2b3d0000400080005254 0012ab34"')],
    finds: [['uuid-form', node1, '"uuid": ¦"']],
  },
  'UUID too short': {
    edits: [replace(node1, '"os": "installed"', '"uuid": "9a1c2b3d-0000-4000-8000-52540012ab"')],
    finds: [['uuid-form', node1, '"uuid": ¦"']],
  },
  'UUID and a space': {
    edits: [replace(node1, '"os": "installed"', '"uuid": "9a1c2b3d-0000-4000-8000-52540012ab34 "')],
    finds: [['uuid-form', node1, '"uuid": ¦"']],
  },
  'UUID as a URN': {
    edits: [replace(node1, '"os": "installed"', '"uuid": "urn:uuid:9a1c2b3d-0000-4000-8000-52540012ab34"')],
    finds: [['uuid-form', node1, '"uuid": ¦"']],
  },
  'label in upper case': {
    edits: [replace(node1, '"os": "installed"', '"UUID": "9a1c2b3d-0000-4000-8000-52540012ab34"')],
    finds: [['selector-key', node1, '¦"UUID"']],
  },
  'mac in upper case': {
    edits: [replace(node3, '"mac"', '"MAC"')],
    finds: [['selector-key', node3, '¦"MAC"']],
  },
  'serial with a capital': {
    edits: [replace(node1, '"os": "installed"', '"Serial": "C02XK"')],
    finds: [['selector-key', node1, '¦"Serial"']],
  },
  'os in upper case': {
    edits: [replace(node1, '"os": "installed"', '"OS": "installed"')],
    finds: [['selector-key', node1, '¦"OS"']],
  },
  'label with a space': {
    edits: [replace(node1, '"os": "installed"', '"serial ": "C02XK"')],
    finds: [['selector-key', node1, '¦"serial "']],
  },
  'selectors that differ only in case': {
    edits: [replace(node1, '"os": "installed"', '"os": "installed",\n    "OS": "installed"')],
    finds: [['selector-case', node1, '¦"OS": "installed"']],
  },
  'selector of another case, of a boot label': {
    edits: [
      replace(node3, '"mac": "52:54:00:c3:61:77"', '"mac": "52:54:00:c3:61:77",\n    "MAC": "52:54:00:c3:61:77"'),
    ],
    finds: [['selector-case', node3, '¦"MAC": "52']],
  },
  'empty selector value': {
    edits: [replace(node1, '"os": "installed"', '"os": ""')],
    finds: [['selector-empty', node1, '"os": ¦""']],
  },
  'empty UUID': {
    edits: [replace(node1, '"os": "installed"', '"uuid": ""')],
    finds: [['selector-empty', node1, '"uuid": ¦""']],
  },
  'the same selectors in two files': {
    edits: [
      write('groups/node9.json', '{"id": "node9", "profile": "discover",\n "selector": {"mac": "52:54:00:c3:61:77"}}'),
    ],
    finds: [['selectors-equal', 'groups/node9.json', '"selector": ¦{']],
  },
  'the same selectors in another order and form': {
    edits: [
      write(
        'groups/node9.json',
        '{"id": "node9", "profile": "discover", "selector": {"os": "installed", "mac": "52-54-00-A1-9C-AE"}}',
      ),
    ],
    finds: [['selectors-equal', 'groups/node9.json', '"selector": ¦{']],
  },
  'the same selectors in three files': {
    edits: [
      write('groups/node8.json', '{"id": "node8", "profile": "discover", "selector": {"mac": "52:54:00:c3:61:77"}}'),
      write('groups/node9.json', '{"id": "node9", "profile": "discover", "selector": {"mac": "52:54:00:c3:61:77"}}'),
    ],
    finds: [
      ['selectors-equal', 'groups/node8.json', '"selector": ¦{'],
      ['selectors-equal', 'groups/node9.json', '"selector": ¦{'],
    ],
  },
  'a copy of a group': {
    edits: [convert(node1, (text) => text), (files) => void files.set('groups/node1-copy.json', files.get(node1)!)],
    finds: [
      ['id-mismatch', 'groups/node1-copy.json', '"id": ¦"node1"'],
      ['selectors-equal', node1, '"selector": ¦{'],
    ],
  },
  'two defaults': {
    edits: [write('groups/other.json', '{"id": "other", "profile": "discover"}')],
    finds: [['several-defaults', 'groups/other.json', '¦{']],
  },
  'two defaults, one with empty selectors': {
    edits: [write('groups/other.json', '{"id": "other", "profile": "discover",\n "selector": {}}')],
    finds: [['several-defaults', 'groups/other.json', '"selector": ¦{']],
  },
  'selector removed': {
    edits: [replace(node3, '  "selector": {\n    "mac": "52:54:00:c3:61:77"\n  },\n', '')],
    finds: [['several-defaults', node3, '¦{\n  "id"']],
  },
  'group in a subfolder': {
    edits: [write('groups/rack7/x.json', '{"id": "rack7/x", "profile": "discover", "selector": {"rack": "7"}}')],
    finds: [['group-unreachable', 'groups/rack7/x.json', '¦{"id"']],
  },
  'group of another extension': {
    edits: [write('groups/x.yaml', 'id: x\nprofile: discover\n')],
    finds: [['group-unreachable', 'groups/x.yaml', '¦id: x']],
  },
  'group without an extension': {
    edits: [rename(node3, 'groups/node3')],
    finds: [['group-unreachable', 'groups/node3', '¦{\n  "id"']],
  },
  'group of an extension in capitals': {
    edits: [rename(node3, 'groups/node3.JSON')],
    finds: [['group-unreachable', 'groups/node3.JSON', '¦{\n  "id"']],
  },
  'backup of an editor': {
    edits: [(files) => void files.set('groups/node3.json~', files.get(node3)!)],
    finds: [['group-unreachable', 'groups/node3.json~', '¦{\n  "id"']],
  },
};

const ignitionUrl = '?uuid=${uuid}&mac=${mac:hexhyp}';
const liveKernel =
  'https://builds.coreos.fedoraproject.org/prod/streams/stable/builds/41.20250302.3.2/x86_64/fedora-coreos-41.20250302.3.2-live-kernel-x86_64';
const rootfs = liveKernel.replace('kernel-x86_64', 'rootfs.x86_64.img');

/** What boot loaders and installers trip over. */
export const bootFaults: Readonly<Record<string, Seed>> = {
  'kernel missing among the assets': {
    edits: [
      replace(
        discover,
        'http://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe.vmlinuz',
        '/assets/flatcar/vmlinuz',
      ),
    ],
    finds: [['asset-missing', discover, '"kernel": ¦"']],
  },
  'initrd missing among the assets': {
    edits: [
      replace(
        discover,
        'http://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe_image',
        '/assets/flatcar/initrd',
      ),
    ],
    finds: [['asset-missing', discover, '"initrd": [\n      ¦"']],
  },
  'initrd misspelt': {
    edits: [
      write('assets/flatcar/4152.2.3/flatcar_production_pxe_image.cpio.gz', ''),
      replace(
        discover,
        'http://stable.release.flatcar-linux.net/amd64-usr/4152.2.3/flatcar_production_pxe_image',
        '/assets/flatcar/4152.2.3/flatcar_production_pxe_imgae',
      ),
    ],
    finds: [['asset-missing', discover, '"initrd": [\n      ¦"']],
  },
  'root file system missing on this server': {
    edits: [replace(coreosInstall, rootfs, 'http://matchbox.example.com:8080/assets/fedora-coreos/rootfs.img')],
    finds: [['asset-missing', coreosInstall, '¦"coreos.live.rootfs_url']],
  },
  'line break in an argument': {
    edits: [replace(debian, '"console=tty0"', '"console=tty0\\n"')],
    finds: [['line-break', debian, '¦"console=tty0']],
  },
  'carriage return in an argument': {
    edits: [replace(debian, '"console=tty0"', '"console=tty0\\r"')],
    finds: [['line-break', debian, '¦"console=tty0']],
  },
  'line break in the kernel': {
    edits: [replace(debian, 'amd64/linux"', 'amd64/linux\\n"')],
    finds: [['line-break', debian, '"kernel": ¦"']],
  },
  'line break in an initrd': {
    edits: [replace(debian, 'initrd.gz"', 'initrd.gz\\n"')],
    finds: [['line-break', debian, '¦"--name main']],
  },
  'initrd= missing': {
    edits: [replace(debian, '      "initrd=main",\n', '')],
    finds: [['initrd-argument', debian, '¦"--name main']],
  },
  'initrd= of another name': {
    edits: [replace(debian, '"initrd=main"', '"initrd=initrd"')],
    finds: [['initrd-argument', debian, '¦"--name main']],
  },
  'initrd without its name': {
    edits: [replace(debian, '--name main ', '')],
    finds: [['initrd-argument', debian, '¦"initrd=main"']],
  },
  'no initrd': {
    edits: [convert(debian, (text) => text.replace(/ {4}"initrd": \[[^\]]*\],\n/, ''))],
    finds: [['initrd-argument', debian, '¦"initrd=main"']],
  },
  'one of two initrds named': {
    edits: [
      replace(debian, 'initrd.gz"\n', 'initrd.gz",\n      "--name firmware http://example.com/firmware.cpio.gz"\n'),
    ],
    finds: [['initrd-argument', debian, '¦"--name firmware']],
  },
  'flatcar.first_boot missing': {
    edits: [replace(flatcarInstall, '      "flatcar.first_boot=yes",\n', '')],
    finds: [['first-boot', flatcarInstall, '¦"flatcar.config.url']],
  },
  'flatcar.first_boot misspelt': {
    edits: [replace(flatcarInstall, 'flatcar.first_boot=yes', 'flatcar.firstboot=yes')],
    finds: [['first-boot', flatcarInstall, '¦"flatcar.config.url']],
  },
  'ignition.firstboot missing': {
    edits: [
      replace(
        coreosInstall,
        '"coreos.inst.install_dev=/dev/vda"',
        '"coreos.inst.install_dev=/dev/vda", "ignition.config.url=http://matchbox.example.com:8080/ignition?mac=${mac:hexhyp}", "ignition.platform.id=metal"',
      ),
    ],
    finds: [['first-boot', coreosInstall, '¦"ignition.config.url']],
  },
  'ignition.firstboot missing in one line of arguments': {
    edits: [
      replace(
        coreosInstall,
        '"coreos.inst.install_dev=/dev/vda"',
        '"coreos.inst.install_dev=/dev/vda ignition.platform.id=metal ignition.config.url=http://matchbox.example.com:8080/ignition?mac=${mac:hexhyp}"',
      ),
    ],
    finds: [['first-boot', coreosInstall, '¦"coreos.inst.install_dev']],
  },
  'rootfs_url missing': {
    edits: [replace(coreosInstall, `      "coreos.live.rootfs_url=${rootfs}",\n`, '')],
    finds: [['rootfs-url', coreosInstall, '"kernel": ¦"']],
  },
  'rootfs_url misspelt': {
    edits: [replace(coreosInstall, 'coreos.live.rootfs_url', 'coreos.live.rootfs')],
    finds: [['rootfs-url', coreosInstall, '"kernel": ¦"']],
  },
  'Ignition URL without uuid and mac': {
    edits: [replace(flatcarInstall, ignitionUrl, '')],
    finds: [['ignition-labels', flatcarInstall, '¦"flatcar.config.url']],
  },
  'Ignition URL without mac': {
    edits: [replace(flatcarInstall, '&mac=${mac:hexhyp}', '')],
    finds: [['ignition-labels', flatcarInstall, '¦"flatcar.config.url']],
  },
  'Ignition URL with mac misspelt': {
    edits: [replace(flatcarInstall, '&mac=', '&mca=')],
    finds: [['ignition-labels', flatcarInstall, '¦"flatcar.config.url']],
  },
  'URL of the installed system without mac': {
    edits: [replace(coreosInstall, '&mac=${mac:hexhyp}', '')],
    finds: [['ignition-labels', coreosInstall, '¦"coreos.inst.ignition_url']],
  },
  'URL of the installed system without uuid and mac': {
    edits: [replace(coreosInstall, 'uuid=${uuid}&mac=${mac:hexhyp}&', '')],
    finds: [['ignition-labels', coreosInstall, '¦"coreos.inst.ignition_url']],
  },
  '& in GRUB': {
    edits: [
      write(
        'profiles/grub.json',
        '{"id": "grub", "boot": {"kernel": "(http;matchbox.example.com:8080)/assets/linux", "initrd": ["(http;matchbox.example.com:8080)/assets/initrd"],\n "args": ["quiet", "url=http://matchbox.example.com:8080/generic?os=x&mac=$net_default_mac"]}}',
      ),
      write('groups/grub.json', '{"id": "grub", "profile": "grub", "selector": {"rack": "7"}}'),
      write('assets/linux', ''),
      write('assets/initrd', ''),
    ],
    finds: [['grub-ampersand', 'profiles/grub.json', '¦"url=http']],
  },
  'installer for everybody': {
    edits: [
      replace('groups/default.json', '"discover"', '"flatcar-install"'),
      write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}}'),
      convert('groups/default.json', (text) =>
        text.replace(
          'flatcar-install"',
          'flatcar-install",\n  "metadata": {"ssh_authorized_keys": [], "matchbox_url": "http://matchbox.example.com:8080", "install_disk": "/dev/sda", "channel": "stable"}',
        ),
      ),
    ],
    finds: [['install-default', 'groups/default.json', '"profile": ¦"']],
  },
  'installer of Fedora CoreOS for everybody': {
    edits: [
      replace('groups/default.json', '"discover"', '"fedora-coreos-install"'),
      write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}}'),
    ],
    finds: [['install-default', 'groups/default.json', '"profile": ¦"']],
  },
  'preseed for everybody': {
    edits: [
      replace('groups/default.json', '"discover"', '"debian"'),
      write('groups/x.json', '{"id": "x", "profile": "discover", "selector": {"rack": "7"}}'),
      convert('groups/default.json', (text) =>
        text.replace(
          '"debian"',
          '"debian",\n  "metadata": {"hostname": "x", "domain": "example.com", "mac": "52:54:00:00:00:01", "ssh_authorized_keys": [], "matchbox_url": "http://matchbox.example.com:8080", "install_disk": "/dev/sda"}',
        ),
      ),
    ],
    finds: [['install-default', 'groups/default.json', '"profile": ¦"']],
  },
  'image too old for its Ignition': {
    edits: [convert(flatcarInstall, (text) => text.replaceAll('4152.2.3', '3033.2.0'))],
    finds: [['ignition-too-new', installConfig, '¦version: 1.1.0']],
  },
  'installer too old for the Ignition of the installed system': {
    edits: [convert(coreosInstall, (text) => text.replaceAll('41.20250302.3.2', '35.20211029.3.0'))],
    finds: [['ignition-too-new', coreosConfig, '¦version: 1.5.0']],
  },
};

/** Templates, and what they become. */
export const templateFaults: Readonly<Record<string, Seed>> = {
  'action not closed': {
    edits: [replace(preseed, '{{.domain}}', '{{.domain}')],
    finds: [['template-syntax', preseed, '{{¦.domain}\n']],
  },
  'unknown function': {
    edits: [replace(preseed, '{{.domain}}', '{{upper .domain}}')],
    finds: [['template-syntax', preseed, '{{¦upper']],
  },
  'end missing': {
    edits: [replace('generic/discover.txt', '{{end -}}\n', '')],
    finds: [['template-syntax', 'generic/discover.txt', '{{$key}}={{$value}}\n¦']],
  },
  'end too many': {
    edits: [replace(preseed, 'd-i time/zone', '{{end}}\nd-i time/zone')],
    finds: [['template-syntax', preseed, '{{end¦}}']],
  },
  'variable not defined': {
    edits: [replace(preseed, '{{.domain}}', '{{$domain}}')],
    finds: [['template-syntax', preseed, '{{$domain¦}}']],
  },
  'template of another language': {
    edits: [replace(preseed, '{{.domain}}', '{{ domain | default("x") }}')],
    finds: [['template-syntax', preseed, '{{ ¦domain']],
  },
  'syntax of a template that nobody uses': {
    edits: [write('generic/spare.txt', '{{if}}\n')],
    finds: [
      ['template-syntax', 'generic/spare.txt', '{{if¦}}'],
      ['template-unused', 'generic/spare.txt', '¦{{if}}'],
    ],
  },
  'missing key': {
    edits: [replace(preseed, '{{.domain}}', '{{.domian}}')],
    finds: [['template-error', preseed, '{{¦.domian}}']],
  },
  'missing key in metadata': {
    edits: [replace(node1, '"region": "east",', '')],
    finds: [['template-error', coreosConfig, 'REGION={{¦.region}}']],
  },
  'missing key in a list': {
    edits: [replace('groups/node2.json', 'ssh_authorized_keys', 'ssh_keys')],
    finds: [['template-error', 'ignition/flatcar.yaml', '{{- range ¦.ssh']],
  },
  'missing nested key': {
    edits: [
      replace(node3, '"domain": "example.com"', '"network": {"domain": "example.com"}'),
      replace('cloud/debian.yaml', '{{.domain}}', '{{.network.domain}}'),
      replace(preseed, '{{.domain}}', '{{.network.search}}'),
    ],
    finds: [['template-error', preseed, '{{.network¦.search}}']],
  },
  'key of a key that is missing': {
    edits: [replace(preseed, '{{.domain}}', '{{.network.domain}}')],
    finds: [['template-error', preseed, '{{.network¦.domain}}']],
  },
  'key of a text': {
    edits: [replace(preseed, '{{.domain}}', '{{.domain.name}}')],
    finds: [['template-error', preseed, '{{.domain¦.name}}']],
  },
  'label that machines do not send': {
    edits: [replace(preseed, '{{.mac}}', '{{.request.query.rack}}')],
    finds: [['template-error', preseed, '{{.request¦.query.rack}}']],
  },
  'key in another case': {
    edits: [replace(preseed, '{{.domain}}', '{{.Domain}}')],
    finds: [['template-error', preseed, '{{¦.Domain}}']],
  },
  'range over a text': {
    edits: [
      replace(
        node3,
        /* */ '"ssh_authorized_keys": [\n      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC8NfwqqKvDrOeJGWuS0lNxF6cZ8eMhYHbH6xmhJKkdA operator@example.com"\n    ]',
        '"ssh_authorized_keys": "ssh-ed25519 AAAA"',
      ),
    ],
    finds: [['template-error', 'cloud/debian.yaml', '{{- range ¦.ssh']],
  },
  'index out of range': {
    edits: [replace(preseed, '{{.domain}}', '{{index .ssh_authorized_keys 3}}')],
    finds: [['template-error', preseed, '{{¦index .ssh']],
  },
  'template that is not there': {
    edits: [replace(preseed, '{{.domain}}', '{{template "domain"}}')],
    finds: [['template-error', preseed, '{{template ¦"domain"']],
  },
  'no #cloud-config': {
    edits: [replace('cloud/debian.yaml', '#cloud-config\n', '')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '¦# For cloud-init']],
  },
  'space in #cloud-config': {
    edits: [replace('cloud/debian.yaml', '#cloud-config\n', '# cloud-config\n')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '¦# cloud-config']],
  },
  'tab in a cloud-config': {
    edits: [replace('cloud/debian.yaml', '    shell: /bin/bash', '\tshell: /bin/bash')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '¦\tshell']],
  },
  'wrong indentation in a cloud-config': {
    edits: [replace('cloud/debian.yaml', '    shell: /bin/bash', '   shell: /bin/bash')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '   ¦shell']],
  },
  'colon missing in a cloud-config': {
    edits: [replace('cloud/debian.yaml', 'package_update: true', 'package_update true')],
    finds: [['cloud-invalid', 'cloud/debian.yaml', '¦package_update true']],
  },
  'unknown key in Butane': {
    edits: [replace(installConfig, 'mode: 0755', 'mod: 0755')],
    finds: [['butane-warning', installConfig, '¦mod: 0755']],
  },
  'unknown section in Butane': {
    edits: [replace(coreosConfig, 'systemd:\n', 'system:\n')],
    finds: [['butane-warning', coreosConfig, '¦system:']],
  },
  'wrong indentation in Butane': {
    edits: [replace(installConfig, '      mode: 0755', '     mode: 0755')],
    finds: [['butane-error', installConfig, '\n     ¦mode']],
  },
  'key of the wrong parent in Butane': {
    edits: [replace(coreosConfig, '      enabled: true', '  enabled: true')],
    finds: [['butane-error', coreosConfig, '  enabled: true\n      contents¦:']],
  },
  'tab in Butane': {
    edits: [replace(installConfig, '      mode: 0755', '\tmode: 0755')],
    finds: [['butane-error', installConfig, '¦\tmode']],
  },
  'no variant': {
    edits: [replace(installConfig, 'variant: flatcar\n', '')],
    finds: [['butane-error', installConfig, '¦version: 1.1.0']],
  },
  'unknown variant': {
    edits: [replace(installConfig, 'variant: flatcar', 'variant: coreos')],
    finds: [['butane-error', installConfig, 'variant: ¦coreos']],
  },
  'no version': {
    edits: [replace(installConfig, 'version: 1.1.0\n', '')],
    finds: [['butane-error', installConfig, '¦variant: flatcar']],
  },
  'version too new': {
    edits: [replace(installConfig, 'version: 1.1.0', 'version: 1.9.0')],
    finds: [['butane-error', installConfig, 'version: ¦1.9.0']],
  },
  'version of another variant': {
    edits: [replace(installConfig, 'version: 1.1.0', 'version: 1.5.0')],
    finds: [['butane-error', installConfig, 'version: ¦1.5.0']],
  },
  'version is a number': {
    edits: [replace(installConfig, 'version: 1.1.0', 'version: 1.1')],
    finds: [['butane-error', installConfig, 'version: ¦1.1\n']],
  },
  'mode as a text': {
    edits: [replace(installConfig, 'mode: 0755', 'mode: "0755"')],
    finds: [['butane-error', installConfig, 'mode: ¦"0755"']],
  },
  'mode in decimal': {
    edits: [replace(installConfig, 'mode: 0755', 'mode: 755')],
    finds: [['butane-warning', installConfig, 'mode: ¦755']],
  },
  'path without a slash': {
    edits: [replace(installConfig, 'path: /opt', 'path: opt')],
    finds: [['butane-error', installConfig, 'path: ¦opt']],
  },
  'the same path twice': {
    edits: [replace(coreosConfig, '/etc/node.env\n', '/etc/hostname\n')],
    finds: [
      [
        'butane-error',
        coreosConfig,
        '    - ¦path: /etc/hostname\n      mode: 0644\n      contents:\n        inline: |\n          REGION',
      ],
    ],
  },
  'key twice in Butane': {
    edits: [replace(installConfig, 'mode: 0755', 'mode: 0755\n      mode: 0644')],
    finds: [['butane-error', installConfig, '¦mode: 0644']],
  },
  'unit without its suffix': {
    edits: [replace(installConfig, 'installer.service\n', 'installer\n')],
    finds: [['butane-error', installConfig, 'name: ¦installer\n']],
  },
  'unit that is no unit': {
    edits: [replace(installConfig, 'Type=oneshot', 'Type oneshot')],
    finds: [['butane-error', installConfig, 'contents: ¦|\n        [Unit]']],
  },
  'unit without [Install]': {
    edits: [replace(installConfig, '\n        [Install]\n        WantedBy=multi-user.target', '')],
    finds: [['butane-warning', installConfig, 'contents: ¦|\n        [Unit]']],
  },
  'Ignition that is no JSON': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {"version": "3.4.0"},\n}\n'),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '\n}¦']],
  },
  'Ignition too new': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {"version": "3.9.0"}}\n'),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '¦"version"']],
  },
  'Ignition without a version': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {}}\n'),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '¦{"ign']],
  },
  'Ignition with mode as a text': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write(
        'ignition/flatcar.ign',
        '{"ignition": {"version": "3.4.0"},\n "storage": {"files": [{"path": "/a", "mode": "0644"}]}}\n',
      ),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '"mode": "0644"¦']],
  },
  'Ignition with an unknown key': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {"version": "3.4.0"},\n "storag": {}}\n'),
    ],
    finds: [['ignition-warning', 'ignition/flatcar.ign', '¦"storag"']],
  },
  'Ignition with a relative path': {
    edits: [
      replace('profiles/flatcar.json', 'flatcar.yaml', 'flatcar.ign'),
      remove('ignition/flatcar.yaml'),
      write('ignition/flatcar.ign', '{"ignition": {"version": "3.4.0"},\n "storage": {"files": [{"path": "a"}]}}\n'),
    ],
    finds: [['ignition-invalid', 'ignition/flatcar.ign', '"path": ¦"a"']],
  },
};
