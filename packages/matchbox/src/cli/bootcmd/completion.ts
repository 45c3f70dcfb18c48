/** Shell completion: scripts that ask bootcmd itself, by its hidden command `__complete`, what may come next. */
import { completionScripts, type ShellName } from '../completion-scripts.ts';
import type { BootCommand } from './command.ts';

interface Shell {
  readonly name: ShellName;
  readonly long: string;
}

const noDescriptions = {
  name: 'no-descriptions',
  type: 'bool',
  default: '',
  usage: 'disable completion descriptions',
} as const;

const bash: Shell = {
  name: 'bash',
  long: `Generate the autocompletion script for the bash shell.

This script depends on the 'bash-completion' package.
If it is not installed already, you can install it via your OS's package manager.

To load completions in your current shell session:

	source <(bootcmd completion bash)

To load completions for every new session, execute once:

#### Linux:

	bootcmd completion bash > /etc/bash_completion.d/bootcmd

#### macOS:

	bootcmd completion bash > $(brew --prefix)/etc/bash_completion.d/bootcmd

You will need to start a new shell for this setup to take effect.
`,
};

const zsh: Shell = {
  name: 'zsh',
  long: `Generate the autocompletion script for the zsh shell.

Completion has to be switched on (autoload -U compinit; compinit).

To load completions in your current shell session:

	source <(bootcmd completion zsh)

To load completions for every new session, write it to a folder of $fpath:

	bootcmd completion zsh > "\${fpath[1]}/_bootcmd"
`,
};

const fish: Shell = {
  name: 'fish',
  long: `Generate the autocompletion script for the fish shell.

To load completions in your current shell session:

	bootcmd completion fish | source

To load completions for every new session, execute once:

	bootcmd completion fish > ~/.config/fish/completions/bootcmd.fish
`,
};

const powershell: Shell = {
  name: 'powershell',
  long: `Generate the autocompletion script for powershell.

To load completions in your current shell session:

	bootcmd completion powershell | Out-String | Invoke-Expression

For every new session, add the output of that command to your profile.
`,
};

export const completionCommand: BootCommand = {
  name: 'completion',
  short: 'Generate the autocompletion script for the specified shell',
  long: `Generate the autocompletion script for bootcmd for the specified shell.
See each sub-command's help for details on how to use the generated script.
`,
  children: [bash, fish, powershell, zsh].map(shellCommand),
};

function shellCommand(shell: Shell): BootCommand {
  return {
    name: shell.name,
    short: `Generate the autocompletion script for ${shell.name}`,
    long: shell.long,
    noFlagsInUsage: true,
    flags: [noDescriptions],
    run: async ({ flags, stdout }) => {
      stdout.write(completionScripts[shell.name]('bootcmd', flags.values.get('no-descriptions') !== 'true'));
      return 0;
    },
  };
}
