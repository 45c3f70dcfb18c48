// `matchbox migrate`: Container Linux Config and Ignition spec 2 as Butane, with what could not be carried over.
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type MigrateOptions, type Migration, type MigrationVariant, migrate } from '@matchbox/butane';
import { systemMessage } from '@matchbox/gotext';
import { argumentFault } from '../argument-fault.ts';
import type { Command, CommandContext } from '../command.ts';
import { sayUsageFault } from '../command-error.ts';
import { withTwoDashes } from '../data-flags.ts';

const usage = `Usage: matchbox migrate [flags] FILE...

Writes Container Linux Configs and Ignition configs of spec 2 as Butane. Go
templates stay templates. What could not be carried over is told on stderr, with
the line of the old file; nothing is left out silently.

The new text of one FILE is printed; with -output any number are written.

  -mount NAME=/PATH   where the filesystem NAME is mounted in the running system,
                      where the old config does not say; may be repeated
  -output DIR         write DIR/NAME.bu for each FILE; nothing is overwritten
  -variant NAME       flatcar or fcos (default flatcar)

Exit code: 0 everything was carried over; 1 something was not, or a FILE is
neither of the two; 2 wrong usage.

Examples:
  matchbox migrate ignition/worker.yaml > worker.bu
  matchbox migrate -variant fcos -output new ignition/*.yaml
`;

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'convert Container Linux Config and Ignition spec 2 to Butane',
  run: runMigrate,
};

const flags = {
  mount: { type: 'string', multiple: true },
  output: { type: 'string', short: 'o' },
  variant: { type: 'string' },
} as const;

const variants: readonly MigrationVariant[] = ['flatcar', 'fcos'];

interface Wanted {
  readonly files: readonly string[];
  readonly output: string | undefined;
  readonly options: MigrateOptions;
}

async function runMigrate(args: readonly string[], context: CommandContext): Promise<number> {
  if (args.some((arg) => /^--?h(elp)?$/.test(arg))) {
    context.stdout.write(usage);
    return 0;
  }
  const wanted = readArguments(args);
  if (typeof wanted === 'string') {
    return sayUsageFault('matchbox migrate', wanted, context);
  }
  let isWhole = true;
  for (const file of wanted.files) isWhole = (await migrateFile(file, wanted, context)) && isWhole;
  return isWhole ? 0 : 1;
}

/** @returns what is wrong with the arguments */
function readArguments(args: readonly string[]): Wanted | string {
  try {
    const { values, positionals } = parseArgs({ args: withTwoDashes(args), options: flags, allowPositionals: true });
    const variant = variants.find((name) => name === (values.variant ?? 'flatcar'));
    if (variant === undefined) return `-variant is ${JSON.stringify(values.variant)}; wanted ${variants.join(' or ')}`;
    const mounts: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const mount of values.mount ?? []) {
      const [, name, path] = /^([^=]+)=(\/.*)$/.exec(mount) ?? [];
      if (name === undefined || path === undefined) return `-mount is ${JSON.stringify(mount)}; wanted NAME=/PATH`;
      mounts[name] = path === '/' ? '' : path.replace(/(?<=.)\/$/, '');
    }
    if (positionals.length === 0) return 'which FILE?';
    if (positionals.length > 1 && values.output === undefined) return 'several files need -output DIR';
    return { files: positionals, output: values.output, options: { variant, mounts } };
  } catch (error) {
    if (error instanceof TypeError) return argumentFault(error, Object.keys(flags));
    throw error;
  }
}

/** @returns whether everything was carried over */
async function migrateFile(file: string, { output, options }: Wanted, context: CommandContext): Promise<boolean> {
  const fail = (message: string): boolean => {
    context.stderr.write(`${message}\n`);
    return false;
  };
  let source: Uint8Array;
  try {
    source = await readFile(resolve(context.workingDirectory, file));
  } catch (error) {
    return fail(`${file}: ${systemMessage(error)}`);
  }
  const made = migrate(source, options);
  if ('error' in made) {
    const { line, column } = made.place ?? { line: 1, column: 1 };
    return fail(`${file}:${line}:${column}: ${made.error}`);
  }
  context.stderr.write(describeNotes(file, made));
  const isWhole = made.notes.every(({ kind }) => kind !== 'lost');
  if (output === undefined) {
    context.stdout.write(made.butane);
    return isWhole;
  }
  const path = join(output, `${basename(file).replace(/\.(?:ya?ml|ign|ignition|json|tmpl|ya?ml\.tmpl)$/, '')}.bu`);
  try {
    await writeFile(resolve(context.workingDirectory, path), made.butane, { flag: 'wx' });
  } catch (error) {
    return fail(`${path}: ${systemMessage(error)}`);
  }
  context.stderr.write(`${file} → ${path}\n`);
  return isWhole;
}

/** `ignition/worker.yaml:12:5: lost: unknown key frob (storage.files.0.frob)` */
function describeNotes(file: string, { notes }: Extract<Migration, { butane: string }>): string {
  return notes
    .map(({ kind, path, line, column, message }) => {
      const where = path.length === 0 ? '' : ` (${path.join('.')})`;
      return `${file}:${line}:${column}: ${kind}: ${message}${where}\n`;
    })
    .join('');
}
