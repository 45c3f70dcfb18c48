/** Why a command ends without having done its work: one shape of what is said, one table of exit codes. */
import type { Command, CommandContext } from './command.ts';

/** Of every command of matchbox; bootcmd's are upstream's, but for `differs`. */
export const exitCodes = {
  done: 0,
  /** It could not be done, or what was judged is not as it should be. */
  failed: 1,
  /** Wrong arguments, or nothing to judge. */
  usage: 2,
  /** What was compared differs. */
  differs: 3,
} as const;

/** `usage`: the arguments are wrong; `unusable`: what they name cannot be judged; `failed`: it was tried. */
export type CommandErrorKind = 'usage' | 'unusable' | 'failed';

const codeOf: Readonly<Record<CommandErrorKind, number>> = {
  usage: exitCodes.usage,
  unusable: exitCodes.usage,
  failed: exitCodes.failed,
};

/** The base of the errors of commands; the message is one line for the user. */
export class CommandError extends Error {
  readonly kind: CommandErrorKind;

  constructor(kind: CommandErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.kind = kind;
  }
}

/** One with a code, for those who decide by it. */
export class CodedCommandError<Code extends string> extends CommandError {
  readonly code: Code;

  constructor(kind: CommandErrorKind, code: Code, message: string, options?: ErrorOptions) {
    super(kind, message, options);
    this.code = code;
  }
}

/** Says it in one line. @param command such as `matchbox explain` @returns the exit code */
function sayFault(command: string, { kind, message }: CommandError, { stderr }: CommandContext): number {
  stderr.write(`${command}: ${message}${kind === 'usage' ? `; ${command} -help lists the flags` : ''}\n`);
  return codeOf[kind];
}

/** Wrong arguments. @returns the exit code */
export function sayUsageFault(command: string, message: string, context: CommandContext): number {
  return sayFault(command, new CommandError('usage', message), context);
}

/** Instead of the work: the usage for `help`, else what is wrong with the arguments. @returns the exit code */
export function sayInstead(command: string, usage: string, asked: string, context: CommandContext): number {
  if (asked !== 'help') return sayUsageFault(command, asked, context);
  context.stdout.write(usage);
  return exitCodes.done;
}

/** Does the work; a CommandError that it throws is said. */
export async function withFaultsSaid(
  command: string,
  context: CommandContext,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return sayFault(command, error, context);
  }
}

/** A command that reads its arguments first, as options, as what is wrong with them, or as `help`. */
interface OptionsCommand<O> {
  readonly command: string;
  readonly usage: string;
  readonly parse: (args: readonly string[], env: CommandContext['env']) => O | string;
  readonly work: (options: O, context: CommandContext) => Promise<number>;
}

/** Does the work with the options, or says what `sayInstead` does; a CommandError that it throws is said. */
export function runWithOptions<O extends object>({ command, usage, parse, work }: OptionsCommand<O>): Command['run'] {
  return async (args, context) => {
    const options = parse(args, context.env);
    if (typeof options === 'string') return sayInstead(command, usage, options, context);
    return withFaultsSaid(command, context, () => work(options, context));
  };
}
