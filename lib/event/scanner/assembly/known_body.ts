/**
 * What stands between the id and the metadata of a line, service and event name among it: of the few
 * that a log has again and again the bytes are remembered, so that one comparison reads them. Which to
 * compare with is guessed from where the quotes are; a wrong guess only costs the careful way.
 */
import { reserve } from "./memory.ts";
import { fillTemplate, differences, newTemplate, templateBytes } from "./template.ts";
import { quote } from "./text.ts";

const places: u32 = 512;

/** A stretch that was read before. */
@unmanaged export class KnownBody {
  /** Number of service and event name. */
  pair: i32;
  /** Bytes up to the metadata; 0 for a place that is free. */
  length: i32;
  template: usize;
}

const bodies = newBodies();

function newBodies(): usize {
  const all = reserve(<usize>places * offsetof<KnownBody>());
  for (let place: u32 = 0; place < places; place++) {
    const body = changetype<KnownBody>(all + <usize>place * offsetof<KnownBody>());
    body.length = 0;
    body.template = newTemplate();
  }
  return all;
}

/** Where the event name ends, if what follows the id is of the layout with this much between the names. */
@inline export function guessEventEnd(service: usize, toEvent: u64): usize {
  const quotes = quotesAmong64(service);
  const event = ctz(quotes) + toEvent;
  return service + <usize>(event + ctz(quotes >> event));
}

/** The place of a stretch from the id's end at `from` up to `eventEnd` and its metadata. */
@inline export function placeOfBody(from: usize, eventEnd: usize): KnownBody {
  // Names that are not the same differ in their beginning, their end, or their length.
  let hash = (load<u64>(eventEnd - 8) * 0xff51afd7ed558ccd) ^ load<u64>(eventEnd - 16);
  hash = (hash ^ <u64>(eventEnd - from)) * 0x9e3779b97f4a7c15;
  return changetype<KnownBody>(bodies + (<usize>(hash >> 55)) * offsetof<KnownBody>());
}

/** Whether the stretch at `from` is the one of that place. */
@inline export function isKnown(body: KnownBody, from: usize, length: usize): bool {
  return body.length == <i32>length && !v128.any_true(differences(from, body.template));
}

/** Remembers a stretch in its place, if it is not too long. */
export function rememberBody(body: KnownBody, from: usize, length: usize, pair: i32): void {
  if (length > templateBytes) return;
  fillTemplate(body.template, from, length);
  body.length = <i32>length;
  body.pair = pair;
}

/** One bit for each quote among 64 bytes. */
@inline function quotesAmong64(from: usize): u64 {
  return quotesAmong(from) | (quotesAmong(from + 16) << 16) |
    (quotesAmong(from + 32) << 32) | (quotesAmong(from + 48) << 48);
}

@inline function quotesAmong(from: usize): u64 {
  return <u64>i8x16.bitmask(i8x16.eq(v128.load(from), i8x16.splat(quote)));
}
