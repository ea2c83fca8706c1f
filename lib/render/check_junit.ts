import { escapeXml } from "../escape.ts";
import type { CheckItem, CheckReport } from "../report/check_report.ts";
import { concludeCheck, detailsOf } from "./check_words.ts";

/**
 * JUnit XML: a test case a limit. What fails is a failure, what cannot be judged is skipped; null, where
 * the log could not be read, is one case with an error.
 */
export function renderCheckJunit(report: CheckReport | null): string {
  const items = report?.items ?? [];
  const count = (verdict: string) => items.filter((item) => item.verdict === verdict).length;
  const [failures, skipped] = [count("fail"), count("inconclusive")];
  const cases =
    report === null
      ? [
          element("testcase", named("log"), [
            element("error", { message: "The log could not be read" }),
          ]),
        ]
      : items.map(renderCase);
  const counts = {
    tests: String(cases.length),
    failures: String(failures),
    errors: report === null ? "1" : "0",
    skipped: String(skipped),
  };
  const conclusion =
    report === null ? [] : [element("system-out", {}, [escapeXml(concludeCheck(report))])];
  const suite = element("testsuite", { name: suiteName, ...counts }, [...cases, ...conclusion]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", counts, [suite])}\n`;
}

const suiteName = "timmy-latency check";

function renderCase(item: CheckItem): string {
  const { verdict, kind, name, finding } = item;
  if (verdict === "pass") return element("testcase", named(name));
  if (verdict === "inconclusive") {
    return element("testcase", named(name), [element("skipped", { message: finding })]);
  }
  const text = [finding, ...detailsOf(item)].map(escapeXml).join("\n");
  return element("testcase", named(name), [
    element("failure", { message: finding, type: kind }, [text]),
  ]);
}

function named(name: string): Record<string, string> {
  return { classname: suiteName, name };
}

/** An element; its content is XML already, its attributes are not. */
function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: readonly string[] = [],
): string {
  const listed = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const opening = `${name}${listed.join("")}`;
  return content.length === 0 ? `<${opening}/>` : `<${opening}>${content.join("\n")}</${name}>`;
}
