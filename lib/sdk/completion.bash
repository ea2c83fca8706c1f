# Completions of timmy-latency for bash 4.3 and newer. The program itself says what fits.
_timmy_latency() {
  local -a words=()
  local index part glued rest=$COMP_LINE kind value current tail prefix
  # bash parts words at = and :, the program wants them whole: what touches in the line is one word.
  for ((index = 0; index <= COMP_CWORD; index++)); do
    part=${COMP_WORDS[index]}
    glued=1
    [[ $rest == [[:space:]]* ]] && glued=0
    rest=${rest#"${rest%%[![:space:]]*}"}
    rest=${rest#"$part"}
    if ((index > 0 && glued)); then words[-1]+=$part; else words+=("$part"); fi
  done
  current=${words[-1]}
  tail=$current
  [[ $COMP_WORDBREAKS == *=* ]] && tail=${tail##*=}
  [[ $COMP_WORDBREAKS == *:* ]] && tail=${tail##*:}
  prefix=${current%"$tail"}
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS=$'\t' read -r value _; do
      # What comes from a log is data: quoted, so that the shell takes it as one word.
      printf -v value %q "${value#"$prefix"}"
      COMPREPLY+=("$value")
    done
  } < <(command timmy-latency completions --reply -- "${words[@]:1}" 2> /dev/null)
  compopt -o nosort 2> /dev/null
  case $kind in
    files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "${current#--*=}") ;;
    folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "${current#--*=}") ;;
    commands) mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
  esac
}
complete -F _timmy_latency timmy-latency
