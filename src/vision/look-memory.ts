/**
 * look-memory.ts - what the scene looks like by day, in infrared light, under the lamps: looks that come again.
 *
 * A picture that changes everywhere at once is either a look that was seen before, or a new one. What the eye has learned of
 * a look (background, noise of the pixels and of what moves) is put aside when another one comes, and taken back when the picture is
 * nearer to it than to anything else: then there is nothing to learn anew.
 *
 *     distance of a look = share of sampled pixels that differ from its background by more than LEVELS, brightness apart
 *
 * Of LOOKS looks the one that was left longest ago is forgotten for a new one.
 */
import { type Views, below, field } from '../memory/layout.ts';
import type { Eye } from './eye.ts';
import type { FlowPlane } from './flow-plane.ts';
import type { Geometry } from './geometry.ts';
import { gainOf } from './picture-measures.ts';
import { type Shift, undoShift } from './shift.ts';

const LOOKS = 3;
/** Numbers of the scene gate that belong to a look. */
const LOOK_MEASURES = 4;
const LEVELS = 10;
/** A look is known when it is at most so far away, and by this factor nearer than the look that was there. */
const NEAR = 0.3;
const NEARER = 0.6;
/** Time (ms) after which a look is worth keeping. */
const MIN_SEEN_MS = 30_000;
/** Frames after which the noise of what moves is known. */
const MIN_FLOW_FRAMES = 300;
/** Every so many pixels are compared; prime to the width, so that columns are not favoured. */
const STEP = 7;

const shift: Shift = { dx: 0, dy: 0 };

export const lookMemoryFields = (geometry: Geometry) => {
  const pixels = geometry.width * geometry.height;
  const subcells = geometry.subColumns * geometry.subRows;
  return {
    current: field('u8', 1, 'state', below(LOOKS)), // the look that is there now
    // f64: ms
    leftMs: field('f64', LOOKS, 'state'), // [LOOKS] when it was left; 0 = nothing is kept there
    offset: field('i16', LOOKS * 2, 'state'), // [LOOKS, 2] px by which the camera was moved
    // f32 as in the planes that they are copies of
    measures: field('f32', LOOKS * LOOK_MEASURES, 'state'), // [LOOKS, 4] of the scene gate
    background: field('f32', LOOKS * pixels, 'state'), // [LOOKS, height, width]
    own: field('f32', LOOKS * pixels, 'state'), // [LOOKS, height, width] each pixel's own noise
    flowNoise: field('f32', LOOKS * subcells, 'state'), // [LOOKS, subRows, subColumns]
    aligned: field('u8', pixels, 'scratch'), // [height, width] the picture moved back
  };
};
export type LookMemory = Views<ReturnType<typeof lookMemoryFields>>;

/** What the eye learns of a look. */
export type LookPlanes = { readonly eye: Eye; readonly flow: FlowPlane };

/** What the scene gate knows of a look: its measures, how far the camera was moved. */
export type LookFacts = { readonly measures: Float32Array; dx: number; dy: number };
export const newLookFacts = (): LookFacts => ({ measures: new Float32Array(LOOK_MEASURES), dx: 0, dy: 0 });

/**
 * The picture `luma` [height, width] is not of the present look: keep that, and take back the one that it shows, its planes
 * and `facts`. False when it shows none that is known: the planes must be learned anew.
 */
export function changeLook(
  looks: LookMemory,
  planes: LookPlanes,
  geometry: Geometry,
  luma: Uint8Array,
  facts: LookFacts,
  timeMs: number,
): boolean {
  const left = looks.current[0]!;
  const { background, seenMs } = planes.eye.views;
  const here = distanceTo(background, moveBack(looks, geometry, luma, background, facts.dx, facts.dy));
  // A look that was hardly seen is not worth the place of another.
  if (seenMs[0]! >= MIN_SEEN_MS) keep(looks, planes, left, facts, timeMs);
  const known = nearest(looks, geometry, luma, left, Math.min(NEAR, NEARER * here));
  looks.current[0] = known >= 0 ? known : placeForNew(looks, left);
  if (known < 0) looks.leftMs[looks.current[0]] = 0;
  else take(looks, planes, known, facts, luma);
  return known >= 0;
}

/** Nothing is known of any look. */
export function forgetLooks({ leftMs }: LookMemory): void {
  leftMs.fill(0);
}

/** The look, not `left`, that is nearest to the picture and nearer than `bar`; -1 when there is none. */
function nearest(looks: LookMemory, geometry: Geometry, luma: Uint8Array, left: number, bar: number): number {
  let [best, least] = [-1, bar];
  for (let look = 0; look < LOOKS; look++) {
    if (look === left || looks.leftMs[look] === 0) continue;
    const background = looks.background.subarray(look * luma.length, (look + 1) * luma.length);
    const [dx, dy] = [looks.offset[2 * look]!, looks.offset[2 * look + 1]!];
    const distance = distanceTo(background, moveBack(looks, geometry, luma, background, dx, dy));
    if (distance < least) [best, least] = [look, distance];
  }
  return best;
}

/** The picture as it would lie on a background that was learned before the camera was moved by dx, dy (px). */
function moveBack(
  { aligned }: LookMemory,
  { width, height }: Geometry,
  luma: Uint8Array,
  background: Float32Array,
  dx: number,
  dy: number,
): Uint8Array {
  if (dx === 0 && dy === 0) return luma;
  shift.dx = dx;
  shift.dy = dy;
  undoShift(luma, background, gainOf(luma, background), width, height, shift, aligned);
  return aligned;
}

/** Share 0..1 of samples of `luma` that differ from `background`. */
function distanceTo(background: Float32Array, luma: Uint8Array): number {
  const inverseGain = 1 / gainOf(luma, background);
  let [differ, samples] = [0, 0];
  for (let i = 0; i < luma.length; i += STEP, samples++) {
    if (Math.abs(luma[i]! * inverseGain - background[i]!) > LEVELS) differ++;
  }
  return differ / samples;
}

/** A free place, else that of the look that was left longest ago: never the one just left, if it was kept. */
function placeForNew({ leftMs }: LookMemory, left: number): number {
  let found = leftMs[left] === 0 ? left : (left + 1) % LOOKS;
  for (let look = 0; look < LOOKS; look++) if (look !== left && leftMs[look]! < leftMs[found]!) found = look;
  return found;
}

function keep(looks: LookMemory, planes: LookPlanes, look: number, facts: LookFacts, timeMs: number): void {
  for (const [kept, plane] of copies(looks, planes)) kept.set(plane, look * plane.length);
  looks.measures.set(facts.measures, look * LOOK_MEASURES);
  looks.offset[2 * look] = facts.dx;
  looks.offset[2 * look + 1] = facts.dy;
  looks.leftMs[look] = Math.max(1, timeMs);
}

function take(looks: LookMemory, planes: LookPlanes, look: number, facts: LookFacts, luma: Uint8Array): void {
  for (const [kept, plane] of copies(looks, planes)) {
    plane.set(kept.subarray(look * plane.length, (look + 1) * plane.length));
  }
  facts.measures.set(looks.measures.subarray(look * LOOK_MEASURES, (look + 1) * LOOK_MEASURES));
  facts.dx = looks.offset[2 * look]!;
  facts.dy = looks.offset[2 * look + 1]!;
  const { views, light } = planes.eye;
  views.seenMs[0] = Math.max(MIN_SEEN_MS, views.seenMs[0]!);
  views.coveredMs.fill(0);
  views.before.set(luma);
  // How bright it is now, relative to how bright it was then.
  const gain = gainOf(luma, views.background);
  light.light.fill(gain);
  light.whole[0] = gain;
  planes.flow.flowFrames[0] = Math.max(MIN_FLOW_FRAMES, planes.flow.flowFrames[0]!);
}

function copies(looks: LookMemory, { eye, flow }: LookPlanes): (readonly [Float32Array, Float32Array])[] {
  return [
    [looks.background, eye.views.background],
    [looks.own, eye.noise.own],
    [looks.flowNoise, flow.noise],
  ];
}
