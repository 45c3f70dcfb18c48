/** What a view shows, as a command to copy: for a ticket, a script, or a look without this page. */
import { shellWord } from './machine-query.ts';

const nouns: Readonly<Record<string, string>> = { groups: 'group', profiles: 'profile', networks: 'network' };

/** @param kind a folder of the data directory */
export function listCommand(kind: string): string {
  return `bootcmd ${nouns[kind] ?? kind} list`;
}

export function showCommand(kind: string, name: string): string {
  const noun = nouns[kind];
  return noun === undefined
    ? `bootcmd ${kind} show ${shellWord(name)}`
    : `bootcmd ${noun} describe ${shellWord(name)} -o json`;
}

/** @param file of the audit log, on the server's host */
export function auditCommand(file: string, lines: number): string {
  return `tail -n ${lines} ${shellWord(file)}`;
}

/** @param query as a machine sends it */
export function explainCommand(query: string): string {
  return `matchbox explain ${shellWord(query)}`;
}

export interface ImageChoice {
  readonly system: string;
  readonly channel: string;
  readonly architecture: string;
  /** '' for the newest. */
  readonly version: string;
}

/** Flatcar's site has boards where others have architectures. */
export function getCommand({ system, channel, architecture, version }: ImageChoice): string {
  const flag = system === 'flatcar' ? '--board' : '--arch';
  const words = ['matchbox', 'get', system, channel, version, flag, architecture];
  return words
    .filter((word) => word !== '')
    .map(shellWord)
    .join(' ');
}
