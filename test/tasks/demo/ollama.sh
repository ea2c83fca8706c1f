#!/usr/bin/env bash
# Stands in for the model's server: reads "ID PROMPT_TOKENS" lines, answers each with the seconds that
# reading the prompt and writing the answer took. What it has read before it need not read again.
set -euo pipefail

cached=0
while read -r id tokens; do
  timmy-latency log "$id" ollama ollama_generate_start --meta pid=$$
  started=${EPOCHREALTIME/,/.}
  milliseconds=$(((tokens - cached) * 2 / 5))
  sleep "$((milliseconds / 1000)).$(printf '%03d' $((milliseconds % 1000)))"
  prefilled=${EPOCHREALTIME/,/.}
  sleep 0.22
  ended=${EPOCHREALTIME/,/.}
  cached=$tokens
  timmy-latency log "$id" ollama ollama_generate_complete --meta pid=$$
  printf '%s %s %s\n' "$started" "$prefilled" "$ended"
done
