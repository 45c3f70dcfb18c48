/** Rules about networks of the built-in network boot. */
import { faultRule } from '../checks/file.ts';
import { netbootAddressRule, networkOverlapRule, networkRouterRule } from '../checks/network.ts';
import type { Example, Rule } from '../rule.ts';

/** @param members further ones, in JSON */
function network(members: string): Example {
  return ['networks/o.json', `{"id": "o", ${members}}`];
}

function reservation(address: string): Example {
  return [
    'groups/b.json',
    `{"id": "b", "profile": "p", "selector": {"mac": "52:54:00:a1:9c:af"}, "metadata": {"disk": "sda", "netboot_address": "${address}"}}`,
  ];
}

export const networkRules: readonly Rule[] = [
  {
    id: 'network-invalid',
    severity: 'error',
    title: 'A network cannot be served as it is described',
    check: faultRule('network-invalid'),
    bad: network('"mode": "dhcp", "subnet": "10.78.0.0/24", "ranges": ["10.77.0.100-10.77.0.200"]'),
    good: network('"mode": "dhcp", "subnet": "10.78.0.0/24", "ranges": ["10.78.0.100-10.78.0.200"]'),
  },
  {
    id: 'network-overlap',
    severity: 'error',
    title: 'Two networks are for the same packets',
    check: networkOverlapRule,
    bad: network('"mode": "proxy", "subnet": "10.77.0.128/25"'),
    good: network('"mode": "proxy", "subnet": "10.77.1.0/24"'),
  },
  {
    id: 'network-router',
    severity: 'warning',
    title: 'A router is outside of its network’s subnet',
    check: networkRouterRule,
    bad: network('"mode": "proxy", "subnet": "10.78.0.0/24", "routers": ["10.77.0.254"]'),
    good: network('"mode": "proxy", "subnet": "10.78.0.0/24", "routers": ["10.78.0.254"]'),
  },
  {
    id: 'netboot-address',
    severity: 'warning',
    title: 'The address that a group reserves can be given to nobody',
    check: netbootAddressRule,
    bad: reservation('10.99.0.7'),
    good: reservation('10.77.0.7'),
  },
];
