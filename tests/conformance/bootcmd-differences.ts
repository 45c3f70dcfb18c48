/** The intended differences from the recorded bootcmd, as rules that also judge cases nobody has seen. */
import { isDeepStrictEqual } from 'node:util';
import type { CommandContext, RecordedCommand } from './bootcmd/replay.ts';
import { firstOf, type Rule } from './recorded.ts';

/** Sections of the help that only ours has: a title, then indented lines, then an empty one. */
const additions = /Additional (Commands|Flags):\n( {2}.*\n)+\n/g;

export const rules: readonly Rule<CommandContext>[] = [
  {
    name: 'bootcmd-help',
    row: '`bootcmd` has more commands and flags',
    reason: 'they are listed in sections of their own, the rest is the same to the letter',
    applies: ({ actual }) => /Additional (Commands|Flags):\n/.test(actual.stdout + actual.stderr),
    objection: ({ line, fill, actual }) =>
      firstOf(
        actual.exitCode !== line.expect.exit_code && `exit code ${actual.exitCode}`,
        ...(['stdout', 'stderr'] as const).map((name) => {
          const rest = `${actual[name]}\n`.replace(additions, '').slice(0, -1);
          return rest !== fill(line.expect[name]) && `without what is added, ${name} is ${JSON.stringify(rest)}`;
        }),
      ),
  },
  {
    name: 'bootcmd-fails',
    row: '`bootcmd` failures',
    reason: 'exit code 0 without a word, a panic and waiting for ever help nobody',
    applies: ({ line }) => isSilentFailure(line) || isHang(line),
    objection: ({ actual }) =>
      firstOf(
        actual.exitCode !== 1 && `exit code ${actual.exitCode}, not 1`,
        actual.stdout !== '' && `stdout ${JSON.stringify(actual.stdout)}`,
        !/^Error: {2}\S.{20,}\n$/.test(actual.stderr) && `stderr ${JSON.stringify(actual.stderr)}`,
        Object.keys(actual.files ?? {}).length > 0 && 'files were changed',
      ),
  },
  {
    name: 'bootcmd-warns',
    row: '`bootcmd group create` with a profile that is not there',
    reason: 'a group of a profile that is not there gives machines nothing, and whoever creates it is told',
    applies: ({ line, actual }) =>
      (line.args[1]?.startsWith('cr') ?? false) && /^warning: there is no profile "/.test(actual.stderr),
    objection: ({ line, fill, actual }) =>
      firstOf(
        actual.exitCode !== line.expect.exit_code && `exit code ${actual.exitCode}`,
        actual.stdout !== fill(line.expect.stdout) && `stdout ${JSON.stringify(actual.stdout)}`,
        line.expect.stderr !== '' && `stderr ${JSON.stringify(actual.stderr)}`,
        !isDeepStrictEqual(actual.files, line.expect.files) && 'other files were changed',
      ),
  },
  {
    name: 'bootcmd-no-panic',
    row: '`bootcmd` failures',
    reason: 'a profile without a boot section is no reason to crash',
    applies: ({ line }) => line.expect.stderr.startsWith('panic: '),
    objection: ({ line, actual }) =>
      firstOf(
        actual.exitCode !== 0 && `exit code ${actual.exitCode}`,
        actual.stderr !== '' && `stderr ${JSON.stringify(actual.stderr)}`,
        !actual.stdout.split('\n').some((row) => row.split('\t')[0] === line.args[2]) &&
          `no row for it: ${actual.stdout}`,
      ),
  },
];

/** A describe that printed its head and no row, and a create that printed nothing because of an argument too many. */
function isSilentFailure({ args, expect }: RecordedCommand): boolean {
  if (expect.exit_code !== 0 || expect.stderr !== '') return false;
  const [, verb] = args;
  if (verb?.startsWith('desc')) return /^ID\t[^\n]*\n$/.test(expect.stdout);
  return (verb?.startsWith('cr') ?? false) && expect.stdout === '' && hasExtraArgument(args);
}

function hasExtraArgument(args: readonly string[]): boolean {
  const rest = args.slice(2);
  for (let at = 0; at < rest.length; at++) {
    if (!rest[at]?.startsWith('-')) return true;
    if (!rest[at]?.includes('=')) at++;
  }
  return false;
}

function isHang({ expect }: RecordedCommand): boolean {
  return expect.timed_out === true;
}
