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
    name: 'completion',
    summary: 'print a script that completes commands in bash, zsh or fish',
    load: async () => (await import('./completion/completion.ts')).completionCommand,
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
    name: 'init',
    summary: 'make a data directory to start from',
    load: async () => (await import('./init/init.ts')).initCommand,
  },
  {
    name: 'machines',
    summary: 'show the machines of a running server and give them orders',
    load: async () => (await import('./machines/machines.ts')).machinesCommand,
  },
  {
    name: 'migrate',
    summary: 'convert Container Linux Config and Ignition spec 2 to Butane',
    load: async () => (await import('./migrate/migrate.ts')).migrateCommand,
  },
  {
    name: 'netboot',
    summary: 'check whether machines can boot from this host, and what they would get',
    load: async () => (await import('./netboot/netboot.ts')).netbootCommand,
  },
  {
    name: 'render',
    summary: 'print the answer that a machine would get',
    load: async () => (await import('./render/render.ts')).renderCommand,
  },
  {
    name: 'store',
    summary: 'prepare a store that several servers share, and move data in and out',
    load: async () => (await import('./store/store.ts')).storeCommand,
  },
  {
    name: 'supervise',
    summary: 'serve machines, and change versions without refusing one',
    load: async () => (await import('./supervise/supervise.ts')).superviseCommand,
  },
  {
    name: 'test',
    summary: 'hold what machines get against what test files expect',
    load: async () => (await import('./test/test.ts')).testCommand,
  },
  {
    name: 'users',
    summary: 'say who may sign in to the web page',
    load: async () => (await import('./users/users.ts')).usersCommand,
  },
  {
    name: 'validate',
    summary: 'check a data directory before a machine meets its faults',
    load: async () => (await import('./validate/validate.ts')).validateCommand,
  },
  {
    name: 'version',
    summary: 'print the version, the commit and what runs it',
    load: async () => (await import('./version/version.ts')).versionCommand,
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
  ${program} [flags]            serve machines (${program} --help lists the flags)
  ${program} COMMAND [args]

Commands:
${lines.join('')}`;
}
