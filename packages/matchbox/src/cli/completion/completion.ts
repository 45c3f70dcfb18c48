/** `matchbox completion`: scripts for shells. */
import type { Command } from '../command.ts';
import { sayUsageFault } from '../command-error.ts';
import { completionScripts } from '../completion-scripts.ts';

const shells = { bash: completionScripts.bash, zsh: completionScripts.zsh, fish: completionScripts.fish } as const;

const usage = `Usage: matchbox completion bash|zsh|fish

Prints a script that completes commands, flags and file names.

Examples:
  source <(matchbox completion bash)
  matchbox completion zsh > "\${fpath[1]}/_matchbox"
  matchbox completion fish > ~/.config/fish/completions/matchbox.fish
`;

export const completionCommand: Command = {
  name: 'completion',
  summary: 'print a script that completes commands in bash, zsh or fish',
  run: async (args, context) => {
    const { stdout } = context;
    if (args.some((word) => /^--?h(elp)?$/.test(word))) {
      stdout.write(usage);
      return 0;
    }
    const [name, ...more] = args;
    const shell = Object.keys(shells).find((each) => each === name) as keyof typeof shells | undefined;
    if (shell === undefined || more.length > 0) {
      return sayUsageFault('matchbox completion', `wanted one of ${Object.keys(shells).join(', ')}`, context);
    }
    stdout.write(shells[shell]('matchbox', true));
    return 0;
  },
};
