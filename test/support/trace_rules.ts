/** What a document in the Trace Event Format holds, by kind. */
export interface TraceCounts {
  readonly slices: number;
  readonly asyncSlices: number;
  readonly asyncInstants: number;
  readonly arrows: number;
  readonly instants: number;
  readonly counters: number;
  readonly processes: number;
  readonly threads: number;
}

/** A record as it stands in the document; which fields it has depends on `ph`. */
export interface TraceRecord {
  readonly name: string;
  readonly ph: string;
  readonly cat: string;
  readonly ts: number;
  readonly dur: number;
  readonly pid: number;
  readonly tid: number;
  readonly id: string;
  readonly s: string;
  readonly bp: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * Reads a document and throws at the first rule of the Trace Event Format that it breaks: unknown phases,
 * slices of one thread that cross, asynchronous slices that are not closed in order, arrows without two
 * ends or without slices to bind to, processes and threads without a name or with two.
 */
export function checkTrace(text: string): TraceCounts {
  if (!text.isWellFormed()) throw new Error("The text is not well formed");
  const { traceEvents: all, ...rest } = JSON.parse(text) as { traceEvents: TraceRecord[] };
  if (Object.keys(rest).length > 0) throw new Error("There are unknown fields at the top");
  for (const record of all) checkRecord(record);
  const of = (phases: string) => all.filter(({ ph }) => phases.includes(ph));
  checkNames(all);
  checkNesting(of("X"));
  checkAsync(of("ben"));
  checkArrows(of("s"), of("f"), of("X"));
  return {
    slices: of("X").length,
    asyncSlices: of("b").length,
    asyncInstants: of("n").length,
    arrows: of("s").length,
    instants: of("i").length,
    counters: of("C").length,
    processes: of("M").filter(({ name }) => name === "process_name").length,
    threads: of("M").filter(({ name }) => name === "thread_name").length,
  };
}

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

function checkRecord(record: TraceRecord): void {
  const broken = (rule: string) => new Error(`${rule}: ${JSON.stringify(record)}`);
  const { ph, name, ts, dur, pid, tid, id, s, bp, args, cat } = record;
  if (!["X", "b", "e", "n", "s", "f", "i", "C", "M"].includes(ph)) throw broken("Unknown phase");
  if (typeof name !== "string") throw broken("No name");
  if (!isCount(pid) || pid === 0 || pid > 10_000) throw broken("No process number");
  if (ph !== "M" && !isCount(ts)) throw broken("No whole microseconds");
  if ("Xisf".includes(ph) && (!isCount(tid) || tid <= 10_000)) throw broken("No thread number");
  if (ph === "X" && !isCount(dur)) throw broken("No duration");
  if ("bensf".includes(ph) && !(/^0x[0-9a-f]+$/.test(id) && cat !== "")) throw broken("No id");
  if (ph === "i" && s !== "t") throw broken("No scope");
  if (ph === "f" && bp !== "e") throw broken("Bound to whatever comes next");
  if (JSON.stringify(record).match(/(?<!\\)(?:\\\\)*\\u[dD][89a-f]/)) throw broken("Half a pair");
  if (ph === "C" && !Object.values(args).every(Number.isFinite)) throw broken("No number");
}

function checkNames(all: readonly TraceRecord[]): void {
  const processes = new Map<number, string>();
  const threads = new Map<number, number>();
  for (const { ph, name, pid, tid, args } of all) {
    if (ph === "M" && typeof args["name"] !== "string") throw new Error(`No name in ${name}`);
    if (ph === "M" && name === "process_name") {
      if (processes.has(pid)) throw new Error(`Process ${pid} has two names`);
      processes.set(pid, String(args["name"]));
    } else if (ph === "M" && name === "thread_name") {
      if (threads.has(tid)) throw new Error(`Thread ${tid} has two names`);
      threads.set(tid, pid);
    }
    if (!processes.has(pid)) throw new Error(`Process ${pid} is used before it has a name`);
    if (tid > 10_000 && threads.get(tid) !== pid)
      throw new Error(`Thread ${tid} is none of ${pid}`);
  }
  if (new Set(processes.values()).size !== processes.size)
    throw new Error("Two processes share a name");
}

function checkNesting(slices: readonly TraceRecord[]): void {
  for (const own of Map.groupBy(slices, ({ tid }) => tid).values()) {
    const open: number[] = [];
    for (const { ts, dur } of own.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
      while ((open.at(-1) ?? Number.POSITIVE_INFINITY) <= ts) open.pop();
      if ((open.at(-1) ?? Number.POSITIVE_INFINITY) < ts + dur)
        throw new Error(`Slices cross at ${ts}`);
      open.push(ts + dur);
    }
  }
}

function checkAsync(records: readonly TraceRecord[]): void {
  const groups = Map.groupBy(records, ({ cat, id, pid }) => JSON.stringify([cat, id, pid]));
  const ids = new Set(records.map(({ id }) => id));
  if (ids.size !== groups.size) throw new Error("Two things share an id");
  for (const own of groups.values()) {
    const open: string[] = [];
    for (const { ph, name } of own.toSorted((a, b) => a.ts - b.ts)) {
      if (ph === "b") open.push(name);
      else if (ph === "e" && open.pop() !== name) throw new Error(`${name} ends, and was not open`);
    }
    if (open.length > 0) throw new Error(`${open} do not end`);
  }
}

function checkArrows(
  starts: readonly TraceRecord[],
  ends: readonly TraceRecord[],
  slices: readonly TraceRecord[],
): void {
  const keyOf = ({ cat, name, id }: TraceRecord) => JSON.stringify([cat, name, id]);
  const byKey = new Map(starts.map((start) => [keyOf(start), start]));
  if (byKey.size !== starts.length || ends.length !== starts.length) throw new Error("Odd arrows");
  const placeOf = ({ pid, tid, ts, cat }: TraceRecord) => JSON.stringify([pid, tid, ts, cat]);
  const places = new Set(slices.map(placeOf));
  for (const end of ends) {
    const start = byKey.get(keyOf(end));
    if (start === undefined) throw new Error(`An arrow has no start: ${end.id}`);
    byKey.delete(keyOf(end));
    if (end.ts < start.ts) throw new Error(`An arrow flies back: ${end.id}`);
    if (!places.has(placeOf(start)) || !places.has(placeOf(end))) throw new Error("Unbound arrow");
  }
}
