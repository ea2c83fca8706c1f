/** The name that means standard input. */
export const standardInput = "-";
