/**
 * beside.ts - recorded things judged by the seven attributes of the model and by one more: how many breaks are found at a given
 * rate of false alarms?
 *
 * The further attribute is treated as the seven are: its highest value is held against those of past ordinary things, what it
 * says beyond the ordinary is added to what the others say, and the sum is held against past sums.
 */
import { layOut, viewsOf } from '../../../src/memory/layout.ts';
import { OF_SUMS, type Tail, learnTail, tailBits, tailFields, valueOfBits } from '../../../src/usual/tail.ts';
import { intersectionOverUnion } from '../tracking/measures.ts';
import { ATTRIBUTE_COUNT, type Recorded, type RecordedThing, recordedBox } from './record.ts';

/** As in usual/usual.ts. */
const MOST = [24, 24, 24, 24, 16, 16, 8];
const MOST_FURTHER = 24;
const ORDINARY_BITS = 3;
const NEXT_WEIGHT = 1.5;
const NEWBORN_MS = 300_000;
const LEAST_THRESHOLD = 3;
/** A break may be told so long before and after (s); its box shares so much with that of a thing that shows it. */
const BEFORE_S = 0.2;
const AFTER_S = 4;
const SHARED = 0.2;
const GAP_FRAMES = 3;

type Break = { readonly kind: string; readonly from: number; to: number };
/** Evidence of each thing in units of what an alarm takes. */
export type Ratios = ReadonlyMap<RecordedThing, Float32Array>;

export type Found = {
  readonly of: number;
  /** Breaks found at each allowed rate. */
  readonly found: readonly number[];
  readonly byKind: ReadonlyMap<string, readonly [number, number]>;
};

/** Bits of a further attribute of each thing [frames], highest of late, not yet held against anybody's past; null = nothing further. */
export type Further = ReadonlyMap<RecordedThing, Float32Array> | null;

export function foundBeside(
  records: readonly Recorded[],
  furtherOf: (recorded: Recorded) => Further,
  holdMs: number,
  allowed: readonly number[],
): Found {
  const judged = records.map((recorded) => ({ recorded, ratios: ratiosOf(recorded, furtherOf(recorded), holdMs) }));
  return countFound(judged, allowed);
}

/** Evidence of every thing. `holdMs`: the further attribute rises to its full height in so long. */
export function ratiosOf(recorded: Recorded, further: Further, holdMs: number): Ratios {
  const newTail = (): Tail => viewsOf(tailFields(), new ArrayBuffer(layOut(tailFields()).totalBytes));
  const [ofFurther, totals] = [newTail(), newTail()];
  const ratios = new Map<RecordedThing, Float32Array>();
  const elapsedMs = 1000 / recorded.fps;
  const excess = new Float64Array(ATTRIBUTE_COUNT + 1);
  // Things are judged by what was known when they ended: within one thing's life the tails hardly move.
  for (const thing of recorded.things) {
    const values = new Float32Array(thing.frames);
    const mine = further?.get(thing);
    const threshold = Math.max(LEAST_THRESHOLD, valueOfBits(totals, thing.rarity, 0, OF_SUMS));
    let [now, best, highest] = [0, 0, 0];
    for (let frame = 0; frame < thing.frames; frame++) {
      for (let i = 0; i < ATTRIBUTE_COUNT; i++)
        excess[i] = Math.min(MOST[i]!, thing.bits[frame * ATTRIBUTE_COUNT + i]! - ORDINARY_BITS);
      excess[ATTRIBUTE_COUNT] = 0;
      if (mine !== undefined) {
        now = Math.min(mine[frame]!, now + (mine[frame]! * elapsedMs) / holdMs);
        best = Math.max(best, now);
        excess[ATTRIBUTE_COUNT] = Math.min(
          MOST_FURTHER,
          tailBits(ofFurther, best, ORDINARY_BITS, OF_SUMS) - ORDINARY_BITS,
        );
      }
      const sum = sumOf(excess);
      highest = Math.max(highest, sum);
      values[frame] = sum / threshold;
    }
    ratios.set(thing, values);
    if (thing.told || thing.watchedMs < NEWBORN_MS) continue;
    learnTail(ofFurther, best);
    learnTail(totals, highest);
  }
  return ratios;
}

function sumOf(excess: Float64Array): number {
  excess.sort();
  let sum = 0;
  for (let rank = excess.length - 1, weight = 1; rank >= 0 && excess[rank]! > 0; rank--, weight /= NEXT_WEIGHT)
    sum += weight * excess[rank]!;
  return sum;
}

export function breaksOf({ kinds, train, frames }: Recorded): Break[] {
  const breaks: Break[] = [];
  for (let frame = train; frame < Math.min(frames, kinds.length); frame++) {
    const kind = kinds[frame] ?? null;
    if (kind === null) continue;
    const last = breaks.at(-1);
    if (last !== undefined && frame - last.to <= GAP_FRAMES) last.to = frame;
    else breaks.push({ kind, from: frame, to: frame });
  }
  return breaks;
}

/** Breaks found with the lowest threshold, one for all worlds, at which ordinary things alarm no more often than allowed. */
export function countFound(
  judged: readonly { readonly recorded: Recorded; readonly ratios: Ratios }[],
  allowed: readonly number[],
) {
  const ordinary: number[] = [];
  const broken: { readonly kind: string; readonly ratio: number }[] = [];
  let frames = 0;
  for (const { recorded, ratios } of judged) {
    frames += recorded.frames - recorded.train;
    const showing = new Set<RecordedThing>();
    for (const { kind, from, to } of breaksOf(recorded)) {
      let ratio = 0;
      for (const thing of recorded.things) {
        if (!showsBreak(recorded, thing, from, to)) continue;
        showing.add(thing);
        const [first, last] = [from - BEFORE_S * recorded.fps, to + AFTER_S * recorded.fps];
        ratios.get(thing)!.forEach((value, at) => {
          if (thing.first + at >= first && thing.first + at <= last && value > ratio) ratio = value;
        });
      }
      broken.push({ kind, ratio });
    }
    for (const thing of recorded.things) {
      if (showing.has(thing)) continue;
      let ratio = 0;
      ratios.get(thing)!.forEach((value, at) => {
        if (thing.first + at >= recorded.train && value > ratio) ratio = value;
      });
      ordinary.push(ratio);
    }
  }
  ordinary.sort((a, b) => b - a);
  const above = (threshold: number) => broken.filter(({ ratio }) => ratio > threshold);
  const thresholds = allowed.map((rate) => ordinary[Math.floor((rate * frames) / 5000)] ?? 0);
  const byKind = new Map<string, readonly [number, number]>();
  const middle = above(thresholds[Math.min(3, thresholds.length - 1)]!);
  for (const { kind } of broken) byKind.set(kind, [0, (byKind.get(kind)?.[1] ?? 0) + 1]);
  for (const { kind } of middle) byKind.set(kind, [byKind.get(kind)![0] + 1, byKind.get(kind)![1]]);
  return { of: broken.length, found: thresholds.map((threshold) => above(threshold).length), byKind };
}

function showsBreak(recorded: Recorded, thing: RecordedThing, from: number, to: number): boolean {
  for (let frame = Math.max(from, thing.first); frame <= Math.min(to, thing.first + thing.frames - 1); frame++) {
    const given = recordedBox(thing, recorded.aspect, frame);
    const truth = recorded.boxes[frame] ?? null;
    if (given !== null && truth !== null && intersectionOverUnion(given, truth) > SHARED) return true;
  }
  return false;
}
