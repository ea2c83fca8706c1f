import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AccessError, LockBusyError } from "../../../lib/error.ts";
import { withLock } from "../../../lib/log/lock.ts";
import { temporaryFolder } from "../../support/binary.ts";
import { bunCommand } from "../../support/child.ts";

const modulePath = join(import.meta.dir, "../../../lib/log/lock.ts");

/** A process that holds the lock until it is ended. */
async function startHolder(path: string) {
  const script = `
    import { withLock } from ${JSON.stringify(modulePath)};
    await withLock(process.argv.at(-1), async () => {
      process.stdout.write("held");
      await Bun.stdin.text();
    });`;
  const child = Bun.spawn(bunCommand(script, path), { stdin: "pipe", stdout: "pipe" });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toBe("held");
  return child;
}

describe("withLock()", () => {
  test("runs the work and gives back what it gives", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    expect(await withLock(path, () => 7)).toBe(7);
    expect(await withLock(path, async () => "later")).toBe("later");
    expect(existsSync(path)).toBe(false);
  });

  test("keeps its lock file, readable to its owner alone", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    await withLock(path, () => {});
    expect((statSync(`${path}.lock`).mode & 0o777).toString(8)).toBe("600");
  });

  test("refuses a second holder at once, in the same process too", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    await withLock(path, async () => {
      let ran = false;
      const second = withLock(path, () => {
        ran = true;
      });
      await expect(second).rejects.toThrow(
        new LockBusyError(`Another run holds the lock ${path}.lock; try again when it has ended`),
      );
      expect(ran).toBe(false);
    });
    expect(await withLock(path, () => "free")).toBe("free");
  });

  test("does not mind the lock of another log", async () => {
    using folder = temporaryFolder();
    const [one, other] = [join(folder.path, "a.log"), join(folder.path, "b.log")];
    expect(await withLock(one, () => withLock(other, () => "both"))).toBe("both");
  });

  test("is free again when the work fails, and hands on the failure", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const failing = withLock(path, () => {
      throw new Error("no luck");
    });
    await expect(failing).rejects.toThrow("no luck");
    expect(await withLock(path, () => "free")).toBe("free");
  });

  test("is refused while another process holds it, and free once that has ended", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const child = await startHolder(path);
    try {
      await expect(withLock(path, () => {})).rejects.toBeInstanceOf(LockBusyError);
      child.stdin.end();
      expect(await child.exited).toBe(0);
      expect(await withLock(path, () => "free")).toBe("free");
    } finally {
      child.kill("SIGKILL");
    }
  });

  test("is free once its holder was killed", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "latency.log");
    const child = await startHolder(path);
    child.kill("SIGKILL");
    await child.exited;
    expect(await withLock(path, () => "free")).toBe("free");
  });

  test("refuses a lock file that cannot be opened, or is a link", async () => {
    using folder = temporaryFolder();
    const missing = join(folder.path, "missing", "latency.log");
    await expect(withLock(missing, () => {})).rejects.toThrow(
      new AccessError(`Cannot open the lock ${missing}.lock: no such file or directory`),
    );
    const linked = join(folder.path, "latency.log");
    writeFileSync(join(folder.path, "target"), "");
    symlinkSync(join(folder.path, "target"), `${linked}.lock`);
    await expect(withLock(linked, () => {})).rejects.toThrow("it is a symbolic link");
    const folderLock = join(folder.path, "other.log");
    mkdirSync(`${folderLock}.lock`);
    await expect(withLock(folderLock, () => {})).rejects.toThrow("it is a directory");
  });
});
