/**
 * walk.ts - recorded things walked again, frame by frame, past a forecaster: bits of each place they come to, and how well the
 * forecaster knew it. A thing is judged while it is there and learned when it is gone, unless it had alarmed.
 */
import { type Forecaster, bitsOfStep } from './forecaster.ts';
import { type Grid, STEPS, placeAt, stepBetween } from './grid.ts';
import type { RecordedThing } from '../things/record.ts';

export type Walked = {
  readonly thing: RecordedThing;
  /** [frames] mean bits of the last places */
  readonly bits: Float32Array;
};

export type Paths = {
  readonly walked: readonly Walked[];
  /** Mean bits of the places that came, each as likely as was said; from frame `from` on, of things that did not alarm. */
  readonly logLoss: number;
  readonly places: number;
};

type Moving = { readonly places: number[]; readonly last: number[]; loss: number; asked: number };

/** `over`: evidence is the mean of so many last places. A place counts when the thing is seen by itself there. */
export function walk(
  things: readonly RecordedThing[],
  frames: number,
  grid: Grid,
  forecaster: Forecaster,
  over: number,
  from: number,
): Paths {
  const starts = new Map<number, RecordedThing[]>();
  for (const thing of things) starts.set(thing.first, [...(starts.get(thing.first) ?? []), thing]);
  const live = new Map<RecordedThing, Moving>();
  const bitsOf = new Map<RecordedThing, Float32Array>(things.map((thing) => [thing, new Float32Array(thing.frames)]));
  const chances = new Float64Array(STEPS);
  let [loss, places] = [0, 0];
  for (let frame = 0; frame <= frames; frame++) {
    for (const [thing, { places: path, loss: own, asked }] of live) {
      if (frame < thing.first + thing.frames) continue;
      live.delete(thing);
      if (thing.told) continue;
      loss += own;
      places += asked;
      forecaster.learn(path);
    }
    for (const thing of starts.get(frame) ?? []) {
      forecaster.begin(thing.slot);
      live.set(thing, { places: [], last: [], loss: 0, asked: 0 });
    }
    for (const [thing, moving] of live) {
      const at = frame - thing.first;
      const bits = bitsOf.get(thing)!;
      if (at > 0) bits[at] = bits[at - 1]!;
      if (thing.isMeasured[at] === 0) continue;
      const { places: path, last } = moving;
      const before = path.at(-1) ?? -1;
      const place = placeAt(grid, thing.x[at]!, thing.y[at]!, before);
      if (place === before) continue;
      if (before >= 0) {
        const step = stepBetween(grid, before, place);
        forecaster.forecast(thing.slot, chances);
        last.push(bitsOfStep(chances, step));
        if (last.length > over) last.shift();
        bits[at] = last.reduce((sum, value) => sum + value, 0) / over;
        if (frame >= from) {
          moving.loss -= Math.log2(chances[step]!);
          moving.asked++;
        }
      }
      path.push(place);
      forecaster.enter(thing.slot, place);
    }
  }
  return { walked: things.map((thing) => ({ thing, bits: bitsOf.get(thing)! })), logLoss: loss / places, places };
}
