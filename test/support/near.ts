/** How far a number may be from another one. */
export interface Nearness {
  /** For durations in milliseconds, and whatever else is not counted. */
  readonly absolute: number;
  readonly relative: number;
}

/**
 * Where two plain values differ: the path of each place at which numbers are farther apart than allowed,
 * or anything else is not the same. Whole numbers less than 1 apart are one count.
 */
export function differences(one: unknown, other: unknown, near: Nearness, path = ""): string[] {
  if (typeof one === "number" && typeof other === "number") {
    const allowed = near.absolute + near.relative * Math.abs(one);
    const isSame = Object.is(one, other) || Math.abs(one - other) <= allowed;
    return isSame ? [] : [`${path}: ${one} ≠ ${other}`];
  }
  const [left, right] = [membersOf(one), membersOf(other)];
  if (left === null || right === null || Array.isArray(one) !== Array.isArray(other)) {
    return Object.is(one, other)
      ? []
      : [`${path}: ${JSON.stringify(one)} ≠ ${JSON.stringify(other)}`];
  }
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  const isOrdered = one instanceof Map;
  const isSameOrder = !isOrdered || [...left.keys()].join() === [...right.keys()].join();
  const order = isSameOrder ? [] : [`${path}: other order`];
  const inside = keys.flatMap((key) =>
    differences(left.get(key), right.get(key), near, `${path}.${key}`),
  );
  return inside.length > 0 ? inside : order;
}

function membersOf(value: unknown): Map<string, unknown> | null {
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [String(key), one]));
  if (value instanceof Set) return new Map([...value].map((one) => [String(one), true]));
  if (ArrayBuffer.isView(value)) return new Map(Object.entries(value));
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : null;
}
