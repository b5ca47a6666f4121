# Completions of ringback for fish. They ask the program, which knows the profiles and deliveries of the database.
function __ringback_complete
    set -l words (commandline -opc)
    set -l lines (command $words[1] complete fish -- $words[2..] (commandline -ct) 2>/dev/null)
    if test "$lines[1]" = ':files'
        __fish_complete_path (commandline -ct)
    else if set -q lines[1]
        printf '%s\t%s\n' $lines
    end
end
complete -c ringback -f -k -a '(__ringback_complete)'
