import { expect, test } from "bun:test";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { escapeControls } from "../../../lib/escape.ts";
import { renderCheckJunit } from "../../../lib/render/check_junit.ts";
import { hostileNames, hostileReport, itemOf, reportOf } from "../../support/check.ts";

/** What XML 1.0 may hold: tab, line ends, and everything from the blank on but surrogates and U+FFFE, U+FFFF. */
const allowed = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  htmlEntities: true,
  parseAttributeValue: false,
  trimValues: false,
  isArray: (name) => name === "testcase",
});

test("renderCheckJunit() writes a case a limit", () => {
  const items = [
    itemOf({}),
    itemOf({ name: "b", verdict: "fail", finding: "too slow", details: ["llm did it"] }),
    itemOf({ name: "c", verdict: "inconclusive", finding: "no samples" }),
  ];
  expect(renderCheckJunit(reportOf(items))).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" skipped="1"><testsuite name="timmy-latency check" tests="3" failures="1" errors="0" skipped="1"><testcase classname="timmy-latency check" name="llm.p50&#60;1s"/>
<testcase classname="timmy-latency check" name="b"><failure message="too slow" type="budget">too slow
llm did it</failure></testcase>
<testcase classname="timmy-latency check" name="c"><skipped message="no samples"/></testcase>
<system-out>FAIL: 1 of 3 limits breached, 1 cannot be judged</system-out></testsuite></testsuites>
`);
});

test("renderCheckJunit() is XML that gives every hostile name back, escaped as people see it", () => {
  const report = hostileReport();
  const text = renderCheckJunit(report);
  expect(XMLValidator.validate(text)).toBe(true);
  expect(text).toMatch(allowed);
  expect(text).not.toContain("]]>");
  const { testsuites } = parser.parse(text);
  const cases = testsuites.testsuite.testcase as { name: string; failure?: { message: string } }[];
  expect(cases.length).toBe(report.items.length);
  expect(cases.length).toBeGreaterThan(3 * hostileNames.length);
  const shown = (name: string) => escapeControls(name).replace(/[\ufffe\uffff]/g, "\ufffd");
  expect(cases.map(({ name }) => name)).toEqual(report.items.map(({ name }) => shown(name)));
  const failures = cases.flatMap(({ failure }) => (failure === undefined ? [] : [failure.message]));
  expect(failures).toEqual(hostileNames.map(shown));
  expect(testsuites).toMatchObject({
    tests: String(cases.length),
    failures: String(failures.length),
  });
});

test("renderCheckJunit() has an error where the log could not be read", () => {
  const text = renderCheckJunit(null);
  expect(XMLValidator.validate(text)).toBe(true);
  const { testsuites } = parser.parse(text);
  expect(testsuites).toMatchObject({ tests: "1", errors: "1", failures: "0" });
  expect(testsuites.testsuite.testcase[0].error.message).toBe("The log could not be read");
});
