import bash from "./completion.bash" with { type: "text" };
import fish from "./completion.fish" with { type: "text" };
import zsh from "./completion.zsh" with { type: "text" };

/**
 * The completion script of each shell. A script holds no word and no option: it asks the executable,
 * found by PATH, with `completions --reply -- WORDS`, so it is never older than the program.
 *
 * The answer's first line says what else fits (`files`, `folders`, `commands`, or `words` for nothing
 * else); each further line is a word that fits, a tab and a description.
 */
export const completionScripts: ReadonlyMap<string, string> = new Map([
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
]);
