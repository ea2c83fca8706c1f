/** Something that is worth a look, and what can be done about it. */
export interface HintReport {
  /** The rule that found it: the name of its file in lib/hints. */
  readonly rule: string;
  /** What was found, a sentence with its numbers; what the log brings is escaped. */
  readonly finding: string;
  /** The same for programs, named as JSON names them: n, numbers and limits with their units. */
  readonly figures: Readonly<Record<string, number | string | readonly string[] | null>>;
  readonly advice: string;
}
