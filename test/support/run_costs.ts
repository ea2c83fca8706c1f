const costs =
  /^Took [\d.]+ s \([\d.]+ [KMG]?B\/s\), [\d.]+ s of CPU time, at most [\d.]+ MB of memory$/m;

/** The same stderr of a run with `--verbose` without its time and memory, which are never the same twice. */
export function hideCosts(stderr: string): string {
  return stderr.replace(costs, "Took …");
}
