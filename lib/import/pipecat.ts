import { aside, type Converted, type Converter, held } from "./converter.ts";
import { parsePipecatLine } from "./pipecat_line.ts";
import { convertTurn, type Measurement, opensTurn } from "./pipecat_turn.ts";

/** More than that is no turn: measurements of a log that names no turns at all. */
const maxInTurn = 1_000;

/**
 * Pipecat: its log with metrics enabled, as loguru writes it, or the records of `ServiceMetricsObserver`,
 * one `model_dump_json()` a line. Neither names turns, so these are told apart by what happens: a turn
 * begins when the user has spoken, and goes on until the user speaks again.
 *
 * Format: github.com/pipecat-ai/pipecat, src/pipecat/observers/loggers/metrics_log_observer.py,
 * user_bot_latency_log_observer.py, observers/service_metrics_observer.py and metrics/metrics.py;
 * docs.pipecat.ai/pipecat/fundamentals/metrics. A time to first byte is logged when that byte has come,
 * so its work began as much before.
 *
 * Memory: the measurements of one turn.
 */
export class PipecatConverter implements Converter {
  #turn: Measurement[] = [];

  take(line: string): Converted {
    const found = parsePipecatLine(line);
    if (found === null) return aside;
    if ("kind" in found) return { events: [], faults: [found] };
    // The same number is logged by the service itself and by an observer.
    if (this.#turn.some((one) => isSame(one, found))) return held;
    const isOver = this.#turn.length >= maxInTurn || opensTurn(found, this.#turn);
    const closed = isOver ? this.end() : held;
    this.#turn.push(found);
    return closed;
  }

  end(): Converted {
    const turn = this.#turn;
    this.#turn = [];
    return { events: convertTurn(turn), faults: [] };
  }
}

function isSame(a: Measurement, b: Measurement): boolean {
  return (
    a.what === b.what &&
    a.processor === b.processor &&
    a.value === b.value &&
    a.value !== null &&
    Math.abs(a.seconds - b.seconds) < 1
  );
}
