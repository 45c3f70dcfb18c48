/**
 * The sockets that a supervisor opened and handed over: systemd's protocol (`sd_listen_fds(3)`), which others speak, too.
 * The one place that reads `LISTEN_FDS`, for TCP and UDP alike.
 */
import { fstatSync } from 'node:fs';

/** What a socket is for, as `FileDescriptorName=` of a socket unit says; and whether there may be several of the kind. */
const sockets = {
  http: { several: false },
  https: { several: false },
  grpc: { several: false },
  admin: { several: false },
  ui: { several: false },
  dhcp: { several: false },
  pxe: { several: false },
  tftp: { several: false },
} as const satisfies Readonly<Record<string, { readonly several: boolean }>>;

export type SocketName = keyof typeof sockets;

export const socketNames = Object.keys(sockets) as readonly SocketName[];

export interface InheritedSockets {
  /** The file descriptors of that name, in the order of the supervisor. */
  all(name: SocketName): readonly number[];
  /** The first of them. */
  one(name: SocketName): number | undefined;
}

/** `what` is for the log of a server that does not start. */
export class InheritedSocketsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InheritedSocketsError';
  }
}

export const noSockets: InheritedSockets = { all: () => [], one: () => undefined };

/** systemd's first descriptor (`SD_LISTEN_FDS_START`). */
const firstDescriptor = 3;
const variables = ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES', 'LISTEN_PIDFDID'] as const;
/** More sockets than there are names times address families would be a mistake. */
const maxSockets = 64;

/**
 * Reads the variables and takes them out of `env`, so that no child believes that they are its own.
 * @param isSocket whether a descriptor is an open socket
 * @throws InheritedSocketsError for a name that nobody knows or that stands twice, and for a descriptor that is no socket
 */
export function takeInheritedSockets(
  env: Record<string, string | undefined>,
  pid: number,
  isSocket: (descriptor: number) => boolean = isOpenSocket,
): InheritedSockets {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = env;
  for (const variable of variables) delete env[variable];
  // Variables of another process are what it forgot to take away.
  if (LISTEN_FDS === undefined || LISTEN_PID !== String(pid)) return noSockets;
  const count = Number(LISTEN_FDS);
  if (!/^\d+$/.test(LISTEN_FDS) || count > maxSockets) {
    throw new InheritedSocketsError(`LISTEN_FDS: found ${JSON.stringify(LISTEN_FDS)}, wanted a number of sockets`);
  }
  const names = namesOf(LISTEN_FDNAMES, count);
  const byName = new Map<SocketName, number[]>();
  for (const [at, name] of names.entries()) {
    const descriptor = firstDescriptor + at;
    if (!isSocket(descriptor)) {
      throw new InheritedSocketsError(`LISTEN_FDS: file descriptor ${descriptor} (${name}) is no socket`);
    }
    const others = byName.get(name) ?? [];
    if (others.length > 0 && !sockets[name].several) {
      throw new InheritedSocketsError(
        `LISTEN_FDNAMES: found several sockets of the name ${name}, wanted one; ListenStream=8080 alone serves IPv4 and IPv6`,
      );
    }
    byName.set(name, [...others, descriptor]);
  }
  const all = (name: SocketName) => byName.get(name) ?? [];
  return { all, one: (name) => all(name)[0] };
}

/** Without names, or with systemd's `unknown`, a single socket is the one that machines ask. */
function namesOf(text: string | undefined, count: number): readonly SocketName[] {
  const found = text === undefined || text === '' ? [] : text.split(':');
  if (count === 1 && (found[0] ?? 'unknown') === 'unknown') return ['http'];
  const wanted = `wanted FileDescriptorName= of each to be one of ${socketNames.join(', ')}`;
  if (found.length !== count) {
    throw new InheritedSocketsError(`LISTEN_FDNAMES: found ${found.length} names for ${count} sockets, ${wanted}`);
  }
  return found.map((name) => {
    const known = socketNames.find((each) => each === name);
    if (known === undefined)
      throw new InheritedSocketsError(`LISTEN_FDNAMES: found ${JSON.stringify(name)}, ${wanted}`);
    return known;
  });
}

function isOpenSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}
