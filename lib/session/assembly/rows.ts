/**
 * Rows of values as bytes of text: texts that do not change, and between them values. Which texts and where
 * each value stands is a form, which the host writes.
 */
import { reserve, slack } from "../../event/scanner/assembly/memory.ts";
import { TurnRow } from "../../request/assembly/turn_row.ts";
import { writeNumber } from "./number_text.ts";

/** How rows look: parts follow. */
@unmanaged class Form {
  /** A row in it takes so many bytes at most. */
  mostBytes: u32;
  unused: u32;
}

/** A text of a form, and which value comes behind it. The text itself follows. The host writes it. */
@unmanaged class Part {
  textBytes: u32;
  kind: u16;
  /** Which of the values. */
  place: u16;
}

const partBytes: usize = 8;

// What comes behind a text: nothing; a number; an answer; where a text stands, behind its length (u32);
// where the row of a turn stands, whose id is meant.
const end: u16 = 0;
const number: u16 = 1;
const answer: u16 = 2;
const text: u16 = 3;

/** Rows are gathered here until the host takes them. */
const roomBytes: usize = 65536;
let room: usize = 0;
let used: usize = 0;
let values: usize = 0;

/** Has the host take bytes. */
@external("host", "takeRows") declare function takeRows(at: usize, length: usize): void;
/** Has the host write an id as a JSON string; returns how many bytes it takes. */
@external("host", "quoteId") declare function quoteId(id: usize, length: i32, isWide: i32, to: usize): i32;

/** Makes room for so many values; returns where they stand. */
export function openValues(count: i32): usize {
  values = reserve(<usize>count << 3);
  return values;
}

/** Makes room for rows. */
export function openRows(): void {
  room = reserve(roomBytes + slack);
  used = 0;
}

/** Makes room for what the host writes: a form or a text. */
export function roomForText(bytes: usize): usize {
  return reserve(bytes + slack);
}

/** Sets a value of the row to come; NaN for what nobody knows. */
@inline export function setValue(place: i32, value: f64): void {
  store<f64>(values + (<usize>place << 3), value);
}

/** One of the values. */
@inline export function valueAt(place: i32): f64 {
  return load<f64>(values + (<usize>place << 3));
}

/** Writes a row. */
export function writeRow(form: usize): void {
  if (used + <usize>changetype<Form>(form).mostBytes > roomBytes) handOverRows();
  let part = changetype<Part>(form + offsetof<Form>());
  let to = room + used;
  for (;;) {
    const from = changetype<usize>(part) + partBytes;
    const length = <usize>part.textBytes;
    copyShort(from, to, length);
    to += length;
    if (part.kind == end) break;
    to = writeValue(part.kind, valueAt(part.place), to);
    part = changetype<Part>((from + length + 7) & ~7);
  }
  used = to - room;
}

function writeValue(kind: u16, value: f64, to: usize): usize {
  if (kind == number) return writeNumber(value, to);
  if (isNaN(value)) return writeLetters(0x6c6c756e, 4, to);
  if (kind == answer) {
    if (value != 0) return writeLetters(0x65757274, 4, to);
    return writeLetters(0x65736c6166, 5, to);
  }
  const at = <usize>value;
  if (kind != text) return writeId(changetype<TurnRow>(at), to);
  const length = <usize>load<u32>(at);
  copyShort(at + 4, to, length);
  return to + length;
}

@inline function writeLetters(letters: u64, count: usize, to: usize): usize {
  store<u64>(to, letters);
  return to + count;
}

/** Writes the id of a turn as a JSON string. */
function writeId(row: TurnRow, to: usize): usize {
  const id = changetype<usize>(row) + offsetof<TurnRow>();
  const length = <usize>(row.flags >>> 8);
  const isWide = (row.flags >> 4) & 1;
  if (isWide != 0 || !isPlain(id, length)) return to + <usize>quoteId(id, <i32>length, isWide, to);
  store<u8>(to, 0x22);
  copyShort(id, to + 1, length);
  store<u8>(to + 1 + length, 0x22);
  return to + 2 + length;
}

/** Whether a JSON string has a text as it is: ASCII without controls, quotes and backslashes. */
function isPlain(at: usize, length: usize): bool {
  for (let from: usize = 0; from < length; from += 16) {
    const bytes = v128.load(at + from);
    const odd = v128.or(
      v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(0x22))),
      i8x16.eq(bytes, i8x16.splat(0x5c)),
    );
    const within = length - from >= 16 ? 0xffff : (1 << <i32>(length - from)) - 1;
    if ((i8x16.bitmask(odd) & within) != 0) return false;
  }
  return true;
}

/** Copies a text, and up to 15 bytes behind it. */
@inline function copyShort(from: usize, to: usize, length: usize): void {
  for (let at: usize = 0; at < length; at += 16) v128.store(to + at, v128.load(from + at));
}

/** Hands over the rows that have been gathered. */
export function handOverRows(): void {
  if (used > 0) takeRows(room, used);
  used = 0;
}
