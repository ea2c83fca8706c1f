/** A new request id: 8 random hex digits, as all writers of the log make them. */
export function newRequestId(): string {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value.toString(16).padStart(8, "0");
}
