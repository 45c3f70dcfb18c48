// `matchbox butane`: translates or checks a Butane config, in place of the `butane` command.

import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { formatPrettyReport, formatReport, type TranslateOptions, type Translation, translate } from '@matchbox/butane';
import { gzip, openFilesDirectory } from '@matchbox/butane/node';
import { errnoOf, systemMessage } from '@matchbox/gotext';
import { type ButaneArguments, butaneUsage, parseButaneArguments } from './butane-flags.ts';
import type { Command, CommandContext } from './command.ts';

/** The version of the `butane` command that this one stands in for. */
const butaneVersion = '0.29.0';

/** As long as this, a config is certainly a mistake. */
const longestConfigBytes = 64 * 1024 * 1024;

const program = 'matchbox butane';

export const butane: Command = {
  name: 'butane',
  summary: 'translate a Butane config to Ignition',
  run,
};

async function run(args: readonly string[], context: CommandContext): Promise<number> {
  const parsed = parseButaneArguments(args);
  if ('error' in parsed) {
    // Quirk: pflag says what is wrong before the help and once more after it (flag.go, failf and Parse).
    context.stderr.write(`${parsed.error}\n${butaneUsage(program)}${parsed.error}\n`);
    return 2;
  }
  for (const notice of parsed.notices) context.stderr.write(`${notice}\n`);
  const input = inputOf(parsed);
  if (input === undefined) {
    context.stderr.write(butaneUsage(program));
    return 2;
  }
  if (parsed.flags.has('help')) {
    context.stdout.write(butaneUsage(program));
    return 0;
  }
  if (parsed.flags.has('version')) {
    context.stdout.write(`Butane ${butaneVersion}\n`);
    return 0;
  }
  return translateInput(input, parsed, context);
}

/** The file to read, empty for the standard input; undefined if there are too many. */
function inputOf({ values, operands }: ButaneArguments): string | undefined {
  const named = values.get('input') ?? '';
  if (operands.length === 0) return named;
  return operands.length === 1 && named === '' ? operands[0] : undefined;
}

async function translateInput(input: string, parsed: ButaneArguments, context: CommandContext): Promise<number> {
  let source: Uint8Array;
  try {
    source = await readInput(input, context);
  } catch (error) {
    return failed(context, `failed to read ${input === '' ? '<stdin>' : input}: ${fileError('open', input, error)}`);
  }
  const { flags, values } = parsed;
  const filesDirectory = values.get('files-dir') ?? '';
  const options: TranslateOptions = {
    pretty: flags.has('pretty'),
    raw: flags.has('raw'),
    gzip,
    ...(filesDirectory === '' ? {} : { filesDirectory: openFilesDirectory(filesDirectory, context.workingDirectory) }),
  };
  const translation = translate(source, options);
  context.stderr.write(
    reportText(translation, { name: input === '' ? '<stdin>' : input, bytes: source }, parsed, context),
  );
  if (translation.output === undefined) return failed(context, `Error translating config: ${translation.error}`);
  if (flags.has('strict') && translation.report.length > 0) {
    return failed(context, 'Config produced warnings and --strict was specified');
  }
  return flags.has('check') ? 0 : writeOutput(`${translation.output}\n`, values.get('output') ?? '', context);
}

async function readInput(input: string, context: CommandContext): Promise<Uint8Array> {
  if (input !== '') return readFile(resolve(context.workingDirectory, input));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of context.stdin) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > longestConfigBytes) throw new Error(`longer than ${longestConfigBytes} bytes`);
  }
  return Buffer.concat(chunks);
}

function reportText(
  translation: Translation,
  source: { readonly name: string; readonly bytes: Uint8Array },
  parsed: ButaneArguments,
  context: CommandContext,
): string {
  if (parsed.flags.has('raw-errors')) return formatReport(translation.report);
  const colored = isColored(parsed.values.get('color') ?? 'auto', context);
  return formatPrettyReport(translation.report, source.name, Buffer.from(source.bytes).toString('utf8'), colored);
}

function isColored(when: string, context: CommandContext): boolean {
  if (when === 'always' || when === 'yes') return true;
  return when === 'auto' && context.env.NO_COLOR === undefined && context.stderr.isTerminal;
}

async function writeOutput(text: string, output: string, context: CommandContext): Promise<number> {
  if (output === '') {
    context.stdout.write(text);
    return 0;
  }
  try {
    await writeFile(resolve(context.workingDirectory, output), text, { mode: 0o644 });
    return 0;
  } catch (error) {
    return failed(context, `failed to open ${output}: ${fileError('open', output, error)}`);
  }
}

/** What went wrong with a file, in Go's words where they are known. */
function fileError(operation: string, path: string, error: unknown): string {
  const text = systemMessage(error);
  // Go opens a directory without complaint and fails to read it.
  return path === '' ? text : `${errnoOf(error) === 'EISDIR' ? 'read' : operation} ${path}: ${text}`;
}

function failed(context: CommandContext, message: string): number {
  context.stderr.write(`${message}\n`);
  return 1;
}
