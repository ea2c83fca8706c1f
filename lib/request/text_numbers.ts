/** Numbers for texts, from 0 on. */
export class TextNumbers {
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a text, a new one if it has none. */
  of(text: string): number {
    const number = this.#numbers.get(text) ?? this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  /** The text of a number that `of` gave. */
  at(number: number): string {
    return this.#texts[number] ?? "";
  }
}
