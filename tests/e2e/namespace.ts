/** A private Ethernet made of Linux network namespaces: one holds a bridge and the machine's tap, each host has its own. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Lifetime } from '../../tools/vm/lifetime.ts';

/** The tap that a virtual machine attaches to, in the namespace `lan.machineNamespace`. */
export const TAP = 'tap0';

let count = 0;

export interface Lan {
  readonly machineNamespace: string;
  /** The words to put before a command so that it runs on that host. */
  inHost(name: string): readonly string[];
}

/** Makes a network with one bridge and a host per entry of `hosts` (name → its addresses with prefix length). */
export function makeLan(lifetime: Lifetime, hosts: Readonly<Record<string, readonly string[]>>): Lan {
  const prefix = `matchbox-${process.pid}-${++count}`;
  const machineNamespace = `${prefix}-lan`;
  addNamespace(lifetime, machineNamespace);
  ip('-n', machineNamespace, 'link', 'add', 'br0', 'type', 'bridge', 'forward_delay', '0');
  ip('-n', machineNamespace, 'link', 'set', 'br0', 'up');
  ip('-n', machineNamespace, 'tuntap', 'add', 'dev', TAP, 'mode', 'tap');
  ip('-n', machineNamespace, 'link', 'set', TAP, 'master', 'br0', 'up');
  for (const [name, addresses] of Object.entries(hosts)) {
    const namespace = `${prefix}-${name}`;
    addNamespace(lifetime, namespace);
    ip('-n', machineNamespace, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    ip('-n', machineNamespace, 'link', 'set', name, 'master', 'br0', 'up');
    for (const address of addresses)
      ip('-n', namespace, 'addr', 'add', address, 'dev', 'eth0', ...(address.includes(':') ? ['nodad'] : []));
    ip('-n', namespace, 'link', 'set', 'eth0', 'up');
  }
  return { machineNamespace, inHost: (name) => inNamespace(`${prefix}-${name}`) };
}

/** The words to put before a command so that it runs in a namespace. */
export function inNamespace(namespace: string): readonly string[] {
  return ['ip', 'netns', 'exec', namespace];
}

/** Removes the namespaces of earlier runs that were killed. */
export function removeStaleNamespaces(): void {
  if (namespaceObstacle()) return;
  for (const [name, pid] of execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).matchAll(
    /^matchbox-(\d+)-\S+/gm,
  )) {
    if (!existsSync(`/proc/${pid}`)) ip('netns', 'del', name);
  }
}

/** Why namespaces cannot be made here, or undefined. */
export function namespaceObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root: run it with sudo';
  return undefined;
}

function addNamespace(lifetime: Lifetime, name: string): void {
  ip('netns', 'add', name);
  lifetime.defer(() => ip('netns', 'del', name));
  ip('-n', name, 'link', 'set', 'lo', 'up');
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}
