/**
 * record.ts - what the model followed in a world and what it thought of it, frame by frame: so that further evidence can be
 * judged beside it without looking at the pictures again.
 *
 * The model is that of `cortexd replay`: what is recorded is what a user's camera would have had.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { modelSize } from '../../../src/capture/model-size.ts';
import { clipOf, openSource, probeSize } from '../../../src/capture/open.ts';
import { createCortex } from '../../../src/cortex/cortex.ts';
import { KINDS } from '../../../src/cortex/judge/kinds.ts';
import { INPUTS, readCrop } from '../../../src/cortex/kind-columns.ts';
import { planCortex } from '../../../src/cortex/plan.ts';
import { PIXELS, PRESETS } from '../../../src/cortex/settings.ts';
import { stepCortex } from '../../../src/cortex/step.ts';
import { LIVE, MOST_THINGS } from '../../../src/things/pool.ts';
import { ATTRIBUTES, attributeBits } from '../../../src/usual/usual.ts';
import type { Box } from '../../../src/vision/box.ts';
import type { GivenWorld } from '../worlds/given.ts';

export const ATTRIBUTE_COUNT = ATTRIBUTES.length;
/** Bytes of a thing's own picture, one bit per input of the pooler of kinds. */
export const CROP_BYTES = INPUTS / 8;

/** One thing from its first frame on, in heights of the picture. */
export type RecordedThing = {
  readonly slot: number;
  readonly first: number;
  readonly frames: number;
  /** [frames] */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: Float32Array;
  readonly height: Float32Array;
  /** [frames] 0|1 seen by itself: then it is measured */
  readonly isMeasured: Uint8Array;
  /** [frames] 0|1 at the edge of the picture */
  readonly atBorder: Uint8Array;
  /** [frames, attributes] bits of the seven attributes, highest so far */
  readonly bits: Float32Array;
  /** [frames, CROP_BYTES] its own picture */
  readonly crops: Uint8Array;
  /** It came out of another thing. */
  readonly parted: boolean;
  /** It has alarmed: it was not learned. */
  readonly told: boolean;
  /** How rare an alarm is to be among things, in bits, when it ended. */
  readonly rarity: number;
  /** For how long the model had watched then (ms). */
  readonly watchedMs: number;
};

export type Recorded = {
  readonly name: string;
  readonly family: string;
  readonly nuisance: number | null;
  readonly aspect: number;
  readonly fps: number;
  readonly train: number;
  readonly frames: number;
  readonly kinds: GivenWorld['kinds'];
  readonly boxes: readonly (Box | null)[];
  /** In the order in which they end. */
  readonly things: readonly RecordedThing[];
};

type Growing = {
  readonly slot: number;
  readonly first: number;
  readonly numbers: number[];
  readonly crops: number[];
  parted: boolean;
  told: boolean;
};
const NUMBERS = 6 + ATTRIBUTE_COUNT;
const DAY_MS = 86_400_000;

/** A world's record; from the folder `kept`, if there is one, when it is there: that holds as long as the model is the same. */
export async function recordOf(
  world: GivenWorld,
  kept: string | null,
  alarmsPerDay: number,
  seed: number,
): Promise<Recorded> {
  if (kept === null) return record(world, alarmsPerDay, seed);
  const file = join(kept, `${world.name}-${alarmsPerDay}-${seed}.record`);
  if (existsSync(file)) return deserialize(readFileSync(file)) as Recorded;
  const recorded = await record(world, alarmsPerDay, seed);
  mkdirSync(kept, { recursive: true });
  writeFileSync(file, serialize(recorded));
  return recorded;
}

async function record(world: GivenWorld, alarmsPerDay: number, seed: number): Promise<Recorded> {
  const { source: from } = await clipOf(world.video, world.fps, world.fps);
  const size = modelSize(await probeSize(from), null, PIXELS.pi4);
  const cortex = createCortex(planCortex({ ...PRESETS.pi4, ...size, alarmsPerDay }), seed);
  const { judge, calibration } = cortex;
  const { things, usual } = judge;
  const aspect = size.width / size.height;
  const crop = new Uint16Array(INPUTS);
  const live = new Map<number, Growing>();
  const done: RecordedThing[] = [];
  const end = (id: number): void => {
    const thing = live.get(id)!;
    live.delete(id);
    const { units, spanMs, watchedMs } = calibration.views;
    const perDay = (Math.max(1, units[0]!) * DAY_MS) / Math.max(1000, spanMs[0]!);
    const rarity = -Math.log2(Math.min(1, (alarmsPerDay * KINDS[0].share) / perDay));
    done.push(wholeThing(thing, rarity, watchedMs[0]!));
  };
  const source = await openSource(from, { ...size, crop: null, masks: [] }, () => undefined);
  let frame = 0;
  try {
    for await (const picture of source) {
      stepCortex(cortex, picture, true);
      const here = new Set<number>();
      for (let slot = 0; slot < MOST_THINGS; slot++) if (things.status[slot] === LIVE) here.add(things.id[slot]!);
      for (const id of live.keys()) if (!here.has(id)) end(id);
      for (let slot = 0; slot < MOST_THINGS; slot++) {
        if (things.status[slot] !== LIVE) continue;
        const id = things.id[slot]!;
        let thing = live.get(id);
        if (thing === undefined) {
          thing = { slot, first: frame, numbers: [], crops: [], parted: false, told: false };
          live.set(id, thing);
        }
        const isMeasured = things.blob[slot]! >= 0 && things.together[slot] === 0;
        thing.numbers.push(things.x[slot]!, things.y[slot]!, things.width[slot]!, things.height[slot]!);
        thing.numbers.push(isMeasured ? 1 : 0, things.atBorder[slot]!);
        for (let i = 0; i < ATTRIBUTE_COUNT; i++) thing.numbers.push(attributeBits(usual, slot, i));
        const count = isMeasured ? readCrop(crop, cortex.eye, things, slot) : 0;
        const bytes = new Uint8Array(CROP_BYTES);
        for (let i = 0; i < count; i++) bytes[crop[i]! >> 3]! |= 1 << (crop[i]! & 7);
        thing.crops.push(...bytes);
        thing.parted = things.parted[slot] === 1;
        thing.told = usual.judged.told[slot] === 1;
      }
      frame++;
    }
  } finally {
    await source.close();
  }
  for (const id of live.keys()) end(id);
  const { name, family, nuisance, fps, train, kinds, boxes } = world;
  return { name, family, nuisance, aspect, fps, train, frames: frame, kinds, boxes, things: done };
}

function wholeThing(
  { slot, first, numbers, crops, parted, told }: Growing,
  rarity: number,
  watchedMs: number,
): RecordedThing {
  const frames = numbers.length / NUMBERS;
  const column = (offset: number): Float32Array =>
    Float32Array.from({ length: frames }, (_, i) => numbers[i * NUMBERS + offset]!);
  return {
    slot,
    first,
    frames,
    x: column(0),
    y: column(1),
    width: column(2),
    height: column(3),
    isMeasured: Uint8Array.from(column(4)),
    atBorder: Uint8Array.from(column(5)),
    bits: Float32Array.from(
      { length: frames * ATTRIBUTE_COUNT },
      (_, i) => numbers[Math.floor(i / ATTRIBUTE_COUNT) * NUMBERS + 6 + (i % ATTRIBUTE_COUNT)]!,
    ),
    crops: Uint8Array.from(crops),
    parted,
    told,
    rarity,
    watchedMs,
  };
}

/** Where a recorded thing is in a frame of the world, relative to the picture; null where it is not. */
export function recordedBox(thing: RecordedThing, aspect: number, frame: number): Box | null {
  const at = frame - thing.first;
  if (at < 0 || at >= thing.frames) return null;
  const [x, y, w, h] = [thing.x[at]!, thing.y[at]!, thing.width[at]! / 2, thing.height[at]! / 2];
  const inside = (value: number): number => Math.min(1, Math.max(0, value));
  const [left, top] = [inside((x - w) / aspect), inside(y - h)];
  return [left, top, inside((x + w) / aspect) - left, inside(y + h) - top];
}
