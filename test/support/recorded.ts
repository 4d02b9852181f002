/**
 * recorded.ts - recorded things made by hand, as a bench would have them of a world.
 */
import { ATTRIBUTE_COUNT, CROP_BYTES, type Recorded, type RecordedThing } from '../../scripts/bench/things/record.ts';

export type Made = {
  readonly first: number;
  /** Its middle in each frame, heights of the picture. */
  readonly places: readonly (readonly number[])[];
  readonly told?: boolean;
  readonly slot?: number;
  readonly size?: readonly [width: number, height: number];
  /** Bits of the attributes, the same in all frames. */
  readonly bits?: readonly number[];
  /** Its own picture, the same in all frames. */
  readonly crop?: Uint8Array;
};

export function recordedOf({
  first,
  places,
  told = false,
  slot = 0,
  size = [0.1, 0.2],
  bits = [],
  crop,
}: Made): RecordedThing {
  const frames = places.length;
  const crops = new Uint8Array(frames * CROP_BYTES);
  if (crop !== undefined) for (let frame = 0; frame < frames; frame++) crops.set(crop, frame * CROP_BYTES);
  return {
    slot,
    first,
    frames,
    x: Float32Array.from(places, ([x]) => x!),
    y: Float32Array.from(places, ([, y]) => y!),
    width: new Float32Array(frames).fill(size[0]),
    height: new Float32Array(frames).fill(size[1]),
    isMeasured: new Uint8Array(frames).fill(1),
    atBorder: new Uint8Array(frames),
    bits: Float32Array.from({ length: frames * ATTRIBUTE_COUNT }, (_, i) => bits[i % ATTRIBUTE_COUNT] ?? 0),
    crops,
    parted: false,
    told,
    rarity: 6,
    watchedMs: 400_000,
  };
}

/** A world of these things, in the order in which they end. */
export function worldOf(things: readonly RecordedThing[], given: Partial<Recorded> = {}): Recorded {
  const frames = Math.max(...things.map(({ first, frames: length }) => first + length));
  const kinds = Array.from({ length: frames }, () => null);
  const made = { name: 'made', family: 'made', nuisance: null, aspect: 1.5, fps: 10, train: 0, frames, boxes: [] };
  return { ...made, kinds, things, ...given };
}
