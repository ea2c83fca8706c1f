/** What the host plans for ledgers, behind what else is planned. */
import { takeBlock } from "../../event/scanner/assembly/memory.ts";

/** The head of it. Behind it stand, as the host has written them, its lists: see `words`. */
@unmanaged export class LedgerPlan {
  /** Bytes that it takes. */
  bytes: i32;
  /** 0 if no rows are planned, 1 if they are, 2 if besides no two of them have a name in common. */
  state: i32;
  rowCount: i32;
  // Lists: where they begin, counted in bytes from here.
  rows: i32;
  /** For each llm span where its children belong: its row, -1 for nowhere, -2 for who knows where. */
  llms: i32;
  /** For each entry of the plan's `spans` whose time it is; none for what owns no time. */
  spans: i32;
  /** Whose time it is from an event to the next where no span owns it. */
  steps: i32;

  /** The words (i32) of a list. */
  @inline words(list: i32): usize {
    return changetype<usize>(this) + <usize>list;
  }
}

/** Room for so many bytes. */
export function ledgerRoom(bytes: i32): usize {
  return takeBlock(bytes);
}
