import type { RequestReport } from "../report/request_report.ts";
import { chromeSlices, type Marker, type Slice } from "./chrome_slices.ts";
import { Lanes, nestInRows } from "./lanes.ts";
import { type Extent, turnExtent, waitExtent } from "./trace_time.ts";
import { stringifyWellFormed } from "./well_formed_json.ts";

/** A service as the viewer shows it: a process, its threads the rows that overlapping work needs. */
interface ServiceTrack {
  readonly pid: number;
  readonly lanes: Lanes;
  /** Thread numbers by lane: a viewer may take a number to mean one thread whatever the process. */
  readonly threads: number[];
}

/** What one thread shows of a request; without a thread it is shown asynchronously. */
interface Row {
  readonly pid: number;
  readonly tid: number | null;
  readonly slices: readonly Slice[];
  readonly markers: readonly Marker[];
}

const turnsPid = 1;
/** Beyond the numbers of processes, of which the first thread has the same number. */
const firstThread = 10_001;
const maxServices = 4096;
const otherService = "other services";
const maxLanes = 256;

/**
 * Writes requests as one document in the Trace Event Format, which Perfetto and chrome://tracing open:
 * each turn an asynchronous slice with an id of its own, services as processes, their spans as slices
 * that nest, an arrow for each hop, a counter for the size of prompts. Times are microseconds. The
 * document may be ended at any time.
 *
 * Format: "Trace Event Format", catapult project. Memory: a few numbers for each service (4096 of them,
 * the rest as one) and for each row that is in use at a time.
 */
export class ChromeTrace {
  readonly #write: (text: string) => void;
  readonly #processes = new Map<string, ServiceTrack>();
  #records = 0;
  #threads = 0;
  #ids = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
    write('{"traceEvents":[');
  }

  /** Adds a request. */
  add(request: RequestReport): void {
    if (this.#records === 0) this.#name("process_name", { pid: turnsPid }, "turns");
    this.#addTurn(request);
    const rows: Row[] = [];
    for (const [service, { slices, markers }] of chromeSlices(request, () => this.#newId())) {
      rows.push(...this.#takeRows(this.#processOf(service), slices, markers));
    }
    // An arrow needs both its ends; where no thread is free there is nothing that it could point at.
    const lost = new Set(
      rows.flatMap(({ tid, slices }) => (tid === null ? slices.map(({ flow }) => flow?.id) : [])),
    );
    for (const row of rows) {
      for (const slice of row.slices) this.#addSlice(slice, row, lost.has(slice.flow?.id));
      for (const marker of row.markers) this.#addMarker(marker, row);
    }
  }

  /** Ends the document. */
  end(): void {
    this.#write(`${this.#records === 0 ? "" : "\n"}]}\n`);
  }

  /** The turn, its id so that it can be read where all turns lie in one row, and the wait in it. */
  #addTurn(request: RequestReport): void {
    const { id, session, outcome, figures } = request;
    const turn = turnExtent(request);
    const wait = waitExtent(request);
    const shared = { cat: "turn", id: this.#newId(), pid: turnsPid, tid: turnsPid };
    const args = {
      ...{ request: id, session, outcome, total_ms: figures.totalMs },
      ...{ playback_ms: figures.playbackMs, processing_ms: figures.processingMs },
      voice_to_voice_ms: figures.voiceToVoiceMs,
    };
    this.#emit({ name: "turn", ph: "b", ts: turn.startMicros, ...shared, args });
    this.#emit({ name: id, ph: "b", ts: turn.startMicros, ...shared });
    if (wait !== null) {
      const name = "voice-to-voice";
      this.#emit({ name, ph: "b", ts: wait.startMicros, ...shared });
      this.#emit({ name, ph: "e", ts: Math.min(wait.endMicros, turn.endMicros), ...shared });
    }
    this.#emit({ name: id, ph: "e", ts: turn.endMicros, ...shared });
    this.#emit({ name: "turn", ph: "e", ts: turn.endMicros, ...shared });
  }

  /** Rows for what a service shows, the first of them with its markers. */
  #takeRows(track: ServiceTrack, slices: readonly Slice[], markers: readonly Marker[]): Row[] {
    const [first = [], ...others] = nestInRows(slices);
    const take = (row: readonly Slice[], own: readonly Marker[]): Row => {
      const tid = this.#takeThread(track, extentOf([...row, ...own]));
      return { pid: track.pid, tid, slices: row, markers: own };
    };
    return [take(first, markers), ...others.map((row) => take(row, []))];
  }

  #addSlice(slice: Slice, { pid, tid }: Row, isArrowLost: boolean): void {
    const { name, category: cat, startMicros: ts, endMicros, args, flow } = slice;
    if (tid === null) {
      const shared = { name, cat, id: this.#newId(), pid, tid: pid };
      this.#emit({ ...shared, ph: "b", ts, args });
      this.#emit({ ...shared, ph: "e", ts: endMicros });
      return;
    }
    const place = { pid, tid };
    this.#emit({ name, cat, ph: "X", ts, dur: endMicros - ts, ...place, args });
    if (flow === undefined || isArrowLost) return;
    const arrow = { name: flow.name, cat: "hop", id: flow.id };
    if (flow.role === "start") this.#emit({ ...arrow, ph: "s", ts, ...place });
    // Bound to the slice around it; otherwise it would point at whatever begins next in this row.
    else this.#emit({ ...arrow, ph: "f", bp: "e", ts, ...place });
  }

  #addMarker(marker: Marker, { pid, tid }: Row): void {
    const { name, category: cat, startMicros: ts, args } = marker;
    if (marker.counter !== undefined) {
      this.#emit({ name, ph: "C", ts, pid, tid: pid, args: marker.counter });
    } else if (tid === null) {
      this.#emit({ name, cat, ph: "n", id: this.#newId(), ts, pid, tid: pid, args });
    } else {
      this.#emit({ name, cat, ph: "i", s: "t", ts, pid, tid, args });
    }
  }

  #processOf(service: string): ServiceTrack {
    const isFull = this.#processes.size >= maxServices && !this.#processes.has(service);
    const name = isFull ? otherService : service;
    let track = this.#processes.get(name);
    if (track === undefined) {
      const pid = turnsPid + 1 + this.#processes.size;
      track = { pid, lanes: new Lanes(maxLanes), threads: [] };
      this.#processes.set(name, track);
      this.#name("process_name", { pid }, name);
    }
    return track;
  }

  /** A thread that is free for that time; null if all that a process may have are taken. */
  #takeThread(track: ServiceTrack, extent: Extent): number | null {
    const lane = track.lanes.take(extent);
    if (lane === null) return null;
    let tid = track.threads[lane];
    if (tid === undefined) {
      tid = firstThread + this.#threads++;
      track.threads[lane] = tid;
      this.#name("thread_name", { pid: track.pid, tid }, `lane ${lane + 1}`);
    }
    return tid;
  }

  #name(kind: string, place: { readonly pid: number; readonly tid?: number }, name: string): void {
    this.#emit({ name: kind, ph: "M", ...place, args: { name } });
  }

  #newId(): string {
    this.#ids++;
    return `0x${this.#ids.toString(16)}`;
  }

  #emit(record: Readonly<Record<string, unknown>>): void {
    this.#write(`${this.#records === 0 ? "" : ","}\n${stringifyWellFormed(record)}`);
    this.#records++;
  }
}

function extentOf(all: readonly Extent[]): Extent {
  return {
    startMicros: all.reduce(
      (least, { startMicros }) => Math.min(least, startMicros),
      Number.POSITIVE_INFINITY,
    ),
    endMicros: all.reduce((most, { endMicros }) => Math.max(most, endMicros), 0),
  };
}
