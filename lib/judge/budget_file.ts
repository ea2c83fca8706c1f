import { UsageError } from "../error.ts";
import { quote } from "../escape.ts";
import { type Budget, parseBudget } from "./budget_expression.ts";

/** What a file of budgets holds. */
export interface BudgetFile {
  readonly budgets: readonly Budget[];
  /** Null if the file does not say. */
  readonly minSamples: number | null;
}

/**
 * Reads a file of budgets; its form is that of `budget_file_schema.json`, which tests hold it to. `name`
 * is what to call the file.
 *
 * @throws UsageError that names the place within the file.
 */
export function parseBudgetFile(text: string, name: string): BudgetFile {
  const refuse = (place: string, reason: string): never => {
    throw new UsageError(
      `Cannot use ${quote(name)}${place === "" ? "" : ` at ${place}`}: ${reason}`,
    );
  };
  const document = requireObject(parseJson(text, refuse), "", refuse);
  requireKnown(document, ["$schema", "schema", "min_samples", "budgets"], "", refuse);
  const { $schema: editors, schema, budgets } = document;
  if (editors !== undefined && typeof editors !== "string") refuse("$schema", "it is a text");
  if (schema !== undefined && schema !== 1) {
    refuse("schema", `this program knows form 1, not ${quote(JSON.stringify(schema))}`);
  }
  if (!Array.isArray(budgets) || budgets.length === 0) {
    return refuse("budgets", "it is a list of at least one budget");
  }
  return {
    minSamples: readMinSamples(document, "", refuse),
    budgets: budgets.map((one, index) => readBudget(one, `budgets[${index}]`, name, refuse)),
  };
}

type Refuse = (place: string, reason: string) => never;
type JsonObject = Readonly<Record<string, unknown>>;

function readBudget(value: unknown, place: string, name: string, refuse: Refuse): Budget {
  if (typeof value === "string") return parseBudget(value, `${name} at ${place}`);
  const fields = requireObject(value, place, refuse);
  requireKnown(fields, ["budget", "why", "min_samples"], place, refuse);
  const { budget, why } = fields;
  if (typeof budget !== "string")
    return refuse(`${place}.budget`, "it is a text, as in llm.p50<1.5s");
  if (why !== undefined && typeof why !== "string") return refuse(`${place}.why`, "it is a text");
  return {
    ...parseBudget(budget, `${name} at ${place}.budget`),
    why: why ?? null,
    minSamples: readMinSamples(fields, `${place}.`, refuse),
  };
}

function readMinSamples(fields: JsonObject, place: string, refuse: Refuse): number | null {
  const value = fields["min_samples"];
  if (value === undefined) return null;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  return refuse(`${place}min_samples`, "it is a whole number from 1");
}

function requireObject(value: unknown, place: string, refuse: Refuse): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  const wanted = place === "" ? "it is no JSON object" : "it is a text, or an object with budget";
  return refuse(place, wanted);
}

function requireKnown(
  fields: JsonObject,
  known: readonly string[],
  place: string,
  refuse: Refuse,
): void {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  refuse(place, `there is no ${quote(unknown)}; it has ${known.join(", ")}`);
}

function parseJson(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refuse("", `it is not valid JSON (${reason})`);
  }
}
