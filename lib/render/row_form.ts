import type { RowForm, ValueKind } from "../report/row_writer.ts";

/** Stands for a value of a row within an object that shows how the row looks as JSON. */
export function mark(kind: ValueKind, place: number): string {
  return `\u0001${kind} ${place}\u0001`;
}

const marks = /"\\u0001([a-z]+) (\d+)\\u0001"/;

/** The form of rows that look like this JSON, with marks where values are to stand. */
export function rowForm(json: string): RowForm {
  const texts: string[] = [];
  const values: { kind: ValueKind; place: number }[] = [];
  const parts = json.split(marks);
  for (let at = 0; at < parts.length; at += 3) {
    texts.push(parts[at] ?? "");
    const place = parts[at + 2];
    if (place !== undefined)
      values.push({ kind: parts[at + 1] as ValueKind, place: Number(place) });
  }
  return { texts, values };
}
