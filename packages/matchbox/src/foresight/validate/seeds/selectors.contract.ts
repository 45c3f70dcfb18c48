/** Mistakes one by one: which machines get which group. */
import { convert, rename, replace, type Seed, write } from '../seeding.contract.ts';
import { node1, node3 } from './examples.contract.ts';

export const selectorFaults: Readonly<Record<string, Seed>> = {
  'MAC address too short': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52:54:00:c3:61')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address too long': {
    edits: [replace(node3, '52:54:00:c3:61:77', '52:54:00:c3:61:77:88')],
    finds: [['mac-invalid', node3, '"mac": ¦"']],
  },
  'MAC address with one separator': {
    edits: [replace(node3, '52:54:00:c3:61:77', '525400-c36177')],
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
