import { describe, expect, test } from "bun:test";
import { Events } from "../../../lib/event/names.ts";
import { spanOrder } from "../../../lib/event/span_catalogue.ts";
import type { Metadata, TimingEvent } from "../../../lib/event/timing_event.ts";
import {
  catalogueRank,
  findSpans,
  isClockConflict,
  isComplete,
  type Span,
} from "../../../lib/request/spans.ts";
import { eventAt, startSeconds } from "../../support/events.ts";

/** Made-up events, each `[offset in ms, name]`, with metadata or another service if that matters. */
type Moment = readonly [
  offsetMs: number,
  name: string,
  rest?: { readonly service?: string; readonly metadata?: Metadata },
];

function eventsOf(moments: readonly Moment[]): TimingEvent[] {
  return moments.map(([offsetMs, name, rest]) => eventAt(offsetMs, name, rest));
}

/** A span as a line: `llm 10..30`; `llm 10..` lacks its end, `llm ..30` its start. */
function show(span: Span): string {
  const ms = (seconds: number) => String(Math.round((seconds - startSeconds) * 1e6) / 1000);
  const lacksStart = span.endSeconds === null && span.startEvent === null;
  const from = lacksStart ? "" : ms(span.startSeconds);
  const to = span.endSeconds !== null ? ms(span.endSeconds) : "";
  return `${span.name} ${from}..${lacksStart ? ms(span.startSeconds) : to}`;
}

function spansOf(moments: readonly Moment[]): string[] {
  return findSpans(eventsOf(moments)).map(show);
}

interface Case {
  readonly what: string;
  readonly moments: readonly Moment[];
  readonly spans: readonly string[];
}

const catalogue: readonly Case[] = [
  {
    what: "endpointing, back from the pause by its threshold",
    moments: [[1000, "stt_pause_detected", { metadata: { pause_threshold: 0.75 } }]],
    spans: ["endpointing 250..1000"],
  },
  {
    what: "endpointing of a threshold of 0",
    moments: [[1000, "stt_pause_detected", { metadata: { pause_threshold: 0 } }]],
    spans: ["endpointing 1000..1000"],
  },
  {
    what: "endpointing of every pause",
    moments: [
      [1000, "stt_pause_detected", { metadata: { pause_threshold: 0.5 } }],
      [3000, "stt_pause_detected", { metadata: { pause_threshold: 1 } }],
    ],
    spans: ["endpointing 500..1000", "endpointing 2000..3000"],
  },
  {
    what: "finalization",
    moments: [
      [0, "stt_pause_detected"],
      [2, "stt_transcript_finalized"],
    ],
    spans: ["finalization 0..2"],
  },
  {
    what: "hand-off stt→v34 from the HTTP call to the handler",
    moments: [
      [0, "stt_transcript_finalized"],
      [1, "stt_sending_to_v34"],
      [2, "stt_http_request_start"],
      [5, "v34_flask_handler_entry"],
      [6, "v34_webhook_received"],
      [90, "stt_http_response_received"],
    ],
    spans: ["hand-off stt→v34 2..5", "http call 2..90"],
  },
  {
    what: "hand-off stt→v34 from sending, without an HTTP call",
    moments: [
      [0, "stt_transcript_finalized"],
      [1, "stt_sending_to_v34"],
      [6, "v34_webhook_received"],
    ],
    spans: ["hand-off stt→v34 1..6"],
  },
  {
    what: "hand-off stt→v34 from the transcript, without anything else",
    moments: [
      [0, "stt_transcript_finalized"],
      [6, "v34_webhook_received"],
    ],
    spans: ["hand-off stt→v34 0..6"],
  },
  {
    what: "classification",
    moments: [
      [0, "v34_webhook_received"],
      [1, "v34_classification_start"],
      [33, "v34_classification_complete"],
    ],
    spans: ["classification 1..33"],
  },
  {
    what: "classification from the webhook, without a start of its own",
    moments: [
      [0, "v34_webhook_received"],
      [33, "v34_classification_complete"],
    ],
    spans: ["classification 0..33"],
  },
  {
    what: "memory storage",
    moments: [
      [0, "v34_memory_storage_start"],
      [50, "v34_memory_storage_complete"],
    ],
    spans: ["memory storage 0..50"],
  },
  {
    what: "retrieval with embedding and query inside",
    moments: [
      [0, "v34_retrieval_start"],
      [1, "v34_retrieval_embedding_start"],
      [9, "v34_retrieval_embedding_complete"],
      [10, "v34_retrieval_query_start"],
      [30, "v34_retrieval_query_complete"],
      [32, "v34_retrieval_complete"],
    ],
    spans: ["retrieval 0..32", "embedding 1..9", "query 10..30"],
  },
  {
    what: "retrieval from the classification's end when that is its service's last event",
    moments: [
      [0, "v34_classification_complete"],
      [5, "stt_http_response_received"],
      [30, "v34_retrieval_complete"],
    ],
    spans: ["retrieval 0..30"],
  },
  {
    what: "prompt",
    moments: [
      [0, "v34_retrieval_complete"],
      [3, "v34_prompt_built"],
    ],
    spans: ["prompt 0..3"],
  },
  {
    what: "llm",
    moments: [
      [0, "v34_ollama_sent"],
      [900, "v34_ollama_received"],
    ],
    spans: ["llm 0..900"],
  },
  {
    what: "hand-off v34→tts",
    moments: [
      [0, "v34_sending_to_tts"],
      [4, "tts_request_received"],
    ],
    spans: ["hand-off v34→tts 0..4"],
  },
  {
    what: "mic pause, synthesis and playback, each from the end of the one before",
    moments: [
      [0, "tts_pause_sent"],
      [10, "tts_synthesis_start"],
      [400, "tts_audio_playback_start"],
      [3000, "tts_audio_playback_complete"],
      [3010, "tts_resume_sent"],
    ],
    spans: ["mic pause 0..10", "synthesis 10..400", "playback 400..3000"],
  },
  {
    what: "http call, an envelope without a hand-off inside it",
    moments: [
      [0, "stt_http_request_start"],
      [5, "v34_webhook_received"],
      [90, "stt_http_response_received"],
    ],
    spans: ["hand-off stt→v34 0..5", "http call 0..90"],
  },
];

describe("findSpans() pairs the catalogue's events:", () => {
  test("as many cases as the table has rows, all spans with fixed names among them", () => {
    expect(catalogue.length).toBe(17);
    const met = new Set(
      catalogue.flatMap(({ spans }) => spans.map((span) => span.replace(/ [^ ]*$/, ""))),
    );
    const fromMetadata = ["load", "prefill", "generation"];
    expect([...met, ...fromMetadata].sort()).toEqual([...spanOrder].sort());
  });

  test.each(catalogue)("$what", ({ moments, spans }) => {
    expect(spansOf(moments)).toEqual([...spans]);
  });
});

const plain: readonly Case[] = [
  { what: "no events", moments: [], spans: [] },
  {
    what: "an event of no known name",
    moments: [[0, "stt_hello"]],
    spans: [],
  },
  {
    what: "a lone tts_pause_sent, tts_resume_sent or v34_sending_to_tts",
    moments: [
      [0, "v34_sending_to_tts"],
      [1, "tts_pause_sent"],
      [2, "tts_resume_sent"],
    ],
    spans: [],
  },
  {
    what: "unused alternatives",
    moments: [
      [0, "stt_transcript_finalized"],
      [1, "stt_sending_to_v34"],
      [2, "stt_http_response_received"],
    ],
    spans: [],
  },
  {
    what: "catalogue ends without their start",
    moments: [
      [0, "v34_classification_complete"],
      [1, "v34_memory_storage_complete"],
      [2, "v34_retrieval_embedding_complete"],
      [3, "v34_retrieval_query_complete"],
      [4, "v34_prompt_built"],
      [5, "tts_audio_playback_complete"],
      [6, "tts_request_received"],
    ],
    spans: [],
  },
  {
    what: "retrieval where an event of its service lies between",
    moments: [
      [0, "v34_classification_complete"],
      [1, "v34_memory_storage_start"],
      [2, "v34_memory_storage_complete"],
      [30, "v34_retrieval_complete"],
    ],
    spans: ["memory storage 1..2"],
  },
  {
    what: "a pause threshold that is no number of seconds",
    moments: [
      [0, "stt_pause_detected"],
      [1, "stt_pause_detected", { metadata: { pause_threshold: null } }],
      [2, "stt_pause_detected", { metadata: { pause_threshold: "1.0" } }],
      [3, "stt_pause_detected", { metadata: { pause_threshold: -1 } }],
      [4, "stt_pause_detected", { metadata: { pause_threshold: [1] } }],
      [5, "stt_pause_detected", { metadata: { pause_threshold: Number.POSITIVE_INFINITY } }],
      [6, "stt_pause_detected", { metadata: { pause_threshold: true } }],
    ],
    spans: [],
  },
];

describe("findSpans() makes no span of", () => {
  test("as many cases as the table has rows", () => {
    expect(plain.length).toBe(7);
  });

  test.each(plain)("$what", ({ moments, spans }) => {
    expect(spansOf(moments)).toEqual([...spans]);
  });
});

const pairing: readonly Case[] = [
  {
    what: "each end closes the oldest open start",
    moments: [
      [0, "v34_ollama_sent"],
      [10, "v34_ollama_sent"],
      [20, "v34_ollama_received"],
      [50, "v34_ollama_received"],
    ],
    spans: ["llm 0..20", "llm 10..50"],
  },
  {
    what: "repeats one after the other",
    moments: [
      [0, "tts_audio_playback_start"],
      [10, "tts_audio_playback_complete"],
      [20, "tts_audio_playback_start"],
      [40, "tts_audio_playback_complete"],
    ],
    spans: ["playback 0..10", "playback 20..40"],
  },
  {
    what: "two starts and one end leave the later start open",
    moments: [
      [0, "v34_memory_storage_start"],
      [10, "v34_memory_storage_start"],
      [20, "v34_memory_storage_complete"],
    ],
    spans: ["memory storage 0..20", "memory storage 10.."],
  },
  {
    what: "one start and two ends leave the later end alone",
    moments: [
      [0, "v34_ollama_sent"],
      [10, "v34_ollama_received"],
      [20, "v34_ollama_received"],
    ],
    spans: ["llm 0..10", "llm ..20"],
  },
  {
    what: "an alternative is chosen once for the request, not for each pair",
    moments: [
      [0, "v34_webhook_received"],
      [10, "v34_classification_complete"],
      [20, "v34_classification_start"],
      [30, "v34_classification_complete"],
    ],
    spans: ["classification 20..30"],
  },
  {
    what: "several retrievals by the classification before them",
    moments: [
      [0, "v34_classification_complete"],
      [10, "v34_retrieval_complete"],
      [20, "v34_classification_complete"],
      [25, "v34_hello"],
      [30, "v34_retrieval_complete"],
      [40, "v34_classification_complete"],
      [50, "v34_retrieval_complete"],
    ],
    // The retrieval that ends at 30 cannot be told from other work, so its end finds no open start.
    spans: ["retrieval 0..10", "retrieval 40..50"],
  },
  {
    what: "start and end at the same instant",
    moments: [
      [5, "v34_ollama_sent"],
      [5, "v34_ollama_received"],
    ],
    spans: ["llm 5..5"],
  },
];

describe("findSpans() pairs in time order:", () => {
  test("as many cases as the table has rows", () => {
    expect(pairing.length).toBe(7);
  });

  test.each(pairing)("$what", ({ moments, spans }) => {
    expect(spansOf(moments)).toEqual([...spans]);
  });
});

const generic: readonly Case[] = [
  ...["complete", "completed", "end", "done", "finished"].map((ending) => ({
    what: `X_start → X_${ending}`,
    moments: [
      [0, "gpu_warmup_start"],
      [30, `gpu_warmup_${ending}`],
    ] as const,
    spans: ["gpu_warmup 0..30"],
  })),
  {
    what: "X_sent → X_received where both occur",
    moments: [
      [0, "tool_sent"],
      [30, "tool_received"],
    ],
    spans: ["tool 0..30"],
  },
  {
    what: "the name with its service where two services have one",
    moments: [
      [0, "load_start", { service: "stt" }],
      [5, "load_start", { service: "tts" }],
      [8, "load_complete", { service: "stt" }],
      [9, "load_complete", { service: "tts" }],
    ],
    spans: ["stt load 0..8", "tts load 5..9"],
  },
  {
    what: "only within one service",
    moments: [
      [0, "load_start", { service: "stt" }],
      [8, "load_complete", { service: "tts" }],
    ],
    spans: ["stt load 0..", "tts load ..8"],
  },
  {
    what: "different endings of one start in time order",
    moments: [
      [0, "x_start"],
      [1, "x_start"],
      [2, "x_done"],
      [3, "x_end"],
    ],
    spans: ["x 0..2", "x 1..3"],
  },
  {
    what: "a start without its end, incomplete",
    moments: [[0, "x_start"]],
    spans: ["x 0.."],
  },
  {
    what: "an end without its start, incomplete",
    moments: [[7, "x_finished"]],
    spans: ["x ..7"],
  },
  {
    what: "an end before its start, both incomplete",
    moments: [
      [0, "x_complete"],
      [7, "x_start"],
    ],
    spans: ["x ..0", "x 7.."],
  },
  {
    what: "a lone X_sent or X_received as a plain event",
    moments: [
      [0, "tool_sent"],
      [1, "mail_received"],
    ],
    spans: [],
  },
  {
    what: "X_sent of one service and X_received of another as plain events",
    moments: [
      [0, "tool_sent", { service: "a" }],
      [1, "tool_received", { service: "b" }],
    ],
    spans: [],
  },
  {
    what: "one X_received too many as incomplete, one X_sent too many as a plain event",
    moments: [
      [0, "tool_sent"],
      [1, "tool_received"],
      [2, "tool_received"],
      [3, "tool_sent"],
    ],
    spans: ["tool 0..1", "tool ..2"],
  },
  {
    what: "hostile names like any other",
    moments: [
      [0, "__proto___start", { service: "constructor" }],
      [1, "__proto___end", { service: "constructor" }],
    ],
    spans: ["__proto__ 0..1"],
  },
];

describe("findSpans() pairs custom events by name:", () => {
  test("as many cases as the table has rows", () => {
    expect(generic.length).toBe(16);
  });

  test.each(generic)("$what", ({ moments, spans }) => {
    expect(spansOf(moments)).toEqual([...spans]);
  });

  test("as work, after all spans of the catalogue", () => {
    const [span] = findSpans(
      eventsOf([
        [0, "x_start"],
        [1, "x_end"],
      ]),
    );
    expect(span?.kind).toBe("work");
    expect(catalogueRank("x")).toBe(spanOrder.length);
    expect(catalogueRank("http call")).toBe(spanOrder.length - 1);
  });
});

describe("incomplete spans", () => {
  test("come of every start that needs its end, each alone", () => {
    const starts = Object.values(Events).filter(
      (name) => name.endsWith("_start") || name === Events.V34_OLLAMA_SENT,
    );
    const found = starts.map((name) => [name, spansOf([[3, name]])] as const);
    expect(Object.fromEntries(found)).toEqual({
      stt_http_request_start: ["hand-off stt→v34 3..", "http call 3.."],
      v34_classification_start: ["classification 3.."],
      v34_memory_storage_start: ["memory storage 3.."],
      v34_retrieval_start: ["retrieval 3.."],
      v34_retrieval_embedding_start: ["embedding 3.."],
      v34_retrieval_query_start: ["query 3.."],
      v34_ollama_sent: ["llm 3.."],
      tts_synthesis_start: ["synthesis 3.."],
      tts_audio_playback_start: ["playback 3.."],
    });
    expect(found.length).toBe(9);
  });

  test("come of v34_ollama_received alone among the catalogue's ends", () => {
    expect(spansOf([[3, "v34_ollama_received"]])).toEqual(["llm ..3"]);
  });

  test("are neither complete nor a clock conflict, and point at their one event", () => {
    const [open, lonely] = findSpans(
      eventsOf([
        [0, "v34_ollama_received"],
        [3, "v34_ollama_sent"],
      ]),
    ).reverse();
    expect([open, lonely].map((span) => span && [isComplete(span), isClockConflict(span)])).toEqual(
      [
        [false, false],
        [false, false],
      ],
    );
    expect([open?.startEvent, open?.endEvent]).toEqual([1, null]);
    expect([lonely?.startEvent, lonely?.endEvent]).toEqual([null, 0]);
  });
});

describe("clock conflicts", () => {
  test("are hops with one start and one end in the wrong order", () => {
    const spans = findSpans(
      eventsOf([
        [0, "v34_webhook_received"],
        [40, "stt_sending_to_v34"],
        [50, "tts_request_received"],
        [60, "v34_sending_to_tts"],
      ]),
    );
    expect(spans.map(show)).toEqual(["hand-off stt→v34 40..0", "hand-off v34→tts 60..50"]);
    expect(spans.map(isClockConflict)).toEqual([true, true]);
    expect(spans.map(isComplete)).toEqual([false, false]);
  });

  test("do not arise where a hop occurs twice", () => {
    expect(
      spansOf([
        [0, "tts_request_received"],
        [10, "v34_sending_to_tts"],
        [20, "v34_sending_to_tts"],
        [30, "tts_request_received"],
      ]),
    ).toEqual(["hand-off v34→tts 10..30"]);
  });

  test("do not arise from work in the wrong order: both halves are incomplete", () => {
    expect(
      spansOf([
        [0, "v34_ollama_received"],
        [9, "v34_ollama_sent"],
      ]),
    ).toEqual(["llm ..0", "llm 9.."]);
  });

  test("do not arise at one instant: a hop of no length is complete", () => {
    const [span] = findSpans(
      eventsOf([
        [7, "tts_request_received"],
        [7, "v34_sending_to_tts"],
      ]),
    );
    expect(span && [show(span), isComplete(span), isClockConflict(span)]).toEqual([
      "hand-off v34→tts 7..7",
      true,
      false,
    ]);
  });
});

describe("the children of llm", () => {
  const llm = (metadata: Metadata): readonly Moment[] => [
    [0, "v34_ollama_sent"],
    [1000, "v34_ollama_received", { metadata }],
  ];

  test("lie end to end, the last one ending with the span", () => {
    const spans = findSpans(
      eventsOf(llm({ eval_duration_ms: 600, prompt_eval_duration_ms: 250, load_duration_ms: 100 })),
    );
    expect(spans.map(show)).toEqual([
      "llm 0..1000",
      "load 50..150",
      "prefill 150..400",
      "generation 400..1000",
    ]);
    expect(spans.map(({ kind }) => kind)).toEqual(["work", "work", "work", "work"]);
    expect(spans.map(({ parent }) => parent?.name ?? null)).toEqual([null, "llm", "llm", "llm"]);
    expect(spans.slice(1).map(({ startEvent, endEvent }) => [startEvent, endEvent])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
    // Neighbours share their instant to the last bit, as rows of a ledger must.
    expect(spans[1]?.endSeconds).toBe(spans[2]?.startSeconds as number);
    expect(spans[2]?.endSeconds).toBe(spans[3]?.startSeconds as number);
    expect(spans[3]?.endSeconds).toBe(spans[0]?.endSeconds as number);
  });

  test("are only those whose duration is given and positive", () => {
    expect(spansOf(llm({ eval_duration_ms: 600, load_duration_ms: 0 }))).toEqual([
      "llm 0..1000",
      "generation 400..1000",
    ]);
    expect(spansOf(llm({ prompt_eval_duration_ms: 600, eval_duration_ms: "9" }))).toEqual([
      "llm 0..1000",
      "prefill 400..1000",
    ]);
    expect(spansOf(llm({ load_duration_ms: -5, eval_duration_ms: null }))).toEqual(["llm 0..1000"]);
  });

  test("are none if their sum exceeds the span", () => {
    expect(spansOf(llm({ eval_duration_ms: 600, prompt_eval_duration_ms: 400.1 }))).toEqual([
      "llm 0..1000",
    ]);
    expect(spansOf(llm({ eval_duration_ms: 600, prompt_eval_duration_ms: 399.9 })).length).toBe(3);
    // Exactly the span is not more than the span.
    expect(spansOf(llm({ eval_duration_ms: 500, prompt_eval_duration_ms: 500 })).length).toBe(3);
  });

  test("never begin before their span, however their durations round", () => {
    let full = 0;
    for (let micros = 1; micros <= 3_000; micros++) {
      const [sent, received] = eventsOf([
        [micros / 1000, "v34_ollama_sent"],
        [1_000, "v34_ollama_received"],
      ]);
      if (sent === undefined || received === undefined) throw new Error("unreachable");
      const wholeMs = (received.timestampSeconds - sent.timestampSeconds) * 1000 * (1 - 1e-12);
      const [loadMs, prefillMs] = [
        (wholeMs * (micros % 47)) / 100,
        (wholeMs * (micros % 29)) / 100,
      ];
      const metadata = {
        load_duration_ms: loadMs,
        prompt_eval_duration_ms: prefillMs,
        eval_duration_ms: wholeMs - loadMs - prefillMs,
      };
      const spans = findSpans([sent, { ...received, metadata }]);
      expect(spans[0]?.name).toBe("llm");
      if (spans.length > 1) full++;
    }
    expect(full).toBeGreaterThan(2_000);
  });

  test("belong to each of several llm spans by its own end", () => {
    const spans = spansOf([
      [0, "v34_ollama_sent"],
      [100, "v34_ollama_received", { metadata: { eval_duration_ms: 40 } }],
      [200, "v34_ollama_sent"],
      [300, "v34_ollama_received", { metadata: { eval_duration_ms: 50 } }],
    ]);
    expect(spans).toEqual([
      "llm 0..100",
      "generation 60..100",
      "llm 200..300",
      "generation 250..300",
    ]);
  });

  test("do not come of an incomplete span", () => {
    const metadata = { eval_duration_ms: 1 };
    expect(spansOf([[9, "v34_ollama_received", { metadata }]])).toEqual(["llm ..9"]);
  });
});
