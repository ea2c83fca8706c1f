/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Turns the titles of sortable tables into buttons that sort by their column, and back again. */
export function makeSortable(root: ParentNode): void {
  for (const table of root.querySelectorAll<HTMLTableElement>("table.sortable")) {
    table.querySelectorAll("thead th").forEach((title, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = title.textContent;
      button.addEventListener("click", () => sortBy(table, title, column));
      title.replaceChildren(button);
    });
  }
}

function sortBy(table: HTMLTableElement, title: Element, column: number): void {
  const isRising = title.getAttribute("aria-sort") === "descending";
  const body = table.tBodies[0];
  if (body === undefined) return;
  for (const other of table.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
  title.setAttribute("aria-sort", isRising ? "ascending" : "descending");
  const rows = [...body.rows].map((row) => ({ row, value: cellValue(row.cells[column]) }));
  const sign = isRising ? 1 : -1;
  rows.sort((a, b) => compare(a.value, b.value, sign));
  body.replaceChildren(...rows.map(({ row }) => row));
}

/** A number, a text, or null for a cell that says that nobody can tell. */
function cellValue(cell: HTMLTableCellElement | undefined): number | string | null {
  const value = cell?.dataset["value"];
  if (value === undefined) return cell?.textContent ?? null;
  return value === "" ? null : Number(value);
}

/** What nobody can tell comes last, whichever way the rest is sorted. */
function compare(a: number | string | null, b: number | string | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b));
}
