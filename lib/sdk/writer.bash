# Writes timing events for timmy-latency from bash 5, without starting a process:
#
#   timmy_id id                                       # a new request id in $id
#   timmy_log "$id" stt stt_transcript_finalized text_length=73 session_id="$s"
#
# Printed by `timmy-latency sdk bash`, version @VERSION@; print it again after an upgrade.
# The log is $TIMMY_LATENCY_LOG, else the file named below.

_timmy_default_log='@LOG@'
_timmy_binary='@BINARY@'
_timmy_minute=0
_timmy_minute_text=
_timmy_said=

# timmy_log ID SERVICE EVENT [KEY=VALUE]…
# Appends one event. A value is typed as `timmy-latency log --meta` types it: true, false, null and
# plain numbers; everything else, and always session_id, is text. Always returns 0; what cannot be
# written costs a sentence on stderr. The first line of a log, a line too long for one write and an
# unusual number go to the timmy-latency executable, which takes some milliseconds.
timmy_log() {
  # Bash copies a function's body at every call, so what is seldom needed is elsewhere. Names have a
  # prefix because `local` fails on a name that the caller made readonly.
  local _tl_now=${EPOCHREALTIME-} _tl_log=${TIMMY_LATENCY_LOG:-$_timmy_default_log} IFS=' ' \
    _tl_limit=1000 _tl_members= _tl_unusual= _tl_pair _tl_key _tl_value _tl_seconds _tl_micros _tl_second || :
  if [[ -z ${3-} || -z $1 || -z $2 || -z $_tl_now ]]; then
    _timmy_log_without "$@"
    return 0
  fi
  # Printable ASCII but quotes and backslashes: nothing to escape, and a character is a byte.
  if [[ "$*" == *[!\ \!\#-\[\]-~]* ]]; then
    local _tl_raw _tl_escaped || :
    _timmy_escape "$@"
    set -- "${_tl_escaped[@]}"
  fi
  # The locale chooses between point and comma.
  _tl_seconds=${_tl_now%[.,]*} _tl_micros=${_tl_now#*[.,]}
  _tl_second=$((_tl_seconds - _timmy_minute + 100))
  case $_tl_second in 1[0-5][0-9]) ;; *) _timmy_turn_minute ;; esac
  for _tl_pair in "${@:4}"; do
    _tl_key=${_tl_pair%%=*} _tl_value=${_tl_pair#*=}
    case $_tl_pair in
      session_id=*) _timmy_type_value ;;
      [!=]*=*[!0-9]*)
        case $_tl_value in
          true | false | null) _timmy_type_value ;;
          *[!0-9.e+-]*) _tl_value="\"$_tl_value\"" ;;
          *) _timmy_type_value ;;
        esac
        ;;
      [!=]*=0* | [!=]*= | [!=]*=????????????*) _timmy_type_value ;;
      [!=]*=*) ;;
      *) _timmy_say "cannot use ${_tl_pair@Q} as metadata: write key=value" && continue ;;
    esac
    case $_tl_members in *", \"$_tl_key\": "*) _tl_unusual=1 ;; esac
    _tl_members+=", \"$_tl_key\": $_tl_value"
  done
  set -- "{\"timestamp\": $_tl_seconds.$_tl_micros, \"iso_time\": \"$_timmy_minute_text:${_tl_second#1}.$_tl_micros\", \"request_id\": \"$1\", \"service\": \"$2\", \"event\": \"$3\", \"metadata\": {${_tl_members#, }}}" "$@"
  # Bash writes 1024 bytes at once if its output began on a terminal; more would be two writes.
  if [[ -z $_tl_unusual && -f $_tl_log && -w $_tl_log ]] && ((${#1} < _tl_limit)); then
    printf '%s\n' "$1" >>"$_tl_log" || :
  else
    _timmy_hand_over "$@"
  fi
}

# timmy_id [NAME]
# Makes a request id of 8 random hex digits: puts it into the variable NAME without starting a
# process, or prints it. Always returns 0.
timmy_id() {
  local _tl_id || :
  printf -v _tl_id '%08x' "${SRANDOM-$(((RANDOM << 17 ^ RANDOM << 9 ^ RANDOM ^ ${EPOCHREALTIME/[.,]/}) & 0xffffffff))}"
  case ${1-} in
    '') printf '%s\n' "$_tl_id" || : ;;
    [!a-zA-Z_]* | *[!a-zA-Z0-9_]*) _timmy_say "cannot put an id into ${1@Q}: no name of a variable" ;;
    *) printf -v "$1" '%s' "$_tl_id" || : ;;
  esac
}

# The rest is used by the two above and shares their _tl_ variables.

# Finds the text of the minute in which _tl_seconds lies. Every zone is whole minutes away from UTC,
# so a minute's text serves until the next; a change of TZ is seen then.
_timmy_turn_minute() {
  printf -v _timmy_minute_text '%(%Y-%m-%dT%H:%M)T' "$_tl_seconds" || :
  _timmy_minute=$((_tl_seconds / 60 * 60))
  _tl_second=$((_tl_seconds - _timmy_minute + 100))
}

# Makes JSON of _tl_value. `[` compares, as `[[` and `case` would heed the caller's nocasematch.
_timmy_type_value() {
  if [ "$_tl_key" != session_id ]; then
    if [ "$_tl_value" = true ] || [ "$_tl_value" = false ] || [ "$_tl_value" = null ]; then return 0; fi
    if _timmy_is_number "$_tl_value"; then return 0; fi
  fi
  _tl_value="\"$_tl_value\""
}

# Whether JavaScript would print this number in the same digits. Up to 15 of them that is sure, and
# for whole numbers up to 2^53; beyond, the executable knows.
_timmy_is_number() {
  local _tl_digits=${1#-} || :
  case $_tl_digits in
    [0-9]*e[+-][0-9]*) _tl_unusual=1 ;;
    '' | *[!0-9.]* | 0[0-9]* | .* | *.*.* | *. | *.*0 | 0.000000*) return 1 ;;
    0) [ "$1" = 0 ] && return 0 ;;
    *.*) ((${#_tl_digits} <= 15)) && return 0 || _tl_unusual=1 ;;
    *) ((${#_tl_digits} < 17 && _tl_digits <= 9007199254740992)) && return 0 || _tl_unusual=1 ;;
  esac
  return 1
}

# Escapes every argument for JSON into the array _tl_escaped; keeps them as they were in _tl_raw. A
# line's limit shrinks by the bytes that characters beyond ASCII may have: three more each. Changing
# LC_ALL to count bytes would make bash complain where the caller's locale is not installed.
_timmy_escape() {
  local _tl_one _tl_all="$*" || :
  if ((${#_tl_all} > 100)); then _tl_all=${_tl_all//[ -~]/}; fi
  _tl_limit=$((1000 - 3 * ${#_tl_all}))
  _tl_raw=("$@") _tl_escaped=()
  for _tl_one; do
    if [[ $_tl_one == *[\"\\$'\001'-$'\037']* ]]; then
      _tl_one=${_tl_one//\\/\\\\}
      _tl_one=${_tl_one//\"/\\\"}
      if [[ $_tl_one == *[$'\001'-$'\037']* ]]; then _timmy_escape_controls; fi
    fi
    _tl_escaped+=("$_tl_one")
  done
}

# Escapes the control characters of _tl_one.
_timmy_escape_controls() {
  local _tl_code _tl_byte || :
  _tl_one=${_tl_one//$'\n'/\\n}
  _tl_one=${_tl_one//$'\t'/\\t}
  _tl_one=${_tl_one//$'\r'/\\r}
  _tl_one=${_tl_one//$'\b'/\\b}
  _tl_one=${_tl_one//$'\f'/\\f}
  for _tl_code in {1..31}; do
    [[ $_tl_one == *[$'\001'-$'\037']* ]] || break
    printf -v _tl_byte '\\x%02x' "$_tl_code"
    printf -v _tl_byte '%b' "$_tl_byte"
    printf -v _tl_code '\\u%04x' "$_tl_code"
    _tl_one=${_tl_one//"$_tl_byte"/"$_tl_code"}
  done
}

# For a call that lacks an argument, or a bash older than 5, which has no clock.
_timmy_log_without() {
  if [[ -z ${3-} || -z $1 || -z $2 ]]; then
    _timmy_say 'cannot log without ID, SERVICE and EVENT'
  else
    _timmy_hand_over '' "$@"
  fi
}

# Gives the event to the executable, which writes any line whole and makes the log with its folder.
# The line comes first; the arguments behind it may be escaped, then _tl_raw has them as they were.
_timmy_hand_over() {
  local _tl_line=$1 _tl_pair _tl_options _tl_run=$_timmy_binary || :
  shift
  if [[ -n ${_tl_raw-} ]]; then set -- "${_tl_raw[@]}"; fi
  if [[ ! -x $_tl_run ]]; then
    _tl_run=timmy-latency
    if ! hash timmy-latency 2>/dev/null; then
      _timmy_fall_back
      return 0
    fi
  fi
  _tl_options=(--log "$_tl_log")
  if [[ -n $_tl_now ]]; then _tl_options+=(--at "$_tl_now"); fi
  for _tl_pair in "${@:4}"; do
    case $_tl_pair in [!=]*=*) _tl_options+=("--meta=$_tl_pair") ;; esac
  done
  "$_tl_run" log "${_tl_options[@]}" -- "$1" "$2" "$3" </dev/null || :
}

# Does what can be done without the executable.
_timmy_fall_back() {
  _timmy_say "cannot find the executable ${_timmy_binary@Q}: a long line may be torn, an unusual number becomes text"
  if [[ -z $_tl_line || (-e $_tl_log && ! -f $_tl_log) ]]; then
    _timmy_say "cannot write to the log ${_tl_log@Q} from this shell"
  elif [[ -e $_tl_log ]]; then
    printf '%s\n' "$_tl_line" >>"$_tl_log" || :
  else
    # Only a process of its own has a umask of its own.
    (
      umask 027
      if [[ $_tl_log == */* ]]; then mkdir -p -- "${_tl_log%/*}"; fi
      printf '%s\n' "$_tl_line" >>"$_tl_log"
    ) || :
  fi
}

# Says a sentence on stderr, each only once per shell.
_timmy_say() {
  case $_timmy_said in
    *"$1;"*) ;;
    *) _timmy_said+="$1;" && printf 'timmy_log: %s\n' "$1" >&2 || : ;;
  esac
}
