/** What people call a machine: its host name, else the group that is its own, else what it is known by. */

interface Called {
  readonly name: string;
  readonly hostname: string;
  readonly group: string;
  readonly inbox: boolean;
}

export function titleOf({ name, hostname, group, inbox }: Called): string {
  return hostname === '' && !inbox && group !== '' ? group : name;
}
