# Microseconds per event of a shell that makes its lines with jo, a process each time.
write_event() {
  jo timestamp="$EPOCHREALTIME" request_id=abc123de service=stt event=stt_transcript_finalized \
    metadata="$(jo text_length="$1")" >>"$TIMMY_LATENCY_LOG"
}
started=${EPOCHREALTIME/[.,]/}
for ((n = 0; n < $1; n++)); do write_event "$n"; done
echo $(((${EPOCHREALTIME/[.,]/} - started) / $1))
