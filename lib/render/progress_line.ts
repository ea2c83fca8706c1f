import { formatSize } from "../units/size.ts";

/** How far a reading has come. */
export interface Progress {
  readonly bytesRead: number;
  /** Null where nobody knows how many there are. */
  readonly bytesTotal: number | null;
  /** Since it began. */
  readonly seconds: number;
}

/**
 * One line for a terminal of so many columns, which it does not fill, lest the terminal begin another:
 * `Reading 1.2 GB of 4.0 GB, 30 %, 1.1 GB/s, 3 s left`. Of what grows while it is read no more than all
 * is said to be read.
 */
export function renderProgress(
  { bytesRead, bytesTotal, seconds }: Progress,
  columns: number,
): string {
  const rate = bytesRead / seconds;
  const speed = Number.isFinite(rate) ? [`${formatSize(Math.round(rate))}/s`] : [];
  const done = Math.min(bytesRead, bytesTotal ?? bytesRead);
  const parts =
    bytesTotal === null
      ? [formatSize(done), ...speed]
      : [
          `${formatSize(done)} of ${formatSize(bytesTotal)}`,
          `${bytesTotal === 0 ? 100 : Math.floor((100 * done) / bytesTotal)} %`,
          ...speed,
          ...(rate > 0 ? [`${formatLeft((bytesTotal - done) / rate)} left`] : []),
        ];
  return `Reading ${parts.join(", ")}`.slice(0, Math.max(0, columns - 1));
}

/** A time to wait, in one or two units, rounded up: `3 s`, `2 min 5 s`, `3 h 20 min`. */
function formatLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.ceil(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
