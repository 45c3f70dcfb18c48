/** Sockets that systemd or a launcher opened for us (sd_listen_fds): LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES. */

export interface InheritedSocket {
  readonly descriptor: number;
  /** `FileDescriptorName=` of the socket unit, or the unit's name. */
  readonly name: string;
}

/** The first descriptor that is handed over; 0 to 2 are the standard streams. */
const firstDescriptor = 3;
const maxSockets = 64;

/** Empty when the variables are absent, malformed, or meant for another process. */
export function inheritedSockets(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly InheritedSocket[] {
  const { LISTEN_PID: forPid, LISTEN_FDS: count = '', LISTEN_FDNAMES: names = '' } = environment;
  if (forPid !== undefined && forPid !== String(pid)) return [];
  if (!/^\d{1,2}$/.test(count) || Number(count) > maxSockets) return [];
  const named = names.split(':');
  return Array.from({ length: Number(count) }, (_, index) => ({
    descriptor: firstDescriptor + index,
    name: named[index] ?? '',
  }));
}
