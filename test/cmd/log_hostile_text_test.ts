import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { run, runShell, temporaryFolder } from "../support/binary.ts";
import { linesOf } from "../support/log_lines.ts";

// Many starts of the binary, on a machine that may have other work.
setDefaultTimeout(60_000);

describe("hostile text", () => {
  const texts: readonly (readonly [name: string, text: string])[] = [
    ["a newline", "a\nb"],
    ["CRLF", "a\r\nb"],
    ["ESC", "\x1b[31m\x1b]0;title\x07"],
    ["C1", "\u009b31m"],
    ["bidi", "\u202eabc\u2066"],
    ["line separators", "a\u2028b\u2029c\u0085d"],
    ["quotes and backslashes", '"\\", "event": "x'],
    ["another event", '"}\n{"timestamp": 1, "request_id": "x", "event": "y"}'],
    ["emoji", "👩‍🚀🎤"],
    ["a byte order mark", "\ufeffx"],
    ["blanks", "   "],
    ["__proto__", "__proto__"],
    ["100 KB", "x".repeat(100_000)],
  ];

  for (const [name, text] of texts) {
    test(`${name} in ID, SERVICE, EVENT and metadata is one line that reads back the same`, async () => {
      using folder = temporaryFolder();
      const ran = await run(
        ["log", "--log", "voice.log", `--meta=k=${text}`, "--", text, text, text],
        {
          cwd: folder.path,
        },
      );
      expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
      const lines = linesOf(join(folder.path, "voice.log"));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({ request_id: text, service: text, event: text });
      expect(lines[0]?.metadata).toEqual({ k: text });
    });
  }

  test("every hostile text was met", () => expect(texts).toHaveLength(13));

  test("bytes that are no UTF-8, a lone surrogate among them, are one line of valid UTF-8", async () => {
    using folder = temporaryFolder();
    const script =
      "timmy log $'a\\xff' $'\\xed\\xa0\\x80b' $'c\\xf0\\x9f' --meta $'k=\\xc0' --log voice.log";
    const ran = await runShell(script, [], { cwd: folder.path });
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
    const lines = linesOf(join(folder.path, "voice.log"));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.request_id).toStartWith("a");
  });
});
