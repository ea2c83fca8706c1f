import { jsonSchema } from "./json.ts";

/** Texts around the members of a list: before the first, before each other one, and behind each. */
export interface ListFrame {
  readonly first: string;
  readonly between: string;
  readonly after: string;
}

/**
 * Writes one JSON document piece by piece, so that a list of any length needs no memory:
 * `{"schema":1,"requests":[…],"summary":…,"log":…}`, one list member a line.
 */
export class JsonDocument {
  readonly #out: (text: string) => void;
  readonly #listName: string;
  #isBegun = false;
  #members = 0;

  /** The document's list is called `listName`. Nothing is written before there is something to say. */
  constructor(listName: string, write: (text: string) => void) {
    this.#listName = listName;
    this.#out = write;
  }

  /** Adds a member to the list. */
  add(member: unknown): void {
    this.#write(`${this.#members === 0 ? "" : ","}\n${JSON.stringify(member)}`);
    this.#members++;
  }

  /** Adds a member whose last field, `listName`, is itself a list of any length. */
  addWithList(
    member: Readonly<Record<string, unknown>>,
    listName: string,
    items: Iterable<unknown>,
  ): void {
    const fields = JSON.stringify(member).slice(0, -1);
    const separator = `${this.#members === 0 ? "" : ","}\n`;
    this.#write(`${separator}${fields},${JSON.stringify(listName)}:[`);
    let count = 0;
    for (const item of items) {
      // Apart: to put one text before another takes a copy of both.
      if (count++ > 0) this.#out(",");
      this.#out(JSON.stringify(item));
    }
    this.#out("]}");
    this.#members++;
  }

  /** The texts around members that somebody else writes, at least one, right behind what was written. */
  frame(): ListFrame {
    this.#write("");
    const first = this.#members === 0 ? "\n" : ",\n";
    this.#members++;
    return { first, between: ",\n", after: "" };
  }

  /** Ends the list and the document with the fields that come after it. */
  end(fields: Readonly<Record<string, unknown>>): void {
    const rest = Object.entries(fields).map(
      ([name, value]) => `,\n${JSON.stringify(name)}:${JSON.stringify(value)}`,
    );
    this.#write(`${this.#members === 0 ? "" : "\n"}]${rest.join("")}}\n`);
  }

  #write(text: string): void {
    if (!this.#isBegun) this.#out(`{"schema":${jsonSchema},${JSON.stringify(this.#listName)}:[`);
    this.#isBegun = true;
    this.#out(text);
  }
}
