/** Network addresses as Go's net package takes them apart: `host:port`, and ports by number or name. */

export type HostPort =
  | { readonly host: string; readonly port: string }
  /** Go's words: `address 127.0.0.1: missing port in address`. */
  | { readonly fault: string };

/** As `net.SplitHostPort`: a host with colons stands in brackets, which are taken away. */
export function splitHostPort(address: string): HostPort {
  const fault = (reason: string): HostPort => ({ fault: addressFault(address, reason) });
  const colon = address.lastIndexOf(':');
  if (colon < 0) return fault('missing port in address');
  const isBracketed = address.startsWith('[');
  const end = address.indexOf(']');
  if (isBracketed && end < 0) return fault("missing ']' in address");
  if (isBracketed && end + 1 !== colon) {
    return fault(address[end + 1] === ':' ? 'too many colons in address' : 'missing port in address');
  }
  const [opened, closed] = isBracketed ? [1, end + 1] : [0, 0];
  const host = isBracketed ? address.slice(1, end) : address.slice(0, colon);
  if (!isBracketed && host.includes(':')) return fault('too many colons in address');
  if (address.includes('[', opened)) return fault("unexpected '[' in address");
  if (address.includes(']', closed)) return fault("unexpected ']' in address");
  return { host, port: address.slice(colon + 1) };
}

/** The names that Go knows without a file of services (lib/net: `services`). */
const tcpPorts: ReadonlyMap<string, number> = new Map([
  ['domain', 53],
  ['ftp', 21],
  ['ftps', 990],
  ['gopher', 70],
  ['http', 80],
  ['https', 443],
  ['imap2', 143],
  ['imap3', 220],
  ['imaps', 993],
  ['pop3', 110],
  ['pop3s', 995],
  ['smtp', 25],
  ['submissions', 465],
  ['ssh', 22],
  ['telnet', 23],
]);

/** As `net.LookupPort("tcp", …)`: nothing is port 0, which means any. @returns the port, or what is wrong in Go's words */
export function lookupTcpPort(port: string): number | { readonly fault: string } {
  if (!/^[+-]?\d*$/.test(port)) {
    return tcpPorts.get(port.toLowerCase()) ?? { fault: `lookup tcp/${port}: unknown port` };
  }
  const number = Number(port.replace(/^[+-]$/, '') || '0');
  return number >= 0 && number <= 65_535 ? Math.abs(number) : { fault: addressFault(port, 'invalid port') };
}

/** Quirk: an empty address is not named (net/net.go, AddrError.Error). */
function addressFault(address: string, reason: string): string {
  return address === '' ? reason : `address ${address}: ${reason}`;
}
