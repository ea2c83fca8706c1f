/** Breaks a text between words into lines of at most so many characters; a longer word is a line by itself. */
export function wrap(text: string, columnsWide: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columnsWide) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
