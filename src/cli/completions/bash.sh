# Completions of ringback for bash. They ask the program, which knows the profiles and deliveries of the database.
_ringback() {
    local name about
    COMPREPLY=()
    while IFS= read -r name && IFS= read -r about; do
        if [[ $name == ':files' ]]; then
            compopt -o default 2>/dev/null
            return
        fi
        COMPREPLY+=("$name")
    done < <(command -- "$1" complete bash -- "$COMP_LINE" "$COMP_POINT" "${COMP_WORDS[COMP_CWORD]-}" 2>/dev/null)
}
complete -o nosort -F _ringback ringback 2>/dev/null || complete -F _ringback ringback
