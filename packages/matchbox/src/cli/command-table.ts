/** The subcommands of `matchbox`: name, summary, and where the code is; loaded when it is asked for. */
import type { Command } from './command.ts';

export interface CommandRow {
  readonly name: string;
  /** One line for `matchbox help`. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const commandTable: readonly CommandRow[] = [
  {
    name: 'butane',
    summary: 'translate a Butane config to Ignition',
    load: async () => (await import('./butane.ts')).butane,
  },
  {
    name: 'certs',
    summary: 'make, renew and show the certificates of the gRPC API',
    load: async () => (await import('./certs/certs.ts')).certsCommand,
  },
  {
    name: 'explain',
    summary: 'tell why a machine gets what it gets',
    load: async () => (await import('./explain/explain.ts')).explainCommand,
  },
  {
    name: 'get',
    summary: 'download and verify an operating system’s boot files',
    load: async () => (await import('./get/get.ts')).command,
  },
  {
    name: 'impact',
    summary: 'tell what a change would change for which machines',
    load: async () => (await import('./impact/impact.ts')).impactCommand,
  },
  {
    name: 'render',
    summary: 'print the answer that a machine would get',
    load: async () => (await import('./render/render.ts')).renderCommand,
  },
  {
    name: 'test',
    summary: 'hold what machines get against what test files expect',
    load: async () => (await import('./test/test.ts')).testCommand,
  },
  {
    name: 'validate',
    summary: 'check a data directory before a machine meets its faults',
    load: async () => (await import('./validate/validate.ts')).validateCommand,
  },
];

/** What `matchbox help` prints. */
export function formatOverview(program: string): string {
  const rows: readonly { readonly name: string; readonly summary: string }[] = [
    ...commandTable,
    { name: 'help', summary: 'show this overview, or with a command’s name its help' },
  ];
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `Usage:
  ${program} [flags]            serve machines (${program} -help lists the flags)
  ${program} COMMAND [args]

Commands:
${lines.join('')}`;
}
