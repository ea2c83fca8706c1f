/** What a page says to a program, read by a real HTML parser. */
export interface ReadPage {
  /** `data-value` of the figures' fields, by `figure field`. */
  readonly figures: ReadonlyMap<string, string>;
  /** The rows of each table, by the table's caption: the row's title, then the exact values. */
  readonly tables: ReadonlyMap<string, readonly TableRow[]>;
  /** The requests that can be looked at, in their order. */
  readonly requests: readonly {
    readonly anchor: string;
    readonly values: Record<string, string>;
  }[];
  /** Every element's id. */
  readonly ids: readonly string[];
  /** Where links lead. */
  readonly links: readonly string[];
  /** Names of all elements and attributes. */
  readonly elements: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string>;
}

/** A row of a table. */
export interface TableRow {
  readonly title: string;
  readonly values: readonly (string | null)[];
}

/** Reads a page. Texts are as a reader sees them, entities resolved. */
export function readPage(markup: string): ReadPage {
  const figures = new Map<string, string>();
  const tables = new Map<string, TableRow[]>();
  const requests: { anchor: string; values: Record<string, string> }[] = [];
  const [ids, links]: [string[], string[]] = [[], []];
  const [elements, attributes] = [new Set<string>(), new Set<string>()];
  let [figure, caption, title] = ["", "", ""];
  let rows: { title: string; values: (string | null)[] }[] = [];
  const rewriter = new HTMLRewriter()
    .on("*", {
      element(element) {
        elements.add(element.tagName);
        for (const [name] of element.attributes) attributes.add(name);
        const id = element.getAttribute("id");
        if (id !== null) ids.push(decode(id));
      },
    })
    .on("a", { element: (element) => void links.push(decode(element.getAttribute("href") ?? "")) })
    .on(".card", {
      element: (element) => {
        figure = element.getAttribute("data-figure") ?? "";
      },
    })
    .on(".card dd", {
      element: (element) => {
        const field = `${figure} ${element.getAttribute("data-field")}`;
        figures.set(field, element.getAttribute("data-value") ?? "none");
      },
    })
    .on("details.request", {
      element: (element) => {
        requests.push({ anchor: decode(element.getAttribute("id") ?? ""), values: {} });
      },
    })
    .on("details.request span[data-field]", {
      element: (element) => {
        const field = element.getAttribute("data-field") ?? "";
        const values = requests.at(-1)?.values ?? {};
        values[field] = element.getAttribute("data-value") ?? "none";
      },
    })
    .on("table", {
      element: (element) => {
        [caption, rows] = ["", []];
        element.onEndTag(() => void tables.set(decode(caption), rows));
      },
    })
    .on("caption", {
      text: (chunk) => {
        caption += chunk.text;
      },
    })
    .on("tbody tr", {
      element: (element) => {
        title = "";
        const row: { title: string; values: (string | null)[] } = { title: "", values: [] };
        rows.push(row);
        element.onEndTag(() => {
          row.title = decode(title);
        });
      },
    })
    .on("tbody th", {
      text: (chunk) => {
        title += chunk.text;
      },
    })
    .on("tbody td", {
      element: (element) => void rows.at(-1)?.values.push(element.getAttribute("data-value")),
    });
  rewriter.transform(markup);
  return { figures, tables, requests, ids, links, elements, attributes };
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/** Resolves the entities that pages use. */
export function decode(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);
}

/** What a page writes for a number or for nothing. */
export function written(value: number | null): string {
  return value === null ? "" : String(value);
}
