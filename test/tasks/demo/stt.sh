#!/usr/bin/env bash
# Stands in for speech-to-text: four turns of a talk. Every event is one call of the executable.
# Prints each request's id for the next process.
set -euo pipefail

for length in 73 41 58 66; do
  id=$(timmy-latency id)
  sleep 0.35 # the silence after which the speaker is taken to have finished
  timmy-latency log "$id" stt stt_pause_detected --meta pause_threshold=0.3 --meta pid=$$
  timmy-latency log "$id" stt stt_transcript_finalized --meta text_length=$length --meta pid=$$
  timmy-latency log "$id" stt stt_sending_to_v34 --meta pid=$$
  printf '%s\n' "$id"
  sleep 0.6 # the next sentence begins while the last one is still being answered
done
