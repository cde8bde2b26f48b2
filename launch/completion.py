"""Completion of commands, flags and files by the shell."""

from launch.listing import COMMANDS, flags_of

_BASH = """\
# Completion of dyngen. For this shell:      source <(dyngen completion bash)
# for all to come: dyngen completion bash > ~/.local/share/bash-completion/completions/dyngen
_dyngen() {
    local word=${COMP_WORDS[COMP_CWORD]} flags
    # Bash takes --flag=value apart at the equals sign.
    if [[ $word == "=" || ${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
        compopt -o filenames
        COMPREPLY=($(compgen -f -- "${word#=}"))
        return
    fi
    case ${COMP_WORDS[1]} in
@CASES@
        *) COMPREPLY=($(compgen -W "@COMMANDS@" -- "$word")); return ;;
    esac
    compopt -o nospace
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
}
complete -F _dyngen dyngen
"""


def bash_script() -> str:
    """Returns a script that makes bash complete what is typed after `dyngen`."""
    cases = [
        f'        {name}) flags="{" ".join(f"--{flag}" for flag in flags_of(name))}" ;;'
        for name in COMMANDS
    ]
    commands = " ".join([*COMMANDS, "completion"])
    return _BASH.replace("@CASES@", "\n".join(cases)).replace("@COMMANDS@", commands)
