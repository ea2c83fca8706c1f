/**
 * `bun run bench [NAME]… [OPTION]…`: runs the benchmarks of this folder, or those that are named. They
 * print figures and judge nothing; what they say belongs to the machine they ran on. Options go to the
 * benchmarks: `bun run bench summary --size 1G`.
 */
import { cpus } from "node:os";
import { join } from "node:path";

/** A file of this folder other than this one: prints its figures. */
interface Benchmark {
  run(options: readonly string[]): Promise<void>;
}

const names = [...new Bun.Glob("*.ts").scanSync(import.meta.dir)]
  .map((file) => file.replace(/\.ts$/, ""))
  .filter((name) => name !== "main" && !name.startsWith("_"))
  .sort();
const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith("-"));
const wanted = firstOption < 0 ? words : words.slice(0, firstOption);
const options = words.slice(wanted.length);
const unknown = wanted.filter((name) => !names.includes(name));

if (unknown.length > 0) {
  process.stderr.write(`No benchmark ${unknown.join(", ")}; there are ${names.join(", ")}\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(`${cpus()[0]?.model} × ${cpus().length}, Bun ${Bun.version}\n`);
  for (const name of names) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`\n${name}\n`);
    const benchmark = (await import(join(import.meta.dir, `${name}.ts`))) as Benchmark;
    await benchmark.run(options);
  }
}
