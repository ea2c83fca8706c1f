import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dir, "..", "..");

/** A source file of the product, and what can be said of it without running it. */
export interface SourceFile {
  /** From the project's root: `lib/event/decode.ts`. */
  readonly path: string;
  readonly text: string;
  /** The text without comments, and without what strings and regular expressions say. */
  readonly code: string;
  /** What it imports, for types as well as values: files from the root, packages by name. */
  readonly imports: readonly string[];
}

/** Every TypeScript file under the given folders of the project. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => readSource(join(folder, name))),
  );
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  return { path, text, code: blank(text, true), imports: importsOf(path, text) };
}

const importForms = [
  /\b(?:import|export)\b[^"'`;()]*?\bfrom\s*"([^"]+)"/g,
  /\bimport\s*"([^"]+)"/g,
  /\bimport\s*\(\s*"([^"]+)"\s*[,)]/g,
  /\bnew\s+URL\s*\(\s*"([^"]+)"\s*,\s*import\.meta\.url\s*\)/g,
];

/** Finds imports of every form, type-only ones too, which a bundler would not show. */
export function importsOf(path: string, text: string): string[] {
  const code = blank(text, false);
  const found = importForms.flatMap((form) =>
    [...code.matchAll(form)].map((match) => match[1] ?? ""),
  );
  const resolved = found.map((name) =>
    name.startsWith(".") ? relative(root, join(root, dirname(path), name)) : name,
  );
  return [...new Set(resolved)].sort();
}

/**
 * Removes comments and, if `strings` is set, what stands between quotes and in regular expressions;
 * expressions inside templates stay. Line ends stay, so that line numbers do.
 */
export function blank(text: string, strings: boolean): string {
  let out = "";
  let at = 0;
  /** For each template that is open: how many braces of its expression are. */
  const templates: number[] = [];
  const keep = (length: number) => {
    out += text.slice(at, at + length);
    at += length;
  };
  const drop = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0] ?? text.slice(at, at + 1);
    out += match.replace(/[^\n]/g, "");
    at += match.length;
  };
  const templateText = () => {
    const pattern = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0] ?? "";
    out += strings ? match.replace(/[^\n]/g, "") : match;
    at += match.length;
    if (text.startsWith("${", at)) {
      templates.push(0);
      keep(2);
    } else keep(1);
  };
  while (at < text.length) {
    const next = text[at] ?? "";
    if (text.startsWith("//", at)) drop(/\/\/[^\n]*/y);
    else if (text.startsWith("/*", at)) drop(/\/\*[\s\S]*?\*\//y);
    else if (next === '"' || next === "'") {
      if (strings) {
        drop(next === '"' ? /"(?:[^"\\\n]|\\[\s\S])*"/y : /'(?:[^'\\\n]|\\[\s\S])*'/y);
        out += '""';
      } else keep((/^(["'])(?:(?!\1)[^\\]|\\[\s\S])*\1/.exec(text.slice(at))?.[0] ?? next).length);
    } else if (next === "`") {
      keep(1);
      templateText();
    } else if (
      next === "/" &&
      /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|case|typeof))\s*$/.test(out)
    ) {
      drop(/\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y);
      out += "//";
    } else {
      const depth = templates.length - 1;
      if (next === "{" && depth >= 0) templates[depth] = (templates[depth] ?? 0) + 1;
      if (next === "}" && depth >= 0) {
        if (templates[depth] === 0) {
          templates.pop();
          keep(1);
          templateText();
          continue;
        }
        templates[depth] = (templates[depth] ?? 0) - 1;
      }
      keep(1);
    }
  }
  return out;
}
