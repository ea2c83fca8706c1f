/** A system that an executable is built for. */
export interface Target {
  /** As its file is called: `linux-x64-musl`. */
  readonly name: string;
  /** The words of `bun install` for the package that brings its runtime. */
  readonly os: "linux" | "darwin" | "win32";
  readonly cpu: "x64" | "arm64";
  readonly libc: "glibc" | "musl";
  /** The file that must be there for such an executable to start, besides system and processor. */
  readonly loader?: string;
}

/** Every system there is an executable for. The only list of them. */
export const targets: readonly Target[] = [
  linux("x64", "glibc", "/lib64/ld-linux-x86-64.so.2"),
  linux("arm64", "glibc", "/lib/ld-linux-aarch64.so.1"),
  linux("x64", "musl", "/lib/ld-musl-x86_64.so.1"),
  linux("arm64", "musl", "/lib/ld-musl-aarch64.so.1"),
  { name: "darwin-x64", os: "darwin", cpu: "x64", libc: "glibc" },
  { name: "darwin-arm64", os: "darwin", cpu: "arm64", libc: "glibc" },
  { name: "windows-x64", os: "win32", cpu: "x64", libc: "glibc" },
];

function linux(cpu: Target["cpu"], libc: Target["libc"], loader: string): Target {
  const name = `linux-${cpu}${libc === "musl" ? "-musl" : ""}`;
  return { name, os: "linux", cpu, libc, loader };
}

/** The file name of a target's executable, the same in every version. */
export function fileOf(target: Target): string {
  return `timmy-latency-${target.name}${target.os === "win32" ? ".exe" : ""}`;
}

/** What keeps an executable from being started here, or null: then it is tried. */
export function obstacleTo(
  target: Target,
  here: { readonly platform: string; readonly arch: string; hasFile(path: string): boolean },
): string | null {
  if (target.os !== here.platform || target.cpu !== here.arch) {
    return `this is ${here.platform} on ${here.arch}`;
  }
  const { loader } = target;
  return loader === undefined || here.hasFile(loader) ? null : `${loader} is not here`;
}
