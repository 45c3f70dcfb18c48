/** Ports of loopback that nobody listens on. */
import { freePort } from '../../tools/ports.ts';

/** None is found twice. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
