/** What the cases check about a machine's report. */
import assert from 'node:assert/strict';
import type { Report } from '../../tools/vm/qemu.ts';
import type { Site } from './site.ts';

/** The text of a block that the guest must have reported. */
export function reported(report: Report, name: string): string {
  const content = report.blocks.get(name);
  assert.ok(content, `the machine did not report ${name}; it reported ${[...report.blocks.keys()].join(', ')}`);
  return content.toString();
}

/** The machine's body of an endpoint is, byte for byte, what an HTTP client gets from the same URL. Answers the text. */
export async function assertSameBody(site: Site, report: Report, name: string): Promise<string> {
  const url = reported(report, `url:${name}`);
  const machine = report.blocks.get(`body:${name}`);
  assert.ok(machine, `the machine reported no body for ${url}`);
  const here = await site.get(url);
  assert.equal(here.status, 200, `${url} answers ${here.status} here`);
  assert.equal(here.headers['content-length'], String(here.body.length), `Content-Length of ${url}`);
  assert.ok(here.body.length > 0, `${url} answers an empty body`);
  assert.deepEqual(machine, here.body, `${url}: the machine got\n${machine}\nand a client here\n${here.body}`);
  return machine.toString();
}

/** The log has all of `wanted`, in this order. */
export function assertInOrder(what: string, log: string, wanted: readonly string[]): void {
  let from = 0;
  for (const part of wanted) {
    const at = log.indexOf(part, from);
    assert.ok(at >= 0, `${what} does not have ${JSON.stringify(part)} where it should; it says\n${log.slice(-4000)}`);
    from = at + part.length;
  }
}
