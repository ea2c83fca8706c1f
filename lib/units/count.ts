/** A number of things for a person: `1 event`, `2 events`. `noun` is the singular. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
