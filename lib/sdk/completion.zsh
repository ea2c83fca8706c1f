#compdef timmy-latency
# Completions of timmy-latency for zsh 5. The program itself says what fits.
_timmy_latency() {
  local kind line
  local -a lines values shown
  lines=("${(@f)$(command timmy-latency completions --reply -- "${(@Q)words[2,CURRENT]}" 2> /dev/null)}")
  kind=${lines[1]}
  for line in "${(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    values+=("${line%%$'\t'*}")
    shown+=("${line/$'\t'/  -- }")
  done
  case $kind in
    files) compset -P '--*='; _files ;;
    folders) compset -P '--*='; _files -/ ;;
    commands) _command_names -e ;;
    *) compadd -V timmy-latency -l -d shown -a values ;;
  esac
}
# Autoloaded from a folder of $fpath this file is the function's body; sourced, it makes it known.
if [[ ${funcstack[1]} == _timmy_latency ]]; then
  _timmy_latency "$@"
else
  compdef _timmy_latency timmy-latency
fi
