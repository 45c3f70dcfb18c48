/** A network of its own for this process and the members of a cluster, in which one of them can be cut off from the others. */
import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { type EtcdMember, peerAddress } from '../etcd-server.ts';

/** Set in the namespace that main.ts has made. */
const mark = 'MATCHBOX_FAULTS_NAMESPACE';

export const namespaceVariable: Readonly<Record<string, string>> = { [mark]: '1' };

export function hasNamespace(): boolean {
  return process.env[mark] === '1';
}

/** @returns why there can be none; undefined when there can */
export function namespaceObstacle(): string | undefined {
  if (userInfo().uid !== 0) return 'not root';
  try {
    execFileSync('unshare', ['-n', '-m', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no network namespaces, or no ip';
  }
}

/** To be called once, in the namespace. */
export function prepareNamespace(): void {
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'ignore' });
  ip('link', 'set', 'lo', 'up');
  ip('addr', 'add', `${peerAddress}/32`, 'dev', 'lo');
  // Rules of ours have to come before the one that knows all local addresses.
  ip('rule', 'add', 'pref', '200', 'lookup', 'local');
  ip('rule', 'del', 'pref', '0');
}

/** What the member sends to the others is lost from now on, answers too. @returns mends it */
export function cutOff(member: EtcdMember): () => void {
  const rule = ['pref', '100', 'to', `${peerAddress}/32`, 'uidrange', `${member.uid}-${member.uid}`, 'blackhole'];
  execFileSync('ip', ['rule', 'add', ...rule]);
  return () => execFileSync('ip', ['rule', 'del', ...rule]);
}
