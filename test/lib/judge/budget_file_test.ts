import { describe, expect, test } from "bun:test";
import Ajv from "ajv";
import { UsageError } from "../../../lib/error.ts";
import { parseBudgetFile } from "../../../lib/judge/budget_file.ts";
import schema from "../../../lib/judge/budget_file_schema.json" with { type: "json" };

const isValid = new Ajv({ allErrors: true, strict: true }).compile(schema);

test("parseBudgetFile() reads budgets with and without their reasons", () => {
  const file = {
    $schema: "./budgets.schema.json",
    schema: 1,
    min_samples: 30,
    budgets: [
      "llm.p50<1.5s",
      { budget: "cache.hit>80%", why: "the prompt's beginning is fixed", min_samples: 5 },
    ],
  };
  expect(isValid(file)).toBe(true);
  const { budgets, minSamples } = parseBudgetFile(JSON.stringify(file), "b.json");
  expect(minSamples).toBe(30);
  expect(budgets).toMatchObject([
    { text: "llm.p50<1.5s", why: null, minSamples: null, place: "b.json at budgets[0]" },
    { text: "cache.hit>80%", why: "the prompt's beginning is fixed", minSamples: 5 },
  ]);
});

/** Documents that are wrong, and where this program says so. */
const wrong: readonly (readonly [document: unknown, message: string])[] = [
  [[], 'Cannot use "b.json": it is no JSON object'],
  [null, 'Cannot use "b.json": it is no JSON object'],
  [{}, 'Cannot use "b.json" at budgets: it is a list of at least one budget'],
  [{ budgets: [] }, 'Cannot use "b.json" at budgets: it is a list of at least one budget'],
  [
    { budgets: "llm.p50<1s" },
    'Cannot use "b.json" at budgets: it is a list of at least one budget',
  ],
  [
    { budget: ["llm.p50<1s"] },
    'Cannot use "b.json": there is no "budget"; it has $schema, schema, min_samples, budgets',
  ],
  [
    { schema: 2, budgets: ["llm.p50<1s"] },
    'Cannot use "b.json" at schema: this program knows form 1, not "2"',
  ],
  [{ $schema: 1, budgets: ["llm.p50<1s"] }, 'Cannot use "b.json" at $schema: it is a text'],
  [
    { min_samples: 0, budgets: ["llm.p50<1s"] },
    'Cannot use "b.json" at min_samples: it is a whole number from 1',
  ],
  [
    { min_samples: 1.5, budgets: ["llm.p50<1s"] },
    'Cannot use "b.json" at min_samples: it is a whole number from 1',
  ],
  [
    { min_samples: 1e300, budgets: ["llm.p50<1s"] },
    'Cannot use "b.json" at min_samples: it is a whole number from 1',
  ],
  [
    { min_samples: "9", budgets: ["llm.p50<1s"] },
    'Cannot use "b.json" at min_samples: it is a whole number from 1',
  ],
  [{ budgets: [7] }, 'Cannot use "b.json" at budgets[0]: it is a text, or an object with budget'],
  [
    { budgets: ["llm.p50<1s", {}] },
    'Cannot use "b.json" at budgets[1].budget: it is a text, as in llm.p50<1.5s',
  ],
  [
    { budgets: [{ budget: 5 }] },
    'Cannot use "b.json" at budgets[0].budget: it is a text, as in llm.p50<1.5s',
  ],
  [
    { budgets: [{ budget: "llm.p50<1s", because: "" }] },
    'Cannot use "b.json" at budgets[0]: there is no "because"; it has budget, why, min_samples',
  ],
  [
    { budgets: [{ budget: "llm.p50<1s", why: 1 }] },
    'Cannot use "b.json" at budgets[0].why: it is a text',
  ],
  [
    { budgets: [{ budget: "llm.p50<1s", min_samples: -1 }] },
    'Cannot use "b.json" at budgets[0].min_samples: it is a whole number from 1',
  ],
];

describe("parseBudgetFile() and the published schema refuse the same documents:", () => {
  test.each(wrong)("%j", (document, message) => {
    expect(isValid(document)).toBe(false);
    expect(() => parseBudgetFile(JSON.stringify(document), "b.json")).toThrow(
      new UsageError(message),
    );
  });
});

test("parseBudgetFile() says where an expression is wrong", () => {
  const text = JSON.stringify({ budgets: ["llm.p50<1s", { budget: "llm.p55<1s" }] });
  expect(() => parseBudgetFile(text, "b.json")).toThrow(
    'Cannot use "llm.p55<1s" for b.json at budgets[1].budget: there is no "p55"',
  );
});

test("parseBudgetFile() takes a byte order mark, and refuses what is no JSON", () => {
  expect(parseBudgetFile('\ufeff{"budgets":["llm.p50<1s"]}', "b.json").budgets.length).toBe(1);
  expect(() => parseBudgetFile('{"budgets":[', "b.json")).toThrow(
    /^Cannot use "b\.json": it is not valid JSON \(/,
  );
});

test("the schema's examples are budgets", () => {
  const { examples } = schema.definitions.expression;
  const text = JSON.stringify({ budgets: examples });
  expect(parseBudgetFile(text, "b.json").budgets.length).toBe(examples.length);
  expect(examples.length).toBe(5);
});
