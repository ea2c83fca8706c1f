/**
 * Turns of conversations, as `turnOf` reads them off objects: a row for each request, kept here until the
 * log's end.
 */
import { reserve, slack } from "../../event/scanner/assembly/memory.ts";
import { forgetSessions, sessionOf } from "./known_sessions.ts";
import { Plan } from "./plan.ts";
import { idStart, Request } from "./request.ts";
import { placeTurnValues, readTurn, TurnRow } from "./turn_row.ts";

/** Before a row, where they are kept: the places in the log between which its lines stand, its events. */
const placeBytes: usize = 24;
const rowBytes: usize = offsetof<TurnRow>();
/** The most that an id takes: the host makes longer ones shorter. */
const idBytes: usize = 512;
const mostCharacters: i32 = 256;
/** Rows are written into blocks of that size. */
const blockBytes: usize = 65536;

/** Turns of a conversation: the first and the last (u32), their number (i32). */
const listBytes: usize = 12;

/** Has the host write a shorter form of an id, UTF-16, to a place; returns its bytes. */
@external("host", "shortenId") declare function shortenId(id: usize, length: i32, isWide: i32, to: usize): i32;

/** Whether turns are kept. */
export let isKeepingTurns: bool = false;
let keepsPlaces: bool = false;

/** The row at hand, and where the block ends that it lies in. */
let row: TurnRow = changetype<TurnRow>(0);
let blockEnd: usize = 0;
let latest: TurnRow = changetype<TurnRow>(0);
let first: TurnRow = changetype<TurnRow>(0);

let lists: usize = 0;
let listCount: i32 = 0;
let listCapacity: i32 = 0;

/** Keeps no turns from now on. */
export function stopTurns(): void {
  isKeepingTurns = false;
}

/** Keeps a turn for each request from now on; `places` says whether it also tells where its lines stand. */
export function openTurns(
  promptTokens: i32, tailMode: i32, prefill: i32, count: i32, cached: i32, kvCache: i32, places: bool,
): void {
  isKeepingTurns = true;
  keepsPlaces = places;
  row = latest = first = changetype<TurnRow>(0);
  blockEnd = 0;
  listCount = listCapacity = 0;
  forgetSessions();
  placeTurnValues(promptTokens, tailMode, prefill, count, cached, kvCache);
}

/** The first row; each leads to the next. */
export function firstTurn(): usize {
  return changetype<usize>(first);
}

/** Conversations that have turns. */
export function turnLists(): i32 {
  return listCount;
}

/** Where the turns of a conversation are listed. */
export function turnList(session: i32): usize {
  return lists + <usize>session * listBytes;
}

/** Reads the turn off the request at hand; `until` is its first audio. */
export function measureTurn(plan: Plan, events: i32, until: f64): void {
  takeRow();
  readTurn(row, plan, events, until);
}

/** Makes room for a row. */
function takeRow(): void {
  row = rowBehind(latest == changetype<TurnRow>(0) ? 0 : behind(latest));
  if (changetype<usize>(row) + rowBytes + idBytes <= blockEnd) return;
  const block = reserve(blockBytes + slack);
  blockEnd = block + blockBytes;
  row = rowBehind(block);
}

/** Where a row is that follows the one before it, which ends here, without a break. */
@inline export function rowBehind(end: usize): TurnRow {
  return changetype<TurnRow>(keepsPlaces ? end + placeBytes : end);
}

/** Where what belongs to a row begins. */
export function startOf(one: TurnRow): usize {
  return keepsPlaces ? changetype<usize>(one) - placeBytes : changetype<usize>(one);
}

/** Where it ends, and the next may begin. */
export function behind(one: TurnRow): usize {
  return (changetype<usize>(one) + rowBytes + <usize>(one.flags >>> 8) + 7) & ~7;
}

/** Keeps the row that was read last as that of a request, in its conversation. */
export function keepTurn(request: Request, events: i32): void {
  keepId(request);
  if (keepsPlaces) {
    const places = startOf(row);
    store<f64>(places, request.fromByte);
    store<f64>(places, request.toByte, 8);
    store<f64>(places, <f64>events, 16);
  }
  append(row, sessionOf(request, row));
}

function keepId(request: Request): void {
  const id = idStart(request);
  const to = changetype<usize>(row) + rowBytes;
  let length = request.idLength, isWide = request.isWide;
  if (length >> isWide > mostCharacters) {
    length = shortenId(id, length, isWide, to);
    isWide = 1;
  } else memory.copy(to, id, <usize>length);
  row.flags |= (isWide << 4) | (length << 8);
}

/** Puts a row behind all others, and at the end of a conversation. */
export function append(one: TurnRow, session: i32): void {
  one.later = one.next = changetype<TurnRow>(0);
  if (latest == changetype<TurnRow>(0)) first = one;
  else latest.later = one;
  latest = one;
  while (session >= listCount) newList();
  const list = turnList(session);
  const last = changetype<TurnRow>(<usize>load<u32>(list, 4));
  if (last == changetype<TurnRow>(0)) store<u32>(list, <u32>changetype<usize>(one));
  else last.next = one;
  store<u32>(list, <u32>changetype<usize>(one), 4);
  one.number = load<i32>(list, 8) + 1;
  store<i32>(list, one.number, 8);
}

function newList(): void {
  if (listCount == listCapacity) {
    listCapacity = max(listCapacity * 4, 1024);
    const larger = reserve(<usize>listCapacity * listBytes);
    memory.copy(larger, lists, <usize>listCount * listBytes);
    lists = larger;
  }
  memory.fill(turnList(listCount++), 0, listBytes);
}
