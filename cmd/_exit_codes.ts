/** What a run's exit status says. Help and README print this table; nothing else lists it. */
export const exitCodes = {
  fine: 0,
  no: 1,
  usage: 2,
  busy: 3,
  damaged: 4,
  access: 5,
  notEnough: 6,
} as const;

/** One of the statuses. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes] | SignalCode;

/** 128+n: ended by SIGHUP, SIGINT or SIGTERM after finishing cleanly. */
type SignalCode = 129 | 130 | 143;

/** Their meaning in words, for people. */
export const exitCodeMeanings: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "fine"],
  ["1", "the answer is no (budget breached, no such request)"],
  ["2", "wrong usage; nothing was done"],
  ["3", "another run holds the log's lock"],
  ["4", "the log is damaged beyond --max-problems, or refused in part"],
  ["5", "a file or stream could not be read or written"],
  ["6", "not enough data to judge"],
  ["128+n", "ended by signal n"],
];

/** Where several apply, the first of these is the one. */
const precedence: readonly ExitCode[] = [2, 5, 4, 1, 6];

/** The status of a run to which several apply. */
export function strongest(codes: readonly ExitCode[]): ExitCode {
  return precedence.find((code) => codes.includes(code)) ?? codes[0] ?? exitCodes.fine;
}
