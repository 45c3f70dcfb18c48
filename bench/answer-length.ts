/** How long an answer is, by its head: every answer to the same target has the same length, so one look is enough. */

/** @param chunk the beginning of an answer, its head whole; ends the process where it is no 200 with a length */
export function answerLength(chunk: Buffer): number {
  const text = chunk.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(text.slice(0, end));
  if (!/^HTTP\/1\.1 200/.test(text) || !length) {
    console.error(`not a 200 with a length: ${text.slice(0, 200)}`);
    process.exit(1);
  }
  return end + 4 + Number(length[1]);
}
