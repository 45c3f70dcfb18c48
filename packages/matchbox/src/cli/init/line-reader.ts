/** Lines of a stream, as they are asked for. */

export interface LineReader {
  /** @returns undefined at the end */
  next(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Whoever types at a terminal does not type more. */
const maxLineBytes = 64 * 1024;

export function lineReader(stream: AsyncIterable<Uint8Array>): LineReader {
  const chunks = stream[Symbol.asyncIterator]();
  const decoder = new TextDecoder();
  let text = '';
  let ended = false;
  return {
    next: async () => {
      while (!text.includes('\n') && !ended && text.length < maxLineBytes) {
        const { value, done } = await chunks.next();
        ended = done === true;
        if (!ended) text += decoder.decode(value, { stream: true });
      }
      if (text === '' && ended) return undefined;
      const [line = ''] = text.split('\n', 1);
      text = text.slice(line.length + 1);
      return line;
    },
    close: async () => void (await chunks.return?.()),
  };
}
