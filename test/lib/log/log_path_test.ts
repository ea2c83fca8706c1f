import { describe, expect, test } from "bun:test";
import { type LogRule, locateLog } from "../../../lib/log/log_path.ts";

interface Case {
  readonly what: string;
  readonly option?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly path: string;
  readonly rule: LogRule;
}

const everything = { TIMMY_LATENCY_LOG: "/env.log", XDG_STATE_HOME: "/state", HOME: "/home/timmy" };
const underPasswd = "/passwd/.local/state/timmy-latency/latency.log";

const cases: readonly Case[] = [
  {
    what: "--log before all else",
    option: "/opt.log",
    environment: everything,
    path: "/opt.log",
    rule: "--log",
  },
  {
    what: "--log as it is written, also relative",
    option: "x.log",
    environment: everything,
    path: "x.log",
    rule: "--log",
  },
  {
    what: "--log even if it is empty, for its refusal to name it",
    option: "",
    environment: everything,
    path: "",
    rule: "--log",
  },
  {
    what: "TIMMY_LATENCY_LOG",
    environment: everything,
    path: "/env.log",
    rule: "TIMMY_LATENCY_LOG",
  },
  {
    what: "TIMMY_LATENCY_LOG as it is written, also relative",
    environment: { ...everything, TIMMY_LATENCY_LOG: "env.log" },
    path: "env.log",
    rule: "TIMMY_LATENCY_LOG",
  },
  {
    what: "no empty TIMMY_LATENCY_LOG",
    environment: { ...everything, TIMMY_LATENCY_LOG: "" },
    path: "/state/timmy-latency/latency.log",
    rule: "XDG_STATE_HOME",
  },
  {
    what: "XDG_STATE_HOME",
    environment: { XDG_STATE_HOME: "/state", HOME: "/home/timmy" },
    path: "/state/timmy-latency/latency.log",
    rule: "XDG_STATE_HOME",
  },
  {
    what: "no relative XDG_STATE_HOME",
    environment: { XDG_STATE_HOME: "state", HOME: "/home/timmy" },
    path: "/home/timmy/.local/state/timmy-latency/latency.log",
    rule: "home folder",
  },
  {
    what: "no empty XDG_STATE_HOME",
    environment: { XDG_STATE_HOME: "", HOME: "/home/timmy" },
    path: "/home/timmy/.local/state/timmy-latency/latency.log",
    rule: "home folder",
  },
  {
    what: "HOME",
    environment: { HOME: "/home/timmy" },
    path: "/home/timmy/.local/state/timmy-latency/latency.log",
    rule: "home folder",
  },
  {
    what: "no relative HOME",
    environment: { HOME: "timmy" },
    path: underPasswd,
    rule: "home folder",
  },
  { what: "no empty HOME", environment: { HOME: "" }, path: underPasswd, rule: "home folder" },
  {
    what: "the user database where nothing is set",
    environment: {},
    path: underPasswd,
    rule: "home folder",
  },
];

describe("locateLog() takes", () => {
  test("as many cases as the table has rows", () => {
    expect(cases.length).toBe(13);
  });

  test.each(cases)("$what", ({ option, environment, path, rule }) => {
    expect(locateLog(option, environment, () => "/passwd")).toEqual({ path, rule });
  });

  test("asks the user database only when it has to", () => {
    const refuse = () => {
      throw new Error("asked");
    };
    for (const { option, environment, path } of cases) {
      if (path === underPasswd)
        expect(() => locateLog(option, environment, refuse)).toThrow("asked");
      else expect(locateLog(option, environment, refuse).path).toBe(path);
    }
  });
});
