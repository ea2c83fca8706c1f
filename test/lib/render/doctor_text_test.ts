import { expect, test } from "bun:test";
import { renderDoctorText } from "../../../lib/render/doctor_text.ts";
import { ansiStyle, plainStyle } from "../../../lib/render/style.ts";
import type { Check } from "../../../lib/report/doctor_report.ts";

const good: Check = { name: "lock", verdict: "good", value: "free", advice: null };
const note: Check = { name: "file system", verdict: "note", value: "fuse", advice: "Look" };
const care: Check = { name: "writable", verdict: "care", value: "no", advice: "Do\x1b[31m it" };

test("renderDoctorText() prints a line a check, advice below, and a conclusion", () => {
  expect(renderDoctorText([good, note, care], plainStyle)).toBe(
    [
      "ok    lock         free",
      "note  file system  fuse",
      "                   → Look",
      "CARE  writable     no",
      "                   → Do\\x1b[31m it",
      "",
      "1 thing needs care, 1 note",
      "",
    ].join("\n"),
  );
});

test("renderDoctorText() concludes in the right number", () => {
  const conclude = (checks: readonly Check[]) =>
    renderDoctorText(checks, plainStyle).trimEnd().split("\n").at(-1);
  expect(conclude([good])).toBe("All is well");
  expect(conclude([good, note, note])).toBe("All is well, 2 notes");
  expect(conclude([care, care])).toBe("2 things need care");
});

test("renderDoctorText() escapes what comes from the log", () => {
  const hostile = { ...good, value: "a\nb\u202e" };
  expect(renderDoctorText([hostile], plainStyle)).toContain("a\\x0ab\\u202e\n");
});

test("renderDoctorText() colours the marks alone", () => {
  const text = renderDoctorText([good, note, care], ansiStyle);
  expect(text).toContain("\x1b[2mok  \x1b[22m  lock ");
  expect(text).toContain("\x1b[33mnote\x1b[39m  file system");
  expect(text).toContain("\x1b[31mCARE\x1b[39m  writable");
});
