/** Mistakes one by one: networks of the built-in network boot, and the addresses that groups reserve in them. */
import { replace, type Seed, write } from '../seeding.contract.ts';
import { node1, node3 } from './examples.contract.ts';

const lab = 'networks/lab.json';
const rack1 = 'networks/rack1.json';

/** One word of a network is another, and that is found at a place. */
function invalid(file: string, from: string, to: string, at: string): Seed {
  return { edits: [replace(file, from, to)], finds: [['network-invalid', file, at]] };
}

export const networkFaults: Readonly<Record<string, Seed>> = {
  'network without a mode': invalid(lab, '"mode": "proxy"', '"name": "x"', '¦{'),
  'network with a mode that there is not': invalid(lab, '"proxy"', '"pxe"', '"mode": ¦"pxe"'),
  'network with an unknown field': invalid(rack1, '"deny"', '"denny"', '¦"denny"'),
  'network with a subnet that is none': invalid(lab, '10.77.0.0/24', '10.77.0.0/33', '"subnet": ¦"'),
  'network with a range outside of its subnet': invalid(rack1, '10.78.0.199"', '10.79.0.199"', '"ranges": ¦['),
  'network with a range that is none': invalid(rack1, '10.78.0.100-10.78.0.199', '10.78.0.100', '"ranges": [¦"'),
  'network that gives addresses and has no range': invalid(rack1, '["10.78.0.100-10.78.0.199"]', '[]', '"ranges": ¦['),
  'network with a router that is no address': invalid(
    rack1,
    '"routers": ["10.78.0.254"]',
    '"routers": ["gw"]',
    '"routers": [¦"',
  ),
  'network that denies a word': invalid(rack1, 'b8:27:eb', 'raspberry', '"deny": [¦"'),
  'network with a lease of seconds': invalid(rack1, '43200', '12', '"lease_seconds": ¦12'),
  'network with a loader for a firmware that there is not': {
    edits: [replace(lab, '"mode": "proxy"', '"mode": "proxy",\n  "loaders": {"x64": "ipxe.efi"}')],
    finds: [['network-invalid', lab, '"x64": ¦"']],
  },
  'network with a lease as text': {
    edits: [replace(rack1, '43200', '"12h"')],
    finds: [['field-type', rack1, '"lease_seconds": ¦"']],
  },
  'network that is no JSON': {
    edits: [replace(lab, '"mode": "proxy"', '"mode": "proxy",')],
    finds: [['json-syntax', lab, '"proxy",\n¦}']],
  },
  'network with another id than its file': {
    edits: [replace(lab, '"id": "lab"', '"id": "bench"')],
    finds: [['id-mismatch', lab, '"id": ¦"']],
  },
  'network without an id': {
    edits: [replace(lab, '"id": "lab"', '"id": ""')],
    finds: [['id-missing', lab, '¦{']],
  },
  'two networks with one subnet': {
    edits: [write('networks/other.json', '{"id": "other", "mode": "proxy", "subnet": "10.77.0.0/16"}')],
    finds: [['network-overlap', 'networks/other.json', '"subnet": ¦"']],
  },
  'two networks with one relay': {
    edits: [write('networks/two.json', '{"id": "two", "mode": "proxy", "relays": ["10.78.0.254"]}')],
    finds: [['network-overlap', 'networks/two.json', '"relays": ¦[']],
  },
  'network with a router of another subnet': {
    edits: [replace(rack1, '"routers": ["10.78.0.254"]', '"routers": ["10.77.0.254"]')],
    finds: [['network-router', rack1, '"routers": [¦"']],
  },
  'reserved address of no network': {
    edits: [replace(node3, '"metadata": {', '"metadata": {\n    "netboot_address": "10.99.0.7",')],
    finds: [['netboot-address', node3, '"netboot_address": ¦"']],
  },
  'reserved address with a typing error': {
    edits: [replace(node3, '"metadata": {', '"metadata": {\n    "netboot_address": "10.78.0",')],
    finds: [['netboot-address', node3, '"netboot_address": ¦"']],
  },
  'reserved address of two machines': {
    edits: [
      replace(node1, '"metadata": {', '"metadata": {\n    "netboot_address": "10.78.0.7",'),
      replace(node3, '"metadata": {', '"metadata": {\n    "netboot_address": "10.78.0.7",'),
    ],
    finds: [['netboot-address', node3, '"netboot_address": ¦"']],
  },
  'reserved address of the router': {
    edits: [replace(node3, '"metadata": {', '"metadata": {\n    "netboot_address": "10.78.0.254",')],
    finds: [['netboot-address', node3, '"netboot_address": ¦"']],
  },
};
