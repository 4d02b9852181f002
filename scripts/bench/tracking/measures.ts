/**
 * measures.ts - how well things are followed: true boxes with ids held against those a model gives, frame by frame.
 *
 * In each frame true and given things are paired by how much their boxes share (intersection over union, at least `SHARED`),
 * the best pair first, each at most once.
 *
 *     tracked as one  one and the same id goes with the thing in at least `ONE` of its frames, and with no other thing longer
 *     switch          the id that goes with a thing is another one than the last that went with it
 *     box error       mean distance of the four edges from the true ones, as a share of the true box's half perimeter
 */
import type { Box } from '../../../src/vision/box.ts';

/** A true thing: its boxes from frame `first` on, null where it is not seen. */
export type TrueTrack = {
  readonly id: number;
  readonly kind: string;
  readonly first: number;
  readonly boxes: readonly (Box | null)[];
};

export type Given = { readonly id: number | string; readonly box: Box };

export type TrackingScore = {
  /** True things that were seen long enough to be asked for. */
  readonly of: number;
  readonly asOne: number;
  readonly switches: number;
  /** Of every pair. */
  readonly boxErrors: readonly number[];
  /** Frames of asked-for things, and those in which something went with them. */
  readonly frames: number;
  readonly covered: number;
};

export const SHARED = 0.2;
export const ONE = 0.8;
/** Seconds that a thing must be seen to be asked for. */
const LEAST_S = 1.5;
/** Smaller than this (share of the picture's height) nobody must see it. */
const LEAST_HEIGHT = 0.035;
/** This close to the border (share of the picture) a thing is only partly in view, and not asked for. */
const BORDER = 0.01;

export function intersectionOverUnion([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): number {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (aw * ah + bw * bh - width * height);
}

/** Index of the given thing that goes with each true one, or -1. */
export function pairBoxes(truth: readonly Box[], given: readonly Box[]): number[] {
  const pairs: { readonly share: number; readonly one: number; readonly other: number }[] = [];
  truth.forEach((a, one) =>
    given.forEach((b, other) => {
      const share = intersectionOverUnion(a, b);
      if (share >= SHARED) pairs.push({ share, one, other });
    }),
  );
  const partner = truth.map(() => -1);
  const taken = new Set<number>();
  for (const { one, other } of pairs.toSorted((a, b) => b.share - a.share)) {
    if (partner[one] !== -1 || taken.has(other)) continue;
    partner[one] = other;
    taken.add(other);
  }
  return partner;
}

/** Wholly in the picture and large enough to be asked for. */
export function isAskedFor([x, y, width, height]: Box): boolean {
  return height >= LEAST_HEIGHT && x > BORDER && y > BORDER && x + width < 1 - BORDER && y + height < 1 - BORDER;
}

export function boxError([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): number {
  const edges = Math.abs(ax - bx) + Math.abs(ay - by) + Math.abs(ax + aw - bx - bw) + Math.abs(ay + ah - by - bh);
  return edges / 4 / (aw + ah);
}

/** `given` has an entry per frame; frames before `from` do not count. */
export function scoreTracking(
  tracks: readonly TrueTrack[],
  given: readonly (readonly Given[])[],
  fps: number,
  from: number,
): TrackingScore {
  const states = tracks.map((track) => ({
    track,
    frames: 0,
    covered: 0,
    switches: 0,
    last: null as number | string | null,
    ids: new Map<number | string, number>(),
  }));
  // For each id the frames in which it went with each thing: an id that stays longer with another one is not this thing's.
  const longest = new Map<number | string, { readonly thing: number; readonly frames: number }>();
  const boxErrors: number[] = [];
  const byFrame = new Map<number, typeof states>();
  for (const state of states)
    state.track.boxes.forEach((box, i) => {
      const frame = state.track.first + i;
      if (box === null || frame < from || frame >= given.length) return;
      const present = byFrame.get(frame);
      if (present === undefined) byFrame.set(frame, [state]);
      else present.push(state);
    });
  for (const [frame, present] of [...byFrame].toSorted(([a], [b]) => a - b)) {
    const truth = present.map(({ track }) => track.boxes[frame - track.first]!);
    const here = given[frame]!;
    const partner = pairBoxes(
      truth,
      here.map(({ box }) => box),
    );
    present.forEach((state, i) => {
      if (!isAskedFor(truth[i]!)) return;
      state.frames++;
      if (partner[i] === -1) return;
      const { id, box } = here[partner[i]!]!;
      state.covered++;
      boxErrors.push(boxError(truth[i]!, box));
      if (state.last !== null && state.last !== id) state.switches++;
      state.last = id;
      const frames = (state.ids.get(id) ?? 0) + 1;
      state.ids.set(id, frames);
      if (frames > (longest.get(id)?.frames ?? 0)) longest.set(id, { thing: state.track.id, frames });
    });
  }
  const asked = states.filter(({ frames }) => frames >= LEAST_S * fps);
  const isOne = ({ track, frames, ids }: (typeof states)[number]): boolean =>
    [...ids].some(([id, count]) => count >= ONE * frames && longest.get(id)!.thing === track.id);
  const sum = (pick: (state: (typeof states)[number]) => number): number =>
    asked.reduce((all, state) => all + pick(state), 0);
  return {
    of: asked.length,
    asOne: asked.filter(isOne).length,
    switches: sum(({ switches }) => switches),
    boxErrors,
    frames: sum(({ frames }) => frames),
    covered: sum(({ covered }) => covered),
  };
}
