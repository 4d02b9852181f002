/**
 * of-kinds.ts - is it this fast, or this high, for its kind here? Amounts per place and kind (usual/amounts.ts); where few of a
 * kind came by the block of a place, what all things are like there speaks instead.
 */
import { type Amounts, type Estimate, amountFields, estimate, learnAmount } from '../../../src/usual/amounts.ts';
import { normalOfStudent, normalTailBits } from '../../../src/usual/bits.ts';
import { layOut, viewsOf } from '../../../src/memory/layout.ts';
import { LEVELS, type Places, cellAt, placesOf } from '../../../src/usual/places.ts';
import type { Recorded, RecordedThing } from '../things/record.ts';
import { KINDS, type Sorter, canBeLookedAt } from './sorter.ts';

/** The context of all things, whatever their kind. */
const ALL = KINDS;
/** Weight of all things against those of the kind. */
const PRIOR = 4;
const FREEDOM = 35;
/** Frames over which speed is measured; slower than this (heights a second) is standing. */
const SPAN = 7;
const STANDING = 0.02;

export type Amount = 'speed' | 'height';

/** Bits of each frame. `sorter` null: no kinds. */
export function amountsOfKinds(
  recorded: Recorded,
  amount: Amount,
  sorter: Sorter | null,
): ReadonlyMap<RecordedThing, Float32Array> {
  const places = placesOf(recorded.aspect);
  const table = amountFields(places, KINDS + 1);
  const amounts = viewsOf(table, new ArrayBuffer(layOut(table).totalBytes));
  const bits = new Map(recorded.things.map((thing) => [thing, new Float32Array(thing.frames)]));
  const starts = new Map<number, RecordedThing[]>();
  for (const thing of recorded.things) starts.set(thing.first, [...(starts.get(thing.first) ?? []), thing]);
  // Of each thing: by cell the sum and the number of what was measured there.
  const live = new Map<RecordedThing, Map<number, { sum: number; count: number }>>();
  for (let frame = 0; frame <= recorded.frames; frame++) {
    for (const [thing, cells] of live) {
      if (frame < thing.first + thing.frames) continue;
      live.delete(thing);
      if (thing.told) continue;
      const kind = sorter?.kindOf(thing) ?? -1;
      for (const [cell, { sum, count }] of cells) {
        learnAmount(amounts, places, ALL, cell, sum / count);
        if (kind >= 0) learnAmount(amounts, places, kind, cell, sum / count);
      }
      sorter?.learn(thing);
    }
    for (const thing of starts.get(frame) ?? []) {
      sorter?.begin(thing.slot);
      live.set(thing, new Map());
    }
    for (const [thing, cells] of live) {
      const at = frame - thing.first;
      if (canBeLookedAt(thing, at)) sorter?.look(thing, at);
      const logarithm = measure(thing, at, amount, recorded.fps);
      if (logarithm === null) continue;
      const cell = cellAt(places, thing.x[at]!, thing.y[at]!);
      bits.get(thing)![at] = bitsAt(amounts, places, sorter?.kindOf(thing) ?? -1, cell, logarithm);
      const here = cells.get(cell) ?? { sum: 0, count: 0 };
      cells.set(cell, { sum: here.sum + logarithm, count: here.count + 1 });
    }
  }
  return bits;
}

function measure(
  { x, y, height, isMeasured, atBorder }: RecordedThing,
  at: number,
  amount: Amount,
  fps: number,
): number | null {
  if (isMeasured[at] === 0 || atBorder[at] === 1) return null;
  if (amount === 'height') return Math.log(height[at]!);
  const before = at - SPAN;
  if (before < 0 || isMeasured[before] === 0) return null;
  const speed = (Math.hypot(x[at]! - x[before]!, y[at]! - y[before]!) * fps) / SPAN;
  return speed > STANDING ? Math.log(speed) : null;
}

const ofAll: Estimate = { mean: 0, variance: 1, samples: 0 };
const ofKind: Estimate = { mean: 0, variance: 1, samples: 0 };

/** Bits of the upper tail of what is usual of the kind and of all together. */
function bitsAt(amounts: Amounts, places: Places, kind: number, cell: number, logarithm: number): number {
  estimate(amounts, places, ALL, cell, ofAll);
  if (ofAll.samples === 0) return 0;
  let { mean, variance } = ofAll;
  if (kind >= 0) {
    estimate(amounts, places, kind, cell, ofKind);
    if (ofKind.samples > 0) {
      const block = amounts.samples[kind * places.count + places.chain[cell * LEVELS + 1]!]!;
      const share = block / (block + PRIOR);
      const apart = ofKind.mean - mean;
      variance = share * ofKind.variance + (1 - share) * variance + share * (1 - share) * apart * apart;
      mean += share * apart;
    }
  }
  return normalTailBits(normalOfStudent((logarithm - mean) / Math.sqrt(variance), FREEDOM));
}
