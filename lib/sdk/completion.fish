# Completions of timmy-latency for fish 3. The program itself says what fits.
function __timmy_latency_complete
    set -l current (commandline -ct)
    set -q current[1]; or set current ""
    set -l words (commandline -opc) $current
    set -l lines (command timmy-latency completions --reply -- $words[2..] 2>/dev/null)
    set -q lines[1]; or return
    set -l flag (string match -r -- '^--[^=]*=' $current)
    set -l path (string replace -r -- '^--[^=]*=' '' $current)
    switch $lines[1]
        case files
            __fish_complete_path $path | string replace -r -- '^' "$flag"
        case folders
            __fish_complete_directories $path | string replace -r -- '^' "$flag"
        case commands
            __fish_complete_command
        case '*'
            set -e lines[1]
            set -q lines[1]; and printf '%s\n' $lines
    end
end
complete -c timmy-latency -f -k -a '(__timmy_latency_complete)'
