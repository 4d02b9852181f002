/**
 * rounds.ts - scenes in which something walks from place to place in one of two orders that share their middle, and now and then
 * ends at the other's place: their things as the scene itself has them, followed without fault.
 */
import { SUITES, type SuiteName, sceneOptions } from '../detection/suites.ts';
import { paintThing } from '../../../src/scene/paint/figures.ts';
import { createScene } from '../../../src/scene/scene.ts';
import { isThere } from '../../../src/scene/thing.ts';
import { MOST_THINGS } from '../../../src/things/pool.ts';
import { ATTRIBUTE_COUNT, CROP_BYTES, type RecordedThing } from '../things/record.ts';

export type Rounds = {
  readonly aspect: number;
  readonly warmup: number;
  readonly frames: number;
  /** Broken ones are marked as told. */
  readonly things: readonly RecordedThing[];
};

const SIZE = { width: 164, height: 124, fps: 10 };
/** Sides of a box that can be seen (shares of the picture). */
const LEAST_SEEN = 0.02;
/** What walks a round is seen for at least so long (s); what is shown at the places only is not. */
const WALKED_S = 10;

/** null when the scene of this seed does not walk its rounds in sight. */
export function roundsOf(suite: SuiteName, seed: number): Rounds | null {
  const { warmup, frames } = SUITES[suite];
  const { width, height, fps } = SIZE;
  const { play, canvas, staged, sun } = createScene({ ...sceneOptions(suite, warmup, fps), seed, width, height, fps });
  const aspect = width / height;
  const broken = new Set<number>();
  const live = new Map<number, { slot: number; first: number; last: number; numbers: number[] }>();
  const done: RecordedThing[] = [];
  const taken = new Set<number>();
  const end = (id: number): void => {
    const { slot, first, numbers } = live.get(id)!;
    live.delete(id);
    taken.delete(slot);
    done.push(truthThing(slot, first, numbers, broken.has(id)));
  };
  for (let frame = 0; frame < frames; frame++) {
    const time = frame / fps;
    const happening = play.advance(time);
    if (happening !== null && happening.thing !== null) broken.add(happening.thing);
    for (const thing of play.things) {
      const box = isThere(thing, time) ? paintThing(canvas, staged.camera, sun, thing, time) : null;
      if (box === null) continue;
      const [left, top] = [Math.max(0, box[0]), Math.max(0, box[1])];
      const [wide, high] = [Math.min(1, box[0] + box[2]) - left, Math.min(1, box[1] + box[3]) - top];
      if (wide < LEAST_SEEN || high < LEAST_SEEN) continue;
      let one = live.get(thing.id);
      if (one === undefined) {
        let slot = 0;
        while (taken.has(slot)) slot++;
        if (slot >= MOST_THINGS) continue;
        taken.add(slot);
        one = { slot, first: frame, last: frame, numbers: [] };
        live.set(thing.id, one);
      }
      // Out of sight for some frames it stays where it was.
      const before = one.numbers.slice(-4);
      for (; one.last < frame - 1; one.last++) one.numbers.push(...before);
      one.last = frame;
      one.numbers.push((left + wide / 2) * aspect, top + high / 2, wide * aspect, high);
    }
    for (const [id, { last }] of live) if (last < frame && !play.things.some((thing) => thing.id === id)) end(id);
  }
  for (const id of live.keys()) end(id);
  const told = done.filter((thing) => thing.told);
  const isWalked = told.length > 0 && told.every((thing) => thing.frames >= WALKED_S * fps);
  return isWalked ? { aspect, warmup, frames, things: done } : null;
}

function truthThing(slot: number, first: number, numbers: readonly number[], told: boolean): RecordedThing {
  const frames = numbers.length / 4;
  const column = (offset: number): Float32Array =>
    Float32Array.from({ length: frames }, (_, i) => numbers[i * 4 + offset]!);
  return {
    slot,
    first,
    frames,
    x: column(0),
    y: column(1),
    width: column(2),
    height: column(3),
    isMeasured: new Uint8Array(frames).fill(1),
    atBorder: new Uint8Array(frames),
    bits: new Float32Array(frames * ATTRIBUTE_COUNT),
    crops: new Uint8Array(frames * CROP_BYTES),
    parted: false,
    told,
    rarity: 0,
    watchedMs: (first + frames) * 100,
  };
}
