import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { encodeEvent } from "../../../lib/event/encode.ts";
import { recentNames } from "../../../lib/log/recent_names.ts";
import { runProgram, temporaryFolder } from "../../support/binary.ts";

/** A line of the log, `at` seconds after the first. */
function line(at: number, requestId: string, session?: string): string {
  return encodeEvent({
    timestampSeconds: 1_764_253_805 + at,
    requestId,
    service: at % 2 === 0 ? "stt" : "tts",
    name: `event_${at}`,
    metadata: session === undefined ? {} : { session_id: session },
  });
}

test("recentNames() lists each name once, those last used first", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "x.log");
  writeFileSync(
    path,
    [line(1, "a", "s1"), line(2, "b"), line(3, "a"), line(0, "c", "s2")].join(""),
  );
  const namesOf = (kind: Parameters<typeof recentNames>[1]) =>
    recentNames(path, kind).map(({ name }) => name);
  expect(namesOf("request")).toEqual(["a", "b", "c"]);
  expect(namesOf("session")).toEqual(["s1", "s2"]);
  expect(namesOf("service")).toEqual(["tts", "stt"]);
  expect(namesOf("event")).toEqual(["event_3", "event_2", "event_1", "event_0"]);
  expect(recentNames(path, "request")[0]?.lastSeconds).toBe(1_764_253_808);
});

test("recentNames() reads only the end of a log, from the beginning of a line on", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "x.log");
  const count = 3_000;
  const lines = Array.from({ length: count }, (_, at) => line(at, `id${at}`));
  writeFileSync(path, lines.join(""));
  const names = recentNames(path, "request");
  expect(names.length).toBe(50);
  expect(names[0]?.name).toBe(`id${count - 1}`);
  // An id that only the beginning has is beyond reach.
  writeFileSync(path, `${line(9_999, "early")}${lines.join("")}`);
  expect(recentNames(path, "request").map(({ name }) => name)).not.toContain("early");
});

test("recentNames() leaves out what cannot be typed", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "x.log");
  const ids = ["line\nend", "tab\there", "\u001b[2J", "\u202ebidi", "x".repeat(201), "$(date) 'ü'"];
  writeFileSync(path, ids.map((id, at) => line(at, id)).join(""));
  expect(recentNames(path, "request").map(({ name }) => name)).toEqual(["$(date) 'ü'"]);
});

test("recentNames() finds none in what is no readable log", async () => {
  using folder = temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  writeFileSync(at("empty"), "");
  writeFileSync(at("noise"), "not a line\n{]\n");
  writeFileSync(at("packed.gz"), gzipSync(line(1, "a")));
  mkdirSync(at("folder"));
  await runProgram(["mkfifo", at("pipe")]);
  const names = ["empty", "noise", "packed.gz", "folder", "pipe", "absent"];
  for (const name of names) expect(recentNames(at(name), "request")).toEqual([]);
  expect(names.length).toBe(6);
});
