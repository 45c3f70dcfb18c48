// Tells in plain words what happens between a machine and the server, from the server's log and the machine's console.
import { parseBlocks } from '../vm/serial.js';

const INDENT = 10;
const TEXT_WIDTH = 79 - INDENT;

/** What a request means, by its path; `log` is the server's line about it, with its fields. */
const REQUESTS = [
  {
    path: /^\/boot\.ipxe$/,
    tell: () => 'iPXE gets the script that is the same for every machine: "say who you are, then ask for /ipxe".',
  },
  {
    path: /^\/ipxe$/,
    tell: ({ group, profile }) =>
      `The machine says who it is. The group "${group}" matches, and names the profile "${profile}": which kernel and initrd to load, with which arguments.`,
  },
  { path: /^\/assets\//, tell: ({ bytes, ms }) => `${formatBytes(bytes)} in ${(ms / 1000).toFixed(1)} s.` },
  {
    path: /^\/ignition$/,
    tell: ({ template, bytes }) =>
      `The system that booted fetches its configuration: ${template}, filled in for this machine and translated to Ignition, ${bytes} bytes.`,
  },
  {
    path: /^\/generic$/,
    tell: ({ template }) => `${template}, filled in for this machine: a script, which it runs.`,
  },
];

/** What the console shows, once each. */
const SIGNS = [
  {
    pattern: /^net0: (\d+\.\d+\.\d+\.\d+)\/[\s\S]*?^Filename: (\S+)\n/m,
    tell: ([, address, file]) => `DHCP: the machine gets the address ${address}, and the boot file ${file}.`,
  },
  { pattern: /Linux version (\S+)|@@up@@/, tell: () => 'The kernel has started.' },
];

/**
 * A listener for both sources.
 *
 * @param print takes one or more lines of text
 * @param now milliseconds since the machine was powered on
 * @returns `{ server(text), console(text), requests() }`: chunks as they come; `requests()` are those told, as
 * `{ path, status }`.
 */
export function createStory(print, now) {
  const requests = [];
  const pending = [...SIGNS];
  let consoleText = '';
  let logRest = '';
  return {
    server(chunk) {
      const lines = (logRest + chunk).split('\n');
      logRest = lines.pop();
      for (const line of lines) tellRequest(line);
    },
    console(chunk) {
      consoleText += chunk.replaceAll('\r', '');
      while (pending.length > 0) {
        const found = pending[0].pattern.exec(consoleText);
        if (!found) break;
        print(paragraph(now(), pending.shift().tell(found)));
      }
    },
    requests: () => requests,
  };

  function tellRequest(line) {
    const log = parseLine(line);
    const target = /^HTTP \S+ (\S+)/.exec(log?.msg ?? '')?.[1];
    if (target === undefined) return;
    const [path] = target.split('?');
    requests.push({ path, status: log.status });
    const request = log.msg.replace(/^HTTP /, '');
    print(stampOf(now()) + (request.length > TEXT_WIDTH ? `${request.slice(0, TEXT_WIDTH - 1)}…` : request));
    const known = REQUESTS.find((request) => request.path.test(path));
    const text =
      log.status >= 400
        ? `Answered with status ${log.status}: ${log.reason ?? 'not found'}${log.file ? ` (${log.file})` : ''}.`
        : (known?.tell(log) ?? `Answered with status ${log.status}.`);
    print(paragraph(undefined, text));
  }
}

/** The blocks of the console that the machine's own script wrote, as text. */
export function outputOfScript(consoleText) {
  return parseBlocks(consoleText)
    .filter(({ name }) => name === 'ran')
    .map(({ content }) => content.toString())
    .join('');
}

function parseLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** `  4.2 s ` in front of the first line, and every line at most 79 characters long, unless one word is longer. */
function paragraph(milliseconds, text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= TEXT_WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line, index) => stampOf(index === 0 ? milliseconds : undefined) + line).join('\n');
}

function stampOf(milliseconds) {
  return (milliseconds === undefined ? '' : `${(milliseconds / 1000).toFixed(1).padStart(6)} s`).padEnd(INDENT);
}

function formatBytes(bytes) {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}
