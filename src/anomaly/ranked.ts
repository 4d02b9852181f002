/**
 * ranked.ts - things that may come next, the likeliest first: a list of fixed room that is filled anew, so that a forecast
 * which is only read leaves nothing behind.
 */

export type Ranked = {
  count: number;
  /** [count] numbers of the things */
  readonly things: Uint16Array;
  /** [count] f64: weights, or probabilities */
  readonly weights: Float64Array;
};

/** An empty list with room for `most` things. */
export function newRanked(most: number): Ranked {
  return { count: 0, things: new Uint16Array(most), weights: new Float64Array(most) };
}

/** Put a thing in its place: after all of at least its weight. */
export function rank(list: Ranked, thing: number, weight: number): void {
  const { things, weights } = list;
  let place = list.count++;
  while (place > 0 && weights[place - 1]! < weight) {
    things[place] = things[place - 1]!;
    weights[place] = weights[place - 1]!;
    place--;
  }
  things[place] = thing;
  weights[place] = weight;
}
