# Writes timing events for timmy-latency from zsh, without starting a process:
#
#   timmy_id id                                       # a new request id in $id
#   timmy_log "$id" stt stt_transcript_finalized text_length=73 session_id="$s"
#
# Printed by `timmy-latency sdk zsh`, version @VERSION@; print it again after an upgrade.
# The log is $TIMMY_LATENCY_LOG, else the file named below.

zmodload zsh/datetime zsh/system

typeset -g _timmy_default_log='@LOG@'
typeset -g _timmy_binary='@BINARY@'
typeset -g _timmy_minute=0 _timmy_minute_text= _timmy_said=

# timmy_log ID SERVICE EVENT [KEY=VALUE]…
# Appends one event. A value is typed as `timmy-latency log --meta` types it: true, false, null and
# plain numbers; everything else, and always session_id, is text. Always returns 0; what cannot be
# written costs a sentence on stderr. The first line of a log, a line too long for one write and an
# unusual number go to the timmy-latency executable, which takes some milliseconds.
timmy_log() {
  # Counts bytes, not characters, and keeps a failure within, whatever the caller's options are.
  emulate -L zsh -o no_multibyte -o no_err_exit -o no_err_return
  local -a now=($epochtime) raw
  local log=${TIMMY_LATENCY_LOG:-$_timmy_default_log} members unusual pair key value
  if [[ -z $1 || -z $2 || -z $3 ]]; then
    _timmy_say 'cannot log without ID, SERVICE and EVENT'
    return 0
  fi
  if [[ "${(j: :)@}" == *[$'\x00'-$'\x1f'\"\\]* ]]; then
    local -a escaped
    raw=("$@")
    _timmy_escape "$@"
    set -- "${escaped[@]}"
  fi
  local -i second=$((now[1] - _timmy_minute))
  ((second >= 0 && second < 60)) || _timmy_turn_minute
  for pair in "${@[4,-1]}"; do
    if [[ $pair != [^=]*=* ]]; then
      _timmy_say "cannot use ${(qqqq)pair} as metadata: write key=value"
      continue
    fi
    key=${pair%%=*} value=${pair#*=}
    # What is plainly text or a whole number is told here, as a call takes long.
    if [[ $value != (true|false|null|[-0-9]*) || $key == session_id ]]; then
      value="\"$value\""
    elif [[ $value != [1-9]* || $value == *[^0-9]* || $#value -gt 15 ]]; then
      _timmy_is_plain || value="\"$value\""
    fi
    [[ $members == *", \"$key\": "* ]] && unusual=1
    members+=", \"$key\": $value"
  done
  local micros=${(l:6::0:)$((now[2] / 1000))}
  local line="{\"timestamp\": $now[1].$micros, \"iso_time\": \"$_timmy_minute_text:${(l:2::0:)second}.$micros\", \"request_id\": \"$1\", \"service\": \"$2\", \"event\": \"$3\", \"metadata\": {${members#, }}}"
  # Zsh writes 8192 bytes at once; more would be two writes.
  if [[ -z $unusual && -f $log && -w $log ]] && (($#line <= 8000)); then
    print -r -- "$line" >>"$log" || :
  else
    _timmy_hand_over "$@"
  fi
  return 0
}

# timmy_id [NAME]
# Makes a request id of 8 random hex digits: puts it into the variable NAME without starting a
# process, or prints it. Always returns 0.
timmy_id() {
  emulate -L zsh -o no_multibyte -o no_err_exit -o no_err_return
  # $RANDOM would repeat itself in subshells.
  local _timmy_bytes _timmy_id
  if sysread -i 0 -s 4 _timmy_bytes </dev/urandom && (($#_timmy_bytes == 4)); then
    printf -v _timmy_id '%02x' "'$_timmy_bytes[1]" "'$_timmy_bytes[2]" "'$_timmy_bytes[3]" "'$_timmy_bytes[4]"
  else
    printf -v _timmy_id '%08x' $(((epochtime[2] * 4 ^ $$) & 0xffffffff))
  fi
  case $1 in
    '') print -r -- $_timmy_id ;;
    [^a-zA-Z_]* | *[^a-zA-Z0-9_]*) _timmy_say "cannot put an id into ${(qqqq)1}: no name of a variable" ;;
    *) typeset -g -- "$1=$_timmy_id" ;;
  esac
  return 0
}

# The rest is used by the two above and shares their variables.

# Finds the text of the minute that now lies in. Every zone is whole minutes away from UTC, so a
# minute's text serves until the next; a change of TZ is seen then.
_timmy_turn_minute() {
  strftime -s _timmy_minute_text '%Y-%m-%dT%H:%M' $now[1]
  _timmy_minute=$((now[1] / 60 * 60))
  second=$((now[1] - _timmy_minute))
}

# Whether the value is JSON as it stands: a word, or a number that JavaScript would print in the same
# digits. Up to 15 of them that is sure, and for whole numbers up to 2^53; beyond, the executable
# knows.
_timmy_is_plain() {
  local digits=${value#-}
  case $value in
    true | false | null | 0) return 0 ;;
    *[^0-9.e+-]*) return 1 ;;
  esac
  case $digits in
    [0-9]*e[+-][0-9]*) unusual=1 ;;
    '' | *[^0-9.]* | 0 | 0[0-9]* | .* | *.*.* | *. | *.*0 | 0.000000*) ;;
    *.*) (($#digits <= 15)) && return 0 || unusual=1 ;;
    *) (($#digits < 17 && digits <= 9007199254740992)) && return 0 || unusual=1 ;;
  esac
  return 1
}

# Escapes every argument for JSON, byte by byte, into the array escaped.
_timmy_escape() {
  local one byte
  local -i code
  for one; do
    one=${one//\\/\\\\}
    one=${one//\"/\\\"}
    if [[ $one == *[$'\x00'-$'\x1f']* ]]; then
      one=${one//$'\n'/\\n}
      one=${one//$'\t'/\\t}
      one=${one//$'\r'/\\r}
      one=${one//$'\b'/\\b}
      one=${one//$'\f'/\\f}
      for code in {0..31}; do
        printf -v byte "\\x$(([##16]code))"
        one=${one//"$byte"/"\\u${(l:4::0:)${(L)$(([##16]code))}}"}
      done
    fi
    escaped+=("$one")
  done
}

# Gives the event to the executable, which writes any line whole and makes the log with its folder.
_timmy_hand_over() {
  local run=$_timmy_binary
  (($#raw)) || raw=("$@")
  [[ -x $run ]] || run=$commands[timmy-latency]
  if [[ -z $run ]]; then
    _timmy_fall_back
    return
  fi
  local -a options=(--log "$log" --at "$now[1].${(l:6::0:)$((now[2] / 1000))}")
  for pair in "${raw[@][4,-1]}"; do
    [[ $pair == [^=]*=* ]] && options+=("--meta=$pair")
  done
  "$run" log "${options[@]}" -- "${raw[@][1,3]}" </dev/null || :
}

# Does what can be done without the executable.
_timmy_fall_back() {
  _timmy_say "cannot find the executable ${(qqqq)_timmy_binary}: a long line may be torn, an unusual number becomes text"
  if [[ -e $log && ! -f $log ]]; then
    _timmy_say "cannot write to the log ${(qqqq)log} from this shell"
  elif [[ -e $log ]]; then
    print -r -- "$line" >>"$log" || :
  else
    # Only a process of its own has a umask of its own.
    (
      umask 027
      if [[ $log == */* ]]; then mkdir -p -- "${log%/*}"; fi
      print -r -- "$line" >>"$log"
    ) || :
  fi
}

# Says a sentence on stderr, each only once per shell.
_timmy_say() {
  if [[ $_timmy_said != *"$1;"* ]]; then
    _timmy_said+="$1;"
    print -r -- "timmy_log: $1" >&2 || :
  fi
}
