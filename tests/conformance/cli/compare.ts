/**
 * Compares what a command line did with what was recorded.
 *
 * Differences that are always intended: our own flags stand in the usage too; the server says at its start what is in force;
 * a request's line says more than upstream's, and what upstream says in further lines about a request; a server that is told
 * to stop exits with 0.
 */
import { serverFlags } from 'matchbox/tables';
import { parseLine } from '../http/log.ts';
import { fill } from '../placeholders.ts';
import type { CliOutcome, RecordedCommandLine } from './run.ts';

/** An intended difference: where it applies, and what is wrong with what ours does. */
interface CliRule {
  readonly name: string;
  readonly applies: (recorded: RecordedCommandLine, outcome: CliOutcome) => boolean;
  readonly objection: (outcome: CliOutcome, recorded: RecordedCommandLine) => string | undefined;
}

/** Intended differences of single situations, by what upstream accepts and we refuse. */
const rules: readonly CliRule[] = [
  {
    name: 'CA file without a certificate',
    applies: ({ args }, { stderr }) => args.some((arg) => /^-ca-file=/.test(arg)) && /level=fatal/.test(stderr),
    objection: ({ exitCode, stderr }) =>
      exitCode === 1 && /certificate/i.test(lastLine(stderr))
        ? undefined
        : 'it has to say what is wrong with the CA file',
  },
  {
    name: 'key ring without a private key',
    applies: ({ args }, { stderr }) => args.some((arg) => /^-key-ring-path=/.test(arg)) && /level=fatal/.test(stderr),
    objection: ({ exitCode, stderr }) =>
      exitCode === 1 && /private key/i.test(lastLine(stderr))
        ? undefined
        : 'it has to say that no private key is there',
  },
];

/** What people read at a terminal is for people here; the exit code and the first line are the original's. */
const forPeople: readonly CliRule[] = [
  {
    name: '`--help` is an overview on standard output',
    applies: ({ args, expect }) => args.includes('--help') && expect.stderr.startsWith('Usage of '),
    objection: ({ exitCode, stdout, stderr }, { expect }) => {
      const names = [...expect.stderr.matchAll(/^ {2}-([\w-]+)/gm)].map(([, name = '']) => name);
      const missing = names.filter((name) => !new RegExp(`^  -${name}( |$)`, 'm').test(stdout));
      return exitCode === 0 && stderr === '' && stdout.includes('\nCommands:\n') && missing.length === 0
        ? undefined
        : `it has to show the commands and the flags; missing are ${missing.join(', ')}`;
    },
  },
  {
    name: 'a wrong flag gets its line and a hint, not the whole usage',
    applies: ({ expect }) => expect.exit_code === 2 && expect.stderr.includes('\nUsage of '),
    objection: ({ exitCode, stdout, stderr }, { expect }) => {
      const lines = stderr.trimEnd().split('\n');
      return exitCode === 2 && stdout === '' && lines[0] === expect.stderr.split('\n')[0] && lines.length === 2
        ? undefined
        : 'it has to say the original’s first line, and one more';
    },
  },
];

/** The original reads RSA keys only; here a ring of any common type signs. */
const newerKey: CliRule = {
  name: 'key type that the original does not know',
  applies: ({ expect }) => /unsupported feature: public key type/.test(expect.stderr),
  objection: ({ stderr }) =>
    /Starting matchbox HTTP server/.test(stderr) && !/level=fatal/.test(stderr) ? undefined : 'it has to start',
};

export function faultsOf(
  recorded: RecordedCommandLine,
  outcome: CliOutcome,
): { readonly faults: string[]; readonly rule?: string } {
  const faults = plainFaults(recorded, outcome);
  if (newerKey.applies(recorded, outcome) && newerKey.objection(outcome, recorded) === undefined)
    return { faults: [], rule: newerKey.name };
  if (faults.length === 0) return { faults };
  const applicable = recorded.expect.exit_code >= 0 ? forPeople : rules;
  const rule = applicable.find(
    (each) => each.applies(recorded, outcome) && each.objection(outcome, recorded) === undefined,
  );
  return rule ? { faults: [], rule: rule.name } : { faults };
}

function plainFaults({ expect, free = [], probe }: RecordedCommandLine, outcome: CliOutcome): string[] {
  const faults: string[] = [];
  const stopped = expect.exit_code < 0 && (outcome.exitCode === 0 || outcome.signal !== null);
  if (!stopped && outcome.exitCode !== expect.exit_code) {
    faults.push(`exit code: got ${outcome.exitCode ?? outcome.signal}, want ${expect.exit_code}`);
  }
  if (!free.includes('stdout') && outcome.stdout !== fill(expect.stdout, outcome.values)) {
    faults.push(`stdout: got ${JSON.stringify(outcome.stdout)}, want ${JSON.stringify(expect.stdout)}`);
  }
  if (free.includes('stdout') && outcome.stdout.trim() === '') faults.push('stdout: got nothing, want something');
  if (!free.includes('stderr'))
    faults.push(...stderrFaults(fill(expect.stderr, outcome.values), withoutOwnFlags(outcome.stderr)));
  if (probe) faults.push(...probeFaults(expect.probe, outcome.probe));
  return faults;
}

/** Lines in their order; the level and message of log lines, all of others. A debug line may come before its request's line. */
function stderrFaults(wanted: string, found: string): string[] {
  const want = linesOf(wanted);
  const got = linesOf(found).filter((line) => want.includes(line) || !startLines.has(line));
  const same = JSON.stringify([...got].sort()) === JSON.stringify([...want].sort());
  const early = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith('debug '));
  if (same && JSON.stringify(early(got)) === JSON.stringify(early(want))) return [];
  return [`stderr: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`];
}

/** What the server says of its data at its start, and upstream never. */
const startLines: ReadonlySet<string> = new Set([
  'info in force',
  'warning there are no groups: no machine gets anything',
  'warning a profile names assets that are not there',
  'warning more profiles name assets that are not there: matchbox validate lists them',
]);

function linesOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    if (!line.startsWith('time=')) return line;
    const { level, msg } = parseLine(line);
    return `${msg.startsWith('HTTP ') ? 'request' : level} ${msg}`;
  });
}

/** The usage without the entries of flags that upstream does not have. */
function withoutOwnFlags(text: string): string {
  const own = serverFlags.filter((flag) => 'added' in flag).map(({ name }) => name);
  return own.reduce<string>((left, name) => left.replace(new RegExp(`^  -${name}\\b.*\\n    \\t.*\\n`, 'm'), ''), text);
}

function probeFaults(wanted: RecordedCommandLine['expect']['probe'], found: CliOutcome['probe']): string[] {
  if (wanted === undefined) return ['no answer was recorded'];
  if (found === undefined) return ['the server did not come up'];
  const body = found.body.toString();
  return found.status === wanted.status && body === wanted.body
    ? []
    : [`probe: got ${found.status} ${JSON.stringify(body)}, want ${wanted.status} ${JSON.stringify(wanted.body)}`];
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
