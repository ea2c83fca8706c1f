/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What a page about a log can do beyond being read: sort its tables, filter its requests, draw its
 * conversations, and follow a log that is served. It is bundled into one text that the page carries;
 * without it everything is still there.
 */
import { filterRequests } from "./filter.ts";
import { followLog } from "./live.ts";
import { openTarget } from "./open_target.ts";
import { drawPlots } from "./plots.ts";
import { makeSortable } from "./sort.ts";

function start(): void {
  makeSortable(document);
  filterRequests(document);
  drawPlots(document);
}

start();
openTarget();
window.addEventListener("hashchange", openTarget);
if (document.documentElement.dataset["live"] === "yes") followLog(start);
