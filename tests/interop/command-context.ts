/** What a command sees of the world, with its output kept. */
export function createCommandContext(workingDirectory: string) {
  const output = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    isTerminal: false,
    write: (chunk: string | Uint8Array) => {
      output[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    },
  });
  const context = {
    stdin: (async function* () {})(),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: {},
    workingDirectory,
    signal: new AbortController().signal,
  };
  return { context, output };
}
