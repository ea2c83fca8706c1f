import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { openLogFile } from "../../../lib/log/file_source.ts";
import { readLog } from "../../../lib/log/read_log.ts";
import { detectPacking } from "../../../lib/log/unpack.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { sampleLines, writeFiles } from "../../support/rotation.ts";

const packers = { gzip: gzipSync, zstd: zstdCompressSync } as const;
const formats = ["gzip", "zstd"] as const;
const text = sampleLines(400);
const second = sampleLines(100, 400);

async function readBytes(path: string, blockBytes = 64 * 1024) {
  const file = openLogFile(path);
  const block = new Uint8Array(blockBytes);
  const parts: Buffer[] = [];
  for (let count = await file.read(block); count > 0; count = await file.read(block)) {
    parts.push(Buffer.from(block.subarray(0, count)));
  }
  const damage = file.damage();
  file.close();
  return { text: Buffer.concat(parts).toString(), damage };
}

async function report(path: string, blockBytes?: number) {
  const reading = await readLog([path], {
    maxLineBytes: 1024 * 1024,
    ...(blockBytes === undefined ? {} : { blockBytes }),
  });
  while ((await reading.next()) !== null);
  return reading.report();
}

describe.each(formats)("a log packed with %s", (format) => {
  const pack = packers[format];
  const packed = pack(Buffer.from(text));

  test("is read whole, all members of it, under any name and in blocks of any size", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "plain.log": Buffer.concat([packed, pack(Buffer.from(second))]) });
    for (const blockBytes of [1 << 18, 4096, 1]) {
      const read = await readBytes(join(folder.path, "plain.log"), blockBytes);
      expect(read).toEqual({ text: text + second, damage: null });
    }
  });

  test("is read as far as it goes when it is cut off at any place, and says so", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "cut.log");
    let cuts = 0;
    for (let length = 8; length < packed.length; length += 37, cuts++) {
      writeFiles(folder.path, { "cut.log": packed.subarray(0, length) });
      const read = await readBytes(path);
      expect(text.startsWith(read.text)).toBe(true);
      expect(read.damage).toBe(`the ${format} archive is cut off here`);
    }
    expect(cuts).toBeGreaterThan(20);
  });

  test("loses nothing to junk behind it", async () => {
    using folder = temporaryFolder();
    for (const junk of ["junk", "\0".repeat(512)]) {
      writeFiles(folder.path, { "junk.log": Buffer.concat([packed, Buffer.from(junk)]) });
      const read = await readBytes(join(folder.path, "junk.log"));
      expect(read.text).toBe(text);
      expect(read.damage).toBe(`the ${format} archive is damaged from here on`);
    }
  });

  test("counts its damage once, as a torn tail of whatever line it is in", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, {
      "cut.log": packed.subarray(0, -30),
      "junk.log": Buffer.concat([packed, Buffer.from("junk")]),
    });
    for (const [name, detail] of [
      ["cut.log", `the ${format} archive is cut off here`],
      ["junk.log", `the ${format} archive is damaged from here on`],
    ] as const) {
      for (const blockBytes of [undefined, 64]) {
        const { problems, events } = await report(join(folder.path, name), blockBytes);
        expect(problems.total).toBe(1);
        expect(problems.kinds["torn tail"]).toBe(1);
        expect(problems.first[0]?.detail).toBe(detail);
        if (name === "junk.log") expect(events).toBe(400);
      }
    }
  });

  test("that unpacks to a gigabyte is read within 200 MB", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "bomb.log");
    // A hundred members of ten megabytes each.
    const member = pack(Buffer.alloc(10_000_000, "x"));
    writeFiles(folder.path, { "bomb.log": Buffer.concat(Array(100).fill(member)) });
    const script = `
      const { readLog } = await import(process.argv[1]);
      const { readPeak } = await import(process.argv[2]);
      const reading = await readLog([process.argv[3]], { maxLineBytes: 1 << 20 });
      while ((await reading.next()) !== null);
      const { bytes, problems } = reading.report();
      console.log(JSON.stringify([bytes, problems.kinds["too long"], readPeak("self")]));`;
    const module = join(import.meta.dir, "..", "..", "..", "lib", "log", "read_log.ts");
    const memory = join(import.meta.dir, "..", "..", "support", "peak_memory.ts");
    const command = [process.execPath, "-e", script, module, memory, path];
    const child = Bun.spawn(command, { stdout: "pipe" });
    const [bytes, tooLong, peakBytes] = JSON.parse(await new Response(child.stdout).text());
    await child.exited;
    expect([bytes, tooLong]).toEqual([1_000_000_000, 1]);
    expect(peakBytes).toBeGreaterThan(20e6);
    expect(peakBytes).toBeLessThan(200e6);
  }, 30_000);
});

describe("what is packed is told by content", () => {
  test("not by name", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "text.log.gz": text, "gzip.log.zst": gzipSync(text) });
    for (const name of ["text.log.gz", "gzip.log.zst"]) {
      expect(await readBytes(join(folder.path, name))).toEqual({ text, damage: null });
    }
  });

  test("and by name only where the content is too short to tell", () => {
    const table = [
      [[], "a.gz", "gzip"],
      [[0x1f], "a.gz", "gzip"],
      [[], "a.zst", "zstd"],
      [[0x28, 0xb5, 0x2f], "a.zst", "zstd"],
      [[0x7b], "a.gz", null],
      [[], "a.log", null],
      [[0x1f, 0x8b, 8, 0], "a.log", "gzip"],
      [[0x28, 0xb5, 0x2f, 0xfd], "a.log", "zstd"],
      [[0x50, 0x2a, 0x4d, 0x18], "a.log", "zstd"],
      [[0x7b, 0x22, 0x74, 0x69], "a.gz", null],
    ] as const;
    expect(table).toHaveLength(10);
    for (const [head, name, format] of table) {
      expect(detectPacking(Uint8Array.from(head), name)).toBe(format);
    }
  });

  test("an archive of no bytes at all is damaged, not an empty log", async () => {
    using folder = temporaryFolder();
    writeFiles(folder.path, { "empty.log.gz": "" });
    const { problems } = await report(join(folder.path, "empty.log.gz"));
    expect(problems.kinds["torn tail"]).toBe(1);
  });
});
