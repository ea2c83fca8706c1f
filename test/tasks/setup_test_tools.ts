/**
 * `bun run setup-test-tools`: installs the system tools that some suites want, as Debian packages.
 * Does nothing where they are there already.
 */

import { existsSync } from "node:fs";

/** Commands that suites ask for, and the Debian package that brings each. */
const packages: Readonly<Record<string, string>> = {
  chromium: "chromium",
  "clickhouse-server": "clickhouse-server",
  dash: "dash",
  faketime: "faketime",
  fish: "fish",
  flock: "util-linux",
  gcc: "gcc",
  groff: "groff",
  localedef: "locales",
  mandoc: "mandoc",
  openssl: "openssl",
  perl: "perl",
  python3: "python3",
  script: "bsdutils",
  setpriv: "util-linux",
  shellcheck: "shellcheck",
  strace: "strace",
  tmux: "tmux",
  unshare: "util-linux",
  zsh: "zsh",
};

/** The package locales brings this; the command alone comes with the C library. */
const localeSource = "/usr/share/i18n/locales/de_DE";

const missing = Object.keys(packages).filter(
  (tool) => Bun.which(tool) === null || (tool === "localedef" && !existsSync(localeSource)),
);
const wanted = [...new Set(missing.map((tool) => packages[tool] ?? tool))];

function aptGet(...args: string[]): boolean {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const { exitCode } = Bun.spawnSync([...sudo, "apt-get", "-q", "-y", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdout: "ignore",
    stderr: "inherit",
  });
  return exitCode === 0;
}

if (missing.length === 0) {
  process.stdout.write("All test tools are installed\n");
} else if (Bun.which("apt-get") === null) {
  process.stderr.write(`Cannot install ${missing.join(", ")}: this system has no apt-get\n`);
  process.exitCode = 1;
} else if (aptGet("update") && aptGet("install", "--no-install-recommends", ...wanted)) {
  process.stdout.write(`Installed ${wanted.join(", ")}\n`);
} else {
  process.stderr.write(`Cannot install ${wanted.join(", ")}: apt-get failed\n`);
  process.exitCode = 1;
}
