#compdef ringback
# Completions of ringback for zsh. They ask the program, which knows the profiles and deliveries of the database.
_ringback() {
    local -a lines names shown
    local name about
    lines=("${(@f)$(command -- "${(Q)words[1]}" complete zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    if [[ ${lines[1]} == ':files' ]]; then
        _files
        return
    fi
    for name about in $lines; do
        names+=("$name")
        if [[ $about == - ]]; then shown+=("$name"); else shown+=("$name  -- $about"); fi
    done
    (( $#names )) && compadd -l -V ringback -d shown -a names
}
if [[ ${funcstack[1]-} == _ringback ]]; then
    _ringback "$@"
elif (( $+functions[compdef] )); then
    compdef _ringback ringback
fi
