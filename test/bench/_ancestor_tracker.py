"""The way in which the tool's Python ancestor writes an event: open, json.dumps, write, close."""

import datetime
import json
import os
import sys
import threading
import time

lock = threading.Lock()
log = os.environ["TIMMY_LATENCY_LOG"]


def log_timing(request_id, service, event, metadata=None):
    now = time.time()
    entry = {
        "timestamp": now,
        "iso_time": datetime.datetime.fromtimestamp(now).isoformat(),
        "request_id": request_id,
        "service": service,
        "event": event,
        "metadata": metadata or {},
    }
    with lock:
        with open(log, "a") as file:
            file.write(json.dumps(entry) + "\n")


def measure(events):
    started = time.perf_counter()
    for n in range(events):
        log_timing("abc123de", "stt", "stt_transcript_finalized", {"text_length": n})
    return (time.perf_counter() - started) * 1e6 / events


if __name__ == "__main__":
    measure(1000)
    print(measure(int(sys.argv[1])))
