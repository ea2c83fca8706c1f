import { expect, test } from "bun:test";
import { renderTable } from "../../../lib/render/table.ts";

test("renderTable() sets the first column flush left, the others flush right", () => {
  const rows = [
    ["llm", "7", "1200ms"],
    ["a longer name", "123", "3ms"],
  ];
  expect(renderTable(["name", "n", "mean"], rows)).toEqual([
    "name             n    mean",
    "llm              7  1200ms",
    "a longer name  123     3ms",
  ]);
});

test("renderTable() escapes cells before it measures them, and leaves no blanks behind", () => {
  expect(
    renderTable(
      ["a", "b"],
      [
        ["\x1b", "1"],
        ["x", ""],
      ],
    ),
  ).toEqual(["a     b", "\\x1b  1", "x"]);
});

test("renderTable() without rows is its header", () => {
  expect(renderTable(["a", "b"], [])).toEqual(["a  b"]);
});
