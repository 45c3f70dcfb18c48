/** What a view shows, as a command to copy: for a ticket, a script, or a look without this page. */
import { shellWord } from './machine-query.ts';

/** What a stranger named may begin as a flag does: `--` says that it is none. */
function withOperand(words: string, operand: string, flags = ''): string {
  return operand.startsWith('-')
    ? `${words}${flags} -- ${shellWord(operand)}`
    : `${words} ${shellWord(operand)}${flags}`;
}

const nouns: Readonly<Record<string, string>> = { groups: 'group', profiles: 'profile', networks: 'network' };

/** @param kind a folder of the data directory */
export function listCommand(kind: string): string {
  return `bootcmd ${nouns[kind] ?? kind} list`;
}

export function showCommand(kind: string, name: string): string {
  const noun = nouns[kind];
  return noun === undefined
    ? withOperand(`bootcmd ${kind} show`, name)
    : withOperand(`bootcmd ${noun} describe`, name, ' -o json');
}

/** @param file of the audit log, on the server's host */
export function auditCommand(file: string, lines: number): string {
  return withOperand(`tail -n ${lines}`, file);
}

/** @param query as a machine sends it */
export function explainCommand(query: string): string {
  return withOperand('matchbox explain', query);
}

/** @param query as machines are looked for; '' for all */
export function machinesCommand(query: string): string {
  return query === '' ? 'bootcmd machine list' : withOperand('bootcmd machine list', query);
}

/** By its id: what it calls itself others may, too. */
export function machineCommand(verb: 'show' | 'events', id: string): string {
  return withOperand(`bootcmd machine ${verb}`, id);
}

export function rolloutCommand(name: string): string {
  return withOperand('bootcmd rollout show', name);
}

/** @param query as a machine sends it */
export function curlCommand(url: string, query: string): string {
  return `curl ${shellWord(`${url}?${query}`)}`;
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
