/** Requests for a target, as bytes: one, or where `{machine}` stands in it one of each of ten thousand machines; `{machine:500}`: of 500. */

const machines = 10_000;

export function requestsFor(target: string): readonly Buffer[] {
  const [mark, count] = /\{machine(?::(\d+))?\}/.exec(target) ?? [];
  if (mark === undefined) return [requestOf(target)];
  return Array.from({ length: Number(count ?? machines) }, (_, i) => requestOf(target.replace(mark, macOf(i))));
}

function requestOf(asked: string): Buffer {
  return Buffer.from(`GET ${asked} HTTP/1.1\r\nHost: boot.example.test\r\nUser-Agent: bench\r\n\r\n`);
}

/** As `writeData` names them. */
function macOf(i: number): string {
  const hex = i.toString(16).padStart(6, '0');
  return `52-54-00-${hex.slice(0, 2)}-${hex.slice(2, 4)}-${hex.slice(4)}`;
}
