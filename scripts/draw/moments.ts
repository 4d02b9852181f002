/**
 * moments.ts - the moments of a rendered street that docs/model.md shows, each as plain planes taken from the model.
 *
 * A model learns the street, then a thing comes the wrong way; the moment of its alarm is kept, and an ordinary moment
 * together with the picture that was predicted for it.
 */
import { type Cortex, createCortex } from '../../src/cortex/cortex.ts';
import type { Observation } from '../../src/cortex/observation.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { composePrediction } from '../../src/cortex/template-memory.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';
import { lightAt } from '../../src/vision/light-plane.ts';
import { type ShownThing, shownThings } from './things.ts';

const SEED = 3;
const LEARN_FRAMES = 6500;
const MOST_FRAMES = 12_000;
/** Pictures around the alarm are kept one in so many frames: so many of them before it, and the frames of the last ones after it. */
const FOLLOWED_STEP = 6;
const FOLLOWED_BEFORE = 2;
const FOLLOWED_AFTER = 18;

export type Moment = {
  readonly luma: Uint8Array;
  /** Light of each pixel's block, as grey: 128 = as when the background was begun. */
  readonly light: Uint8Array;
  readonly foreground: Uint8Array;
  /** Boxes and trails, relative to the picture. */
  readonly things: Observation['things'];
  readonly occupied: Uint8Array;
  readonly state: Uint8Array;
  /** Evidence per zone of the local grid. */
  readonly surprise: Float32Array;
  readonly explanation: string;
};
/** A picture around an alarm, with what the model says of each thing. */
export type Followed = {
  readonly luma: Uint8Array;
  readonly things: readonly ShownThing[];
  readonly seconds: number;
  readonly explanation: string;
};
export type Moments = {
  readonly cortex: Cortex;
  readonly usual: Moment;
  readonly alarm: Moment;
  /** Some from before the alarm, that of the alarm, and some after it. */
  readonly followed: readonly Followed[];
  readonly before: Uint8Array;
  readonly predicted: Uint8Array;
  readonly came: Uint8Array;
};

/** Play the scene until all moments have been seen; throws when one never comes. */
export function takeMoments(): Moments {
  const settings = PRESETS.pi4;
  const { width, height, fps } = settings;
  const scene = createScene({ seed: SEED, width, height, fps, kinds: ['reverse'], anomaliesFrom: LEARN_FRAMES + 400 });
  const cortex = createCortex(planCortex(settings), SEED);
  const luma = new Uint8Array(width * height);
  const guess = new Uint8Array(width * height);
  let usual: Moment | null = null;
  let alarm: Moment | null = null;
  let waiting: { before: Uint8Array; predicted: Uint8Array } | null = null;
  let pair: { before: Uint8Array; predicted: Uint8Array; came: Uint8Array } | null = null;
  const followed: Followed[] = [];
  let left = FOLLOWED_AFTER;
  for (let frame = 0; frame < MOST_FRAMES && left > 0; frame++) {
    const truth = renderNext(scene, luma);
    const seen = stepCortex(cortex, { sequence: frame, timeMs: (frame * 1000) / fps, width, height, luma }, true);
    if (frame < LEARN_FRAMES) continue;
    if (alarm !== null) {
      if (--left % FOLLOWED_STEP === 0) followed.push(followedIn(cortex, luma, seen, frame / fps));
      continue;
    }
    if (frame % FOLLOWED_STEP === 0) {
      if (followed.length === FOLLOWED_BEFORE) followed.shift();
      followed.push(followedIn(cortex, luma, seen, frame / fps));
    }
    const ticked = seen.prediction !== null;
    const busy = cortex.zones.global.occupied.includes(1);
    if (ticked && waiting !== null && pair === null) pair = { ...waiting, came: luma.slice() };
    if (ticked && busy && pair === null && inTheMiddle(cortex)) {
      composePrediction(cortex.templates, cortex.geometry, cortex.eye.views, cortex.global, guess);
      waiting = { before: luma.slice(), predicted: guess.slice() };
    }
    if (usual === null && pair !== null && truth.kind === null && busy) usual = momentOf(cortex, luma, seen, '');
    const start = seen.events.find(({ type, severity }) => type === 'start' && severity === 'alert');
    if (start !== undefined && truth.kind !== null) {
      alarm = momentOf(cortex, luma, seen, start.explanation);
      followed.push(followedIn(cortex, luma, seen, frame / fps, start.explanation));
    }
  }
  if (usual === null || alarm === null || pair === null)
    throw new Error('Expected an ordinary moment and an alarm but saw none');
  return { cortex, usual, alarm, followed, ...pair };
}

/** Something is in the middle columns of the picture. */
function inTheMiddle({ zones, global }: Cortex): boolean {
  const { columns } = global.grid;
  return zones.global.occupied.some((value, zone) => value === 1 && Math.abs((zone % columns) - (columns - 1) / 2) < 1);
}

function followedIn(cortex: Cortex, luma: Uint8Array, seen: Observation, seconds: number, told = ''): Followed {
  return { luma: luma.slice(), things: shownThings(cortex, seen), seconds, explanation: told };
}

function momentOf({ eye, zones }: Cortex, luma: Uint8Array, seen: Observation, explanation: string): Moment {
  const { width, height } = eye.shape;
  const light = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.min(255, 128 * lightAt(eye.light, eye.blocks, i % width, Math.floor(i / width))),
  );
  return {
    luma: luma.slice(),
    light,
    foreground: eye.views.foreground.slice(),
    // What a step shows is filled anew by the next one.
    things: structuredClone(seen.things),
    occupied: zones.local.occupied.slice(),
    state: zones.global.occupied.slice(),
    surprise: seen.grid.slice(),
    explanation,
  };
}
