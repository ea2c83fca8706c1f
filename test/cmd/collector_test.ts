import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectorHeaders, describeUrl, requireCollectorUrl } from "../../cmd/_collector.ts";
import { AccessError, UsageError } from "../../lib/error.ts";
import { temporaryFolder } from "../support/binary.ts";

describe("requireCollectorUrl()", () => {
  test.each([
    ["http://localhost:4318", "http://localhost:4318/v1/traces"],
    ["https://otlp.example/", "https://otlp.example/v1/traces"],
    ["https://otlp.example/?key=1", "https://otlp.example/v1/traces?key=1"],
    ["http://localhost/otlp/v1/traces", "http://localhost/otlp/v1/traces"],
  ])("%s is %s", (text, url) => {
    expect(requireCollectorUrl(text).href).toBe(url);
  });

  test.each(["", "localhost:4318", "/v1/traces", "ftp://x", "file:///etc/passwd", "javascript:1"])(
    "refuses %p",
    (text) => {
      expect(() => requireCollectorUrl(text)).toThrow(UsageError);
    },
  );

  test("refuses credentials without repeating them", () => {
    for (const text of [
      "http://me:s3cret@x",
      "http://s3cret@x",
      "http://:s3cret@x",
      "ftp://me:s3cret@x",
    ]) {
      expect(() => requireCollectorUrl(text)).toThrow(/^Cannot use a name or password(?!.*s3cret)/);
    }
  });

  test("is described without what follows its path", () => {
    expect(describeUrl(new URL("https://x:1/v1/traces?key=s3cret#s3cret"))).toBe(
      "https://x:1/v1/traces",
    );
  });
});

describe("collectorHeaders()", () => {
  const generic = "OTEL_EXPORTER_OTLP_HEADERS";
  const traces = "OTEL_EXPORTER_OTLP_TRACES_HEADERS";

  test("reads the environment's, the one for traces first", () => {
    expect(collectorHeaders(undefined, {})).toEqual({});
    expect(collectorHeaders(undefined, { [generic]: " Api-Key = a%20b=c ,x-team=1," })).toEqual({
      "api-key": "a b=c",
      "x-team": "1",
    });
    expect(collectorHeaders(undefined, { [generic]: "a=1", [traces]: "b=2" })).toEqual({ b: "2" });
    expect(collectorHeaders(undefined, { [generic]: "a=100%" })).toEqual({ a: "100%" });
  });

  test("reads a file's instead", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "headers");
    writeFileSync(path, "# mine\r\nAuthorization: Basic a=b:c\n\n x-team : 1 \n");
    expect(collectorHeaders(path, { [generic]: "a=1" })).toEqual({
      authorization: "Basic a=b:c",
      "x-team": "1",
    });
    expect(() => collectorHeaders(join(folder.path, "none"), {})).toThrow(AccessError);
  });

  test.each(["s3cret", "=s3cret", "a b=s3cret", "a=s3cret%0d%0aX: 1", "a=", "a=1,s3cret"])(
    "refuses %p without repeating it",
    (text) => {
      expect(() => collectorHeaders(undefined, { [generic]: text })).toThrow(
        /^Cannot use part \d of OTEL_EXPORTER_OTLP_HEADERS as a header: write name=value$/,
      );
    },
  );
});
