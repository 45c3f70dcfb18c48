/** Shell completion: scripts that ask bootcmd itself, by its hidden command `__complete`, what may come next. */
import type { BootCommand } from './command.ts';

interface Shell {
  readonly name: string;
  readonly long: string;
  readonly script: (descriptions: boolean) => string;
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
  script: () => `# bash completion for bootcmd
_bootcmd() {
  local IFS=$'\\n'
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  local found
  found=$("\${COMP_WORDS[0]}" __complete "\${words[@]}" 2>/dev/null | cut -f1)
  case "$found" in
    :files) compopt -o default; COMPREPLY=() ;;
    *) COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}")) ;;
  esac
}
complete -F _bootcmd bootcmd
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
  script: (descriptions) => `#compdef bootcmd
# zsh completion for bootcmd
_bootcmd() {
  local -a lines found
  lines=("\${(@f)$(\${words[1]} __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == ":files" ]]; then
    _files
    return
  fi
  local line
  for line in $lines; do
    ${descriptions ? `found+=("\${\${line//:/\\\\:}/$'\\t'/:}")` : `found+=("\${\${line%%$'\\t'*}//:/\\\\:}")`}
  done
  _describe bootcmd found
}
if [[ "$funcstack[1]" == "_bootcmd" ]]; then
  _bootcmd "$@"
else
  compdef _bootcmd bootcmd
fi
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
  script: (descriptions) => `# fish completion for bootcmd
function __bootcmd_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found${descriptions ? '' : ' | cut -f1'}
    end
end
complete -c bootcmd -f -a '(__bootcmd_complete)'
`,
};

const powershell: Shell = {
  name: 'powershell',
  long: `Generate the autocompletion script for powershell.

To load completions in your current shell session:

	bootcmd completion powershell | Out-String | Invoke-Expression

For every new session, add the output of that command to your profile.
`,
  script: () => `# powershell completion for bootcmd
Register-ArgumentCompleter -Native -CommandName bootcmd -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '""' }
    & bootcmd __complete @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
        $parts = $_ -split "\`t", 2
        [System.Management.Automation.CompletionResult]::new($parts[0], $parts[0], 'ParameterValue', ($parts[1] ?? $parts[0]))
    }
}
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
      stdout.write(shell.script(flags.values.get('no-descriptions') !== 'true'));
      return 0;
    },
  };
}
