/** What stands in recorded arguments, variables and texts for things that differ from run to run. */
import { freePort } from '../../tools/ports.ts';

/** By the name in the braces: `{addr}`. */
export type Placeholders = Readonly<Record<string, string>>;

/** @param dir the working copy */
export async function newPlaceholders(dir: string, more: Placeholders = {}): Promise<Placeholders> {
  const [port, rpcPort, badPort] = [await freePort(), await freePort(), await freePort()];
  return {
    dir,
    data: `${dir}/data`,
    addr: `127.0.0.1:${port}`,
    port: `${port}`,
    rpcaddr: `127.0.0.1:${rpcPort}`,
    rpcport: `${rpcPort}`,
    badaddr: `127.0.0.1:${badPort}`,
    badport: `${badPort}`,
    ...more,
  };
}

/** Puts what is known in its place and leaves all else in braces as it is. */
export function fill(text: string, placeholders: Placeholders): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => placeholders[name] ?? whole);
}

/** The values of a table, filled. */
export function fillAll(
  texts: Readonly<Record<string, string>> = {},
  placeholders: Placeholders = {},
): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text, placeholders)]));
}
