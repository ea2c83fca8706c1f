/** Turns that go from one engine into another: as they stand in memory, and put behind those that are there. */
import { reserve } from "../../event/scanner/assembly/memory.ts";
import { TurnRow } from "./turn_row.ts";
import { append, behind, rowBehind, turnList, turnLists } from "./turns.ts";

/** Asks the host for its number of a conversation that another engine has numbered, by its first turn here. */
@external("host", "adoptSession") declare function adoptSession(session: i32, row: TurnRow): i32;

/** Has each turn say which conversation it is of, not its place there, which others have to find anew. */
export function numberBySession(): void {
  for (let session = 0; session < turnLists(); session++) {
    let row = changetype<TurnRow>(<usize>load<u32>(turnList(session)));
    for (; row != changetype<TurnRow>(0); row = row.next) row.number = session;
  }
}

/** The last row of those that follow one another in memory without a break, from one on. */
export function lastOfRun(first: TurnRow): TurnRow {
  let row = first;
  while (row.later != changetype<TurnRow>(0) && row.later == rowBehind(behind(row))) row = row.later;
  return row;
}

/** Room for rows of another engine. */
export function turnRoom(bytes: i32): usize {
  return reserve(<usize>bytes);
}

/**
 * Takes the rows that another engine has written and that stand here without a break, numbered by their
 * conversations, of which there are so many: each comes behind all rows that are here already.
 */
export function adoptTurns(from: usize, bytes: i32, sessions: i32): void {
  const numbers = reserve(<usize>sessions << 2);
  let met = 0;
  const end = from + <usize>bytes;
  for (let at = from; at < end; ) {
    const row = rowBehind(at);
    at = behind(row);
    const session = row.number;
    // The other engine has numbered them as it met them, too.
    if (session == met) store<i32>(numbers + (<usize>(met++) << 2), adoptSession(session, row));
    append(row, load<i32>(numbers + (<usize>session << 2)));
  }
}
