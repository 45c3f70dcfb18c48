/** Why a port could not be bound, in words that help (an error's code alone helps nobody). */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** A socket that could not be opened; `cause` has the system's error. */
export class SocketError extends Error {
  readonly code: 'permission' | 'in_use' | 'no_address' | 'other';

  constructor(code: SocketError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SocketError';
    this.code = code;
  }
}

const privileges =
  'ports below 1024 need a privilege: AmbientCapabilities=CAP_NET_BIND_SERVICE in a systemd unit, a socket unit that hands the port over, sysctl net.ipv4.ip_unprivileged_port_start=67, or root';

export async function explainBindError(error: unknown, address: string, port: number): Promise<SocketError> {
  const { code, message } = error as NodeJS.ErrnoException;
  const what = `cannot listen on UDP ${address}:${port}`;
  if (code === 'EACCES' || code === 'EPERM') {
    return new SocketError('permission', `${what}: permission denied; ${privileges}`, { cause: error });
  }
  if (code === 'EADDRINUSE') {
    const holders = await portHolders(port);
    const by = holders.length > 0 ? ` by ${holders.join(', ')}` : ' by another program (ss -lunp shows which)';
    return new SocketError('in_use', `${what}: the port is in use${by}`, { cause: error });
  }
  if (code === 'EADDRNOTAVAIL') {
    return new SocketError('no_address', `${what}: no interface of this machine has the address`, { cause: error });
  }
  return new SocketError('other', `${what}: ${message}`, { cause: error });
}

/** The inodes of the sockets bound to a UDP port, in the text of /proc/net/udp. */
export function inodesOfPort(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`))
    .flatMap((fields) => fields[9] ?? []);
}

/** `dnsmasq (pid 812)` for each process that has the port; empty where that cannot be seen. */
export async function portHolders(port: number): Promise<readonly string[]> {
  const tables = await Promise.all(
    ['udp', 'udp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  const links = new Set(tables.flatMap((table) => inodesOfPort(table, port)).map((inode) => `socket:[${inode}]`));
  if (links.size === 0) return [];
  const holders: string[] = [];
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    if (Number(pid) !== process.pid && (await holds(pid, links))) holders.push(`${await nameOf(pid)} (pid ${pid})`);
  }
  return holders;
}

async function holds(pid: string, links: ReadonlySet<string>): Promise<boolean> {
  for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const link = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    if (links.has(link)) return true;
  }
  return false;
}

async function nameOf(pid: string): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?')).trim();
}
