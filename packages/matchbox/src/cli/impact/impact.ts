/** `matchbox impact`: what would change for which machines if another version of the data directory took its place. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { comparePart, impactOf, isImpact } from '../../foresight/impact/impact.ts';
import { machinesOf } from '../../foresight/impact/machines.ts';
import { packSnapshot } from '../../foresight/packed-snapshot.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes, runWithOptions } from '../command-error.ts';
import { inThreads } from '../in-threads.ts';
import { ImpactError } from './error.ts';
import { formatJson } from './format-json.ts';
import { formatMarkdown } from './format-markdown.ts';
import { formatText } from './format-text.ts';
import { type MachineList, readMachineList } from './machine-list.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { showProgress } from './progress.ts';
import { openVersions } from './versions.ts';
import type { Report } from './words.ts';

/** A year of a large site's log. */
const maxListBytes = 256 * 1024 * 1024;
/** Beyond this a line gets hard to read. */
const maxWidth = 120;

export const impactCommand: Command = {
  name: 'impact',
  summary: 'tell what a change would change for which machines',
  run: runWithOptions({ command: 'matchbox impact', usage, parse: parseOptions, work: printReport }),
};

async function printReport(options: Options, context: CommandContext): Promise<number> {
  const report = await makeReport(options, context);
  context.stdout.write(format(options, report, context));
  return isImpact(report.impact) ? exitCodes.differs : exitCodes.done;
}

async function makeReport(options: Options, context: CommandContext): Promise<Report> {
  const listed = await readMachines(options.machines, context);
  for (const note of listed.notes) context.stderr.write(`note: ${note}\n`);
  const versions = await openVersions(options, context);
  const [before, after] = [versions.before.snapshot, versions.after.snapshot];
  const progress = showProgress(context);
  try {
    const machines = machinesOf(before, after, listed.queries);
    const parts = await inThreads(context, {
      total: machines.length,
      partOf: ({ from, to }) => ({
        work: 'compare',
        before: packSnapshot(before),
        after: packSnapshot(after),
        machines: machines.slice(from, to),
      }),
      here: ({ from, to }) => {
        const options = { gzip: context.data?.gzip, pause: progress.pause };
        return comparePart(before, after, machines.slice(from, to), options);
      },
    });
    return { impact: impactOf(before, after, parts), versions, diffs: options.diffs };
  } finally {
    progress.close();
  }
}

async function readMachines(file: string | undefined, context: CommandContext): Promise<MachineList> {
  if (file === undefined) return { queries: [], notes: [] };
  const name = file === '-' ? 'standard input' : file;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-'
      ? context.stdin
      : createReadStream(resolve(context.workingDirectory, file))) {
      size += chunk.length;
      if (size > maxListBytes) {
        throw new ImpactError('bad_machines', `${name} has more than ${maxListBytes} bytes; wanted a shorter list`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ImpactError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ImpactError('bad_machines', `cannot read the machines of ${name}: ${why}`, { cause: error });
  }
  return readMachineList(Buffer.concat(chunks), name);
}

function format({ output }: Options, report: Report, { stdout, env }: CommandContext): string {
  if (output === 'json') return formatJson(report);
  if (output === 'markdown') return formatMarkdown(report);
  // A terminal that does not know its width says 0.
  const width = Math.min(stdout.columns || 80, maxWidth);
  return formatText(report, { width, color: stdout.isTerminal && !env.NO_COLOR });
}
