/** Mistakes one by one: files that are no JSON, or of which Go’s decoder makes nothing. */
import { convert, replace, type Seed, write } from '../seeding.contract.ts';
import { debian, discover, node1, node2, node3 } from './examples.contract.ts';

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
