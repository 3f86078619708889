//! The scripts by which shells ask.

/// Shells that can ask, and what asks.
pub(crate) const SCRIPTS: [(&str, &str); 4] =
    [("bash", BASH), ("zsh", ZSH), ("fish", FISH), ("powershell", POWERSHELL)];

/// The script for a shell.
pub(crate) fn script(shell: &str) -> Option<&'static str> {
    SCRIPTS.iter().find(|(name, _)| *name == shell).map(|(_, script)| *script)
}

const BASH: &str = r#"# bash completion for trueup
_trueup() {
    local word=${COMP_LINE:0:COMP_POINT} IFS=$'\n'
    word=${word##* }
    COMPREPLY=($(COMP_LINE="$COMP_LINE" COMP_POINT="$COMP_POINT" trueup))
    if [[ $word == *=* && $COMP_WORDBREAKS == *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]#*=}")
    fi
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}
complete -o default -F _trueup trueup
"#;

const ZSH: &str = r#"#compdef trueup
_trueup() {
    local line="${(j: :)words[1,CURRENT]}"
    local -a found
    found=(${(f)"$(COMP_LINE="$line" COMP_POINT=${#line} trueup)"})
    if (( ${#found} )); then
        compadd -S '' -- ${(M)found:#*=}
        compadd -- ${found:#*=}
    else
        compset -P '*='
        _files
    fi
}
# In a file of $fpath this is the function itself; sourced, it only tells of it.
if [[ $funcstack[1] == _trueup ]]; then
    _trueup "$@"
else
    compdef _trueup trueup
fi
"#;

const FISH: &str = r"# fish completion for trueup
complete -c trueup -a '(env COMP_LINE=(commandline -cp | string collect) trueup)'
";

const POWERSHELL: &str = r"# PowerShell completion for trueup
Register-ArgumentCompleter -Native -CommandName trueup -ScriptBlock {
    param($word, $ast, $cursor)
    $env:COMP_LINE = $ast.ToString().PadRight($cursor).Substring(0, $cursor)
    trueup | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
    Remove-Item Env:COMP_LINE
}
";
