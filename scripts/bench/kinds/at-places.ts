/**
 * at-places.ts - does this kind of thing come by here? Counts of kinds per place, with back-off along the chain of places
 * (usual/places.ts): a cell that has seen few asks its block, then its row, then the picture.
 */
import { type Places, LEVELS, cellAt, placesOf } from '../../../src/usual/places.ts';
import { bitsOf } from '../../../src/usual/bits.ts';
import type { Recorded, RecordedThing } from '../things/record.ts';
import { KINDS, type Sorter, canBeLookedAt } from './sorter.ts';

const PRIOR = 4;
/** Fewer things than this say nothing. */
const FEWEST = 12;
/** Where a thing goes is its last places. */
const LAST = 5;

export type Kinded = {
  readonly bits: ReadonlyMap<RecordedThing, Float32Array>;
  /** Kinds of those that did not alarm. */
  readonly kinds: ReadonlyMap<RecordedThing, number>;
  /** Bits of the kinds of ordinary things at the places they came by, from the end of training on, each asked before it is learned. */
  readonly logLoss: number;
  readonly bytes: number;
};

export function kindsAtPlaces(recorded: Recorded, sorter: Sorter): Kinded {
  const places = placesOf(recorded.aspect);
  const counts = new Float32Array(places.count * KINDS);
  const totals = new Float32Array(places.count);
  const chances = new Float64Array(KINDS);
  const bits = new Map(recorded.things.map((thing) => [thing, new Float32Array(thing.frames)]));
  const starts = new Map<number, RecordedThing[]>();
  for (const thing of recorded.things) starts.set(thing.first, [...(starts.get(thing.first) ?? []), thing]);
  const live = new Map<RecordedThing, number[]>();
  const kinds = new Map<RecordedThing, number>();
  let [loss, asked, known] = [0, 0, 0];
  for (let frame = 0; frame <= recorded.frames; frame++) {
    for (const [thing, cells] of live) {
      if (frame < thing.first + thing.frames) continue;
      live.delete(thing);
      if (thing.told) continue;
      const kind = sorter.kindOf(thing);
      kinds.set(thing, kind);
      if (kind >= 0) {
        for (const cell of new Set(cells)) {
          if (frame >= recorded.train) {
            chancesAt(places, counts, totals, cell, chances);
            loss -= Math.log2(chances[kind]!);
            asked++;
          }
          learn(places, counts, totals, cell, kind);
        }
        known++;
      }
      sorter.learn(thing);
    }
    for (const thing of starts.get(frame) ?? []) {
      sorter.begin(thing.slot);
      live.set(thing, []);
    }
    for (const [thing, cells] of live) {
      const at = frame - thing.first;
      const own = bits.get(thing)!;
      if (at > 0) own[at] = own[at - 1]!;
      if (thing.isMeasured[at] === 0) continue;
      const cell = cellAt(places, thing.x[at]!, thing.y[at]!);
      if (cells.at(-1) !== cell) cells.push(cell);
      if (!canBeLookedAt(thing, at)) continue;
      sorter.look(thing, at);
      const kind = sorter.kindOf(thing);
      if (kind < 0 || known < FEWEST) continue;
      let sum = 0;
      const last = cells.slice(-LAST);
      for (const one of last) {
        chancesAt(places, counts, totals, one, chances);
        let tail = 0;
        for (let other = 0; other < KINDS; other++)
          if (chances[other]! <= chances[kind]! * 1.0001) tail += chances[other]!;
        sum += bitsOf(tail);
      }
      own[at] = sum / last.length;
    }
  }
  return { bits, kinds, logLoss: loss / asked, bytes: sorter.bytes + counts.byteLength + totals.byteLength };
}

function chancesAt(
  places: Places,
  counts: Float32Array,
  totals: Float32Array,
  cell: number,
  chances: Float64Array,
): void {
  chances.fill(1 / KINDS);
  for (let level = LEVELS - 1; level >= 0; level--) {
    const at = places.chain[cell * LEVELS + level]!;
    for (let kind = 0; kind < KINDS; kind++)
      chances[kind] = (counts[at * KINDS + kind]! + PRIOR * chances[kind]!) / (totals[at]! + PRIOR);
  }
}

function learn(places: Places, counts: Float32Array, totals: Float32Array, cell: number, kind: number): void {
  for (let level = 0; level < LEVELS; level++) {
    const at = places.chain[cell * LEVELS + level]!;
    counts[at * KINDS + kind]! += 1;
    totals[at]! += 1;
  }
}
