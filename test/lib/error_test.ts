import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import {
  AccessError,
  describeSystemError,
  errorCode,
  LockBusyError,
  UsageError,
} from "../../lib/error.ts";

const systemError = (code: string) =>
  Object.assign(new Error(`${code}: the system's words`), { code });

describe("describeSystemError()", () => {
  const known = [
    "EACCES",
    "EBADF",
    "EDQUOT",
    "EFBIG",
    "EIO",
    "EISDIR",
    "ELOOP",
    "EMFILE",
    "ENAMETOOLONG",
    "ENFILE",
    "ENOENT",
    "ENOSPC",
    "ENOTDIR",
    "ENXIO",
    "EPERM",
    "EROFS",
  ];

  test("has words of its own for the refusals of files and pipes", () => {
    const words = known.map((code) => describeSystemError(systemError(code)));
    expect(words.length).toBe(16);
    for (const sentence of words) {
      expect(sentence).toMatch(/^[a-z][a-z/, -]+[a-z]$/);
      expect(sentence).not.toMatch(/system's words|n't|\.$/);
    }
    expect(new Set(words).size).toBe(16);
    for (const code of known) expect(Object.keys(constants.errno)).toContain(code);
  });

  test("keeps the words of any other failure", () => {
    expect(describeSystemError(systemError("EWHAT"))).toBe("EWHAT: the system's words");
    expect(describeSystemError(systemError("constructor"))).toBe("constructor: the system's words");
    expect(describeSystemError(new Error("no luck"))).toBe("no luck");
    expect(describeSystemError("text")).toBe("text");
    expect(describeSystemError(null)).toBe("null");
  });
});

test("errorCode() finds the system's code and nothing else", () => {
  expect(errorCode(systemError("ENOENT"))).toBe("ENOENT");
  for (const error of [new Error("x"), null, undefined, "ENOENT", { code: 7 }, {}]) {
    expect(errorCode(error)).toBeNull();
  }
});

test("the failures that end a command are told apart by class and by name", () => {
  const errors = [new UsageError("a"), new AccessError("b", "EIO"), new LockBusyError("c")];
  expect(errors.map((error) => `${error}`)).toEqual([
    "UsageError: a",
    "AccessError: b",
    "LockBusyError: c",
  ]);
  expect(new AccessError("b").code).toBeNull();
  expect(new AccessError("b", "EIO").code).toBe("EIO");
  expect(errors.filter((error) => error instanceof UsageError).length).toBe(1);
});
