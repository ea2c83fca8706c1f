import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Checkpoint,
  checkpointPath,
  completeGenerations,
  type Shipped,
} from "../../../../lib/log/shipping/checkpoint.ts";
import { packRows } from "../../../../lib/log/shipping/parcel.ts";
import {
  forgetAside,
  listAside,
  putAside,
  readAside,
} from "../../../../lib/log/shipping/quarantine.ts";
import { temporaryFolder } from "../../../support/binary.ts";

const target = { address: "clickhouse://localhost:8123/latency", host: "booth" };
const hash = "0123456789abcdef0123456789abcdef";
const shipped: Shipped = { start: 0, end: 10, hash, size: 12, isComplete: false };

describe("a checkpoint", () => {
  test("lies beside the log, one for each address, and tells what is stored", () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "latency.log");
    const path = checkpointPath(log, target.address);
    expect(path).toMatch(/latency\.log\.shipped-[0-9a-f]{8}\.json$/);
    expect(checkpointPath(log, "clickhouse://other:8123/latency")).not.toBe(path);
    new Checkpoint(path, target).note(hash, shipped);
    new Checkpoint(path, target).note(hash.replace("0", "f"), { ...shipped, isComplete: true });
    const read = new Checkpoint(path, target);
    expect(read.find(hash)).toEqual(shipped);
    expect([...completeGenerations(path)]).toEqual([hash.replace("0", "f")]);
    expect(readdirSync(folder.path)).toEqual([path.slice(folder.path.length + 1)]);
  });

  test("counts as empty where it cannot be believed", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "x.json");
    new Checkpoint(path, target).note(hash, shipped);
    const whole = readFileSync(path, "utf8");
    expect(new Checkpoint(path, { ...target, host: "other" }).distrust).toBe("it is of booth");
    const damaged = [
      "",
      "null",
      "[]",
      whole.slice(0, -20),
      whole.replace('"schema":1', '"schema":2'),
      whole.replace('"end":10', '"end":-1'),
      whole.replace('"end":10', '"end":"10"'),
      whole.replace('"end":10', '"end":99'),
      whole.replace(hash, "zz"),
      whole.replace(`"hash":"${hash}"`, '"hash":7'),
      whole.replace(/"generations":.*\}/, '"generations":null}'),
    ];
    for (const text of damaged) {
      writeFileSync(path, text);
      const checkpoint = new Checkpoint(path, target);
      expect([text, checkpoint.distrust]).toEqual([text, "it is damaged"]);
      expect(checkpoint.find(hash)).toBeNull();
      expect(completeGenerations(path).size).toBe(0);
    }
    expect(new Set(damaged).size).toBe(11);
  });

  test("cannot be written into a folder that is not there, and says so", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "absent", "x.json");
    const checkpoint = new Checkpoint(path, target);
    expect(() => checkpoint.note(hash, shipped)).toThrow(`Cannot write ${path}: no such file`);
  });
});

test("what is put aside comes back as it was", () => {
  using folder = temporaryFolder();
  const checkpoint = join(folder.path, "latency.log.shipped-1a2b3c4d.json");
  const rows = '{"offset":1}\n{"offset":2}\n';
  const events = packRows(Buffer.from(rows));
  const about = { what: "bytes 0 to 9 of x", name: "a/b", generation: hash, from: 0, to: 9 };
  const parcel = { ...about, range: '{"start":0}\n', events, eventRows: 2 };
  const path = putAside(checkpoint, parcel, "it is no good");
  expect(path).toBe(join(folder.path, `latency.log.shipped-1a2b3c4d.${hash}-0-9.quarantine`));
  expect(readFileSync(path, "utf8").endsWith(`${parcel.range}${rows}`)).toBe(true);
  writeFileSync(join(folder.path, "latency.log.shipped-ffffffff.x.quarantine"), "");
  expect(listAside(checkpoint)).toEqual([path]);
  expect(readAside(path)).toEqual(parcel);
  forgetAside(path);
  expect(listAside(checkpoint)).toEqual([]);
});
