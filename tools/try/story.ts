/** Tells in plain words what happens between a machine and the server, from the server's log and the machine's console. */
import { parseBlocks } from '../vm/serial.ts';

const INDENT = 10;
const TEXT_WIDTH = 79 - INDENT;

/** A line of the server's log about a request, or about a decision of network boot. */
interface RequestLine {
  readonly msg: string;
  readonly type?: string;
  readonly reply?: string;
  readonly address?: string;
  readonly status: number;
  readonly group?: string;
  readonly profile?: string;
  readonly template?: string;
  readonly reason?: string;
  readonly file?: string;
  readonly bytes: number;
  readonly ms: number;
}

/** A request that was told. */
interface ToldRequest {
  readonly path: string;
  readonly status: number;
}

/** Listens to both sources, in chunks as they come. */
export interface Story {
  server(chunk: string): void;
  console(chunk: string): void;
  /** Those told so far. */
  requests(): readonly ToldRequest[];
}

/** What a request means, by its path; `log` is the server's line about it, with its fields. */
const REQUESTS: readonly { readonly path: RegExp; readonly tell: (log: RequestLine) => string }[] = [
  {
    path: /^\/boot\.ipxe$/,
    tell: () => 'iPXE gets the script that is the same for every machine: "say who you are, then ask for /ipxe".',
  },
  {
    path: /^\/netboot\.ipxe$/,
    tell: ({ group, profile }) =>
      group === undefined
        ? 'iPXE gets the script that is the same for every machine: "say who you are, and show what was decided".'
        : tellChoice(group, profile),
  },
  { path: /^\/ipxe$/, tell: ({ group, profile }) => tellChoice(group, profile) },
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

function tellChoice(group: string | undefined, profile: string | undefined): string {
  return `The machine says who it is. The group "${group}" matches, and names the profile "${profile}": which kernel and initrd to load, with which arguments.`;
}

/** What the console shows, once each. */
const SIGNS: readonly { readonly pattern: RegExp; readonly tell: (found: RegExpExecArray) => string }[] = [
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
 */
export function createStory(print: (text: string) => void, now: () => number): Story {
  const requests: ToldRequest[] = [];
  const pending = [...SIGNS];
  let consoleText = '';
  let logRest = '';
  return {
    server(chunk: string) {
      const lines = (logRest + chunk).split('\n');
      logRest = lines.pop() ?? '';
      for (const line of lines) tellRequest(line);
    },
    console(chunk: string) {
      consoleText += chunk.replaceAll('\r', '');
      for (let sign = pending[0]; sign; sign = pending[0]) {
        const found = sign.pattern.exec(consoleText);
        if (!found) break;
        pending.shift();
        print(paragraph(now(), sign.tell(found)));
      }
    },
    requests: () => requests,
  };

  /** The system that was booted asks, too, and is offered nothing to boot. */
  function tellOffer({ address, file }: RequestLine): void {
    if (file === undefined) return;
    print(`${stampOf(now())}DHCP DISCOVER`);
    const offer = `Matchbox, the DHCP server of this network, offers the address ${address} and the boot file ${file}.`;
    print(paragraph(undefined, offer));
  }

  function tellRequest(line: string): void {
    const log = parseLine(line);
    if (log?.type === 'DISCOVER' && log.reply === 'OFFER') tellOffer(log);
    const target = /^HTTP \S+ (\S+)/.exec(log?.msg ?? '')?.[1];
    if (log === undefined || target === undefined) return;
    const [path = ''] = target.split('?');
    // Whether the server is up is asked before any machine is there.
    if (path === '/readyz') return;
    requests.push({ path, status: log.status });
    const request = log.msg.replace(/^HTTP /, '');
    print(stampOf(now()) + (request.length > TEXT_WIDTH ? `${request.slice(0, TEXT_WIDTH - 1)}…` : request));
    print(paragraph(undefined, meaningOf(path, log)));
  }
}

function meaningOf(path: string, log: RequestLine): string {
  if (log.status >= 400)
    return `Answered with status ${log.status}: ${log.reason ?? 'not found'}${log.file ? ` (${log.file})` : ''}.`;
  const known = REQUESTS.find((request) => request.path.test(path));
  return known?.tell(log) ?? `Answered with status ${log.status}.`;
}

/** The blocks of the console that the machine's own script wrote, as text. */
export function outputOfScript(consoleText: string): string {
  return parseBlocks(consoleText)
    .filter(({ name }) => name === 'ran')
    .map(({ content }) => content.toString())
    .join('');
}

function parseLine(line: string): RequestLine | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** `  4.2 s ` in front of the first line, and every line at most 79 characters long, unless one word is longer. */
function paragraph(milliseconds: number | undefined, text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= TEXT_WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line, index) => stampOf(index === 0 ? milliseconds : undefined) + line).join('\n');
}

function stampOf(milliseconds: number | undefined): string {
  return (milliseconds === undefined ? '' : `${(milliseconds / 1000).toFixed(1).padStart(6)} s`).padEnd(INDENT);
}

function formatBytes(bytes: number): string {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}
