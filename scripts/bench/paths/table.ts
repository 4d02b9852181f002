/**
 * table.ts - the next place by counts: after the last places, each shorter suffix the prior of the next longer one.
 *
 *     P(q | last k) = (n(q) + d P(q | last k - 1)) / (n + d)        d = different places that have followed
 */
import { type Forecaster, anySteps } from './forecaster.ts';
import { type Grid, STEPS, stepBetween } from './grid.ts';

/** What an entry takes in a hash table: a check of the suffix, the next step, a count. */
const ENTRY_BYTES = 8;

export function countTable(grid: Grid, depth: number, mostBytes: number): Forecaster {
  const steps = anySteps(grid);
  const followers = new Map<string, Map<number, number>>();
  const histories = new Map<number, number[]>();
  const most = Math.floor(mostBytes / ENTRY_BYTES);
  let entries = 0;
  const suffix = (history: readonly number[], length: number): string => history.slice(-length).join(',');
  const learnOne = (history: readonly number[], step: number): void => {
    for (let length = 1; length <= Math.min(depth, history.length); length++) {
      const key = suffix(history, length);
      let counts = followers.get(key);
      if (counts?.has(step) !== true) {
        if (entries >= most) continue;
        entries++;
      }
      if (counts === undefined) followers.set(key, (counts = new Map()));
      counts.set(step, (counts.get(step) ?? 0) + 1);
    }
  };
  return {
    name:
      depth === 0
        ? 'steps anywhere'
        : `counts after the last ${depth === 1 ? 'place' : depth === 2 ? 'two' : `one to ${depth}`}`,
    bytes: () => entries * ENTRY_BYTES,
    begin: (slot) => void histories.set(slot, []),
    enter(slot, place) {
      const history = histories.get(slot)!;
      history.push(place);
      if (history.length > Math.max(1, depth)) history.shift();
    },
    forecast(slot, chances) {
      const history = histories.get(slot)!;
      steps.chances(history.at(-1)!, chances);
      for (let length = 1; length <= Math.min(depth, history.length); length++) {
        const counts = followers.get(suffix(history, length));
        if (counts === undefined) break;
        let all = 0;
        for (const count of counts.values()) all += count;
        const prior = counts.size;
        for (let step = 0; step < STEPS; step++)
          chances[step] = ((counts.get(step) ?? 0) + prior * chances[step]!) / (all + prior);
      }
    },
    learn(places) {
      const history: number[] = [];
      places.forEach((place, i) => {
        if (i > 0) {
          const step = stepBetween(grid, places[i - 1]!, place);
          learnOne(history, step);
          steps.learn(step);
        }
        history.push(place);
        if (history.length > depth) history.shift();
      });
    },
  };
}
