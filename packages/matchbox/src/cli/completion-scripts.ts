/** Completion scripts for shells: they ask the program itself, by its hidden command `__complete`, what may come next. */

export type ShellName = 'bash' | 'fish' | 'powershell' | 'zsh';

/** @param descriptions whether what a candidate means is shown, where the shell can */
type Script = (program: string, descriptions: boolean) => string;

export const completionScripts: Readonly<Record<ShellName, Script>> = {
  bash: (program) => `# bash completion for ${program}
_${program}() {
  local IFS=$'\\n'
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  local found
  found=$("\${COMP_WORDS[0]}" __complete "\${words[@]}" 2>/dev/null | cut -f1)
  case "$found" in
    :files) compopt -o default; COMPREPLY=() ;;
    *) COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}")) ;;
  esac
}
complete -F _${program} ${program}
`,
  fish: (program, descriptions) => `# fish completion for ${program}
function __${program}_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $found${descriptions ? '' : ' | cut -f1'}
    end
end
complete -c ${program} -f -a '(__${program}_complete)'
`,
  powershell: (program) => `# powershell completion for ${program}
Register-ArgumentCompleter -Native -CommandName ${program} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '""' }
    & ${program} __complete @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
        $parts = $_ -split "\`t", 2
        [System.Management.Automation.CompletionResult]::new($parts[0], $parts[0], 'ParameterValue', ($parts[1] ?? $parts[0]))
    }
}
`,
  zsh: (program, descriptions) => `#compdef ${program}
# zsh completion for ${program}
_${program}() {
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
  _describe ${program} found
}
if [[ "$funcstack[1]" == "_${program}" ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`,
};
