/** A function from rank to distance: how far ordered samples lie from a value between them. */
export function distancesFrom(ordered: Float64Array, value: number): (rank: number) => number {
  let first = ordered.findIndex((sample) => sample >= value);
  if (first < 0) first = ordered.length;
  return (rank) => {
    let [below, above] = [first - 1, first];
    let distance = Number.NaN;
    for (let taken = 0; taken <= rank; taken++) {
      const under = value - (ordered[below] ?? Number.NEGATIVE_INFINITY);
      const over = (ordered[above] ?? Number.POSITIVE_INFINITY) - value;
      distance = Math.min(under, over);
      if (under < over) below--;
      else above++;
    }
    return distance;
  };
}
