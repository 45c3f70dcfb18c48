// Compares what a command line did with what was recorded.
//
// Differences that are always intended: our own flags stand in the usage too; a request's line says more than upstream's,
// and what upstream says in further lines about a request; a server that is told to stop exits with 0.
import { serverFlags } from '../../../packages/matchbox/dist/cli/flags.js';
import { parseLine } from '../http/log.js';

/** Intended differences of single situations, by what upstream accepts and we refuse. */
const rules = [
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

/** The original reads RSA keys only; here a ring of any common type signs. */
const newerKey = {
  name: 'key type that the original does not know',
  applies: ({ expect }) => /unsupported feature: public key type/.test(expect.stderr),
  objection: ({ stderr }) =>
    /Starting matchbox HTTP server/.test(stderr) && !/level=fatal/.test(stderr) ? undefined : 'it has to start',
};

/** @returns {{ faults: string[], rule?: string }} */
export function faultsOf(recorded, outcome) {
  const faults = plainFaults(recorded, outcome);
  if (newerKey.applies(recorded) && newerKey.objection(outcome) === undefined)
    return { faults: [], rule: newerKey.name };
  if (faults.length === 0 || recorded.expect.exit_code >= 0) return { faults };
  const rule = rules.find((each) => each.applies(recorded, outcome) && each.objection(outcome) === undefined);
  return rule ? { faults: [], rule: rule.name } : { faults };
}

function plainFaults({ expect, free = [], probe }, outcome) {
  const faults = [];
  const fill = (text) => text.replace(/\{(\w+)\}/g, (whole, name) => outcome.values[name] ?? whole);
  const stopped = expect.exit_code < 0 && (outcome.exitCode === 0 || outcome.signal !== null);
  if (!stopped && outcome.exitCode !== expect.exit_code) {
    faults.push(`exit code: got ${outcome.exitCode ?? outcome.signal}, want ${expect.exit_code}`);
  }
  if (!free.includes('stdout') && outcome.stdout !== fill(expect.stdout)) {
    faults.push(`stdout: got ${JSON.stringify(outcome.stdout)}, want ${JSON.stringify(expect.stdout)}`);
  }
  if (free.includes('stdout') && outcome.stdout.trim() === '') faults.push('stdout: got nothing, want something');
  if (!free.includes('stderr')) faults.push(...stderrFaults(fill(expect.stderr), withoutOwnFlags(outcome.stderr)));
  if (probe) faults.push(...probeFaults(expect.probe, outcome.probe));
  return faults;
}

/** Lines in their order; the level and message of log lines, all of others. A debug line may come before its request's line. */
function stderrFaults(wanted, found) {
  const got = linesOf(found);
  const want = linesOf(wanted);
  const same = JSON.stringify(got.toSorted()) === JSON.stringify(want.toSorted());
  const early = (lines) => lines.filter((line) => !line.startsWith('debug '));
  if (same && JSON.stringify(early(got)) === JSON.stringify(early(want))) return [];
  return [`stderr: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`];
}

function linesOf(text) {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    if (!line.startsWith('time=')) return line;
    const { level, msg } = parseLine(line);
    return `${msg.startsWith('HTTP ') ? 'request' : level} ${msg}`;
  });
}

/** The usage without the entries of flags that upstream does not have. */
function withoutOwnFlags(text) {
  const own = serverFlags.filter(({ added }) => added).map(({ name }) => name);
  return own.reduce((left, name) => left.replace(new RegExp(`^  -${name}\\b.*\\n    \\t.*\\n`, 'm'), ''), text);
}

function probeFaults(wanted, found) {
  if (found === undefined) return ['the server did not come up'];
  const body = found.body.toString();
  return found.status === wanted.status && body === wanted.body
    ? []
    : [`probe: got ${found.status} ${JSON.stringify(body)}, want ${wanted.status} ${JSON.stringify(wanted.body)}`];
}

function lastLine(text) {
  return text.trimEnd().split('\n').at(-1);
}
