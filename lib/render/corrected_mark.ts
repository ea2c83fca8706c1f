/** The cell behind a time: a blank, or the sign that clocks were corrected. */
export function correctedMark({ uncertaintyMs }: { readonly uncertaintyMs?: number }): string {
  return uncertaintyMs === undefined ? " " : "~";
}
