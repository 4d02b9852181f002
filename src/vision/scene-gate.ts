/**
 * scene-gate.ts - is it the scene that changed, or the camera, or the light as a whole? Comes before everything else.
 *
 *     light     all tiles brighter or darker at once, the picture otherwise the same     the eye goes on
 *     moved     the picture is the same but elsewhere: it is moved back from then on      nothing to relearn
 *     look      the picture looks different everywhere (infrared filter, another lamp)    what was learned of it is taken
 *                                                                                         back, or all is learned anew
 *     covered   hardly any contrast is left                                               the eye waits
 *     unsharp   the contrast is there, the edges are not                                  the eye waits
 *     frozen    the very same picture for FROZEN_MS                                       the eye waits
 *
 * While the picture settles (SETTLE_MS) or is blocked nothing is there. After that, and while the light changes, the eye
 * sees, but nothing is judged or learned for RESUME_MS, or until the scene was empty: things stand in the middle of it that
 * did not come there in any usual way. Something that blocks the view for longer than ENDURED_MS is taken for the new view.
 */
import { type Views, FLAG, below, field } from '../memory/layout.ts';
import { type Geometry, SUBCELL } from './geometry.ts';
import { type LookMemory, type LookPlanes, changeLook, newLookFacts } from './look-memory.ts';
import { type PictureMeasures, TILES, gainOf, measurePicture } from './picture-measures.ts';
import { type Shift, findShift, undoShift } from './shift.ts';

/** In the order of the numbers in the state. */
export const SCENE_CHANGES = ['none', 'light', 'moved', 'look', 'covered', 'unsharp', 'frozen'] as const;
export type SceneChange = (typeof SCENE_CHANGES)[number];

const SETTLE_MS = 1500;
const LIGHT_MS = 1500;
const RESUME_MS = 8000;
/** Time in which nothing is there, after which what comes is judged again. */
const EMPTY_MS = 1500;
/** More foreground than this share soon after a change of the whole picture is what it looked like before, for so long (ms). */
const OLD_LOOK_SHARE = 0.015;
const OLD_LOOK_MS = 15_000;
/** What is left of it goes within so long (ms). */
const OLD_LOOK_HOLD_MS = 4000;
/** After the background was learned anew, foreground means nothing for so long. */
const RELEARN_MS = 6000;
const FROZEN_MS = 4000;
/** So many equal pictures are enough to wait and see. */
const EQUAL_FRAMES = 3;
const ENDURED_MS = 600_000;
/** Time (ms) before anything can be told from the usual. */
const FIRST_MS = 5000;
/** How quickly the usual measures of the picture follow, and the means of its tiles (time constants, ms). */
const USUAL_MS = 10_000;
const TILE_MS = 250;
/** Shares of the usual contrast and sharpness below which nothing can be seen. */
const COVERED_CONTRAST = 0.35;
const COVERED_SHARPNESS = 0.5;
/** The same relative to brightness: unsharp. */
const UNSHARP = 0.6;
/** And relative to contrast, which infrared light and fog take away together with the edges. */
const UNSHARP_CONTRAST = 0.75;
/** A lamp changes the brightness by this factor, in so many tiles at least. */
const LIGHT_STEP = 1.12;
const LIGHT_TILES = 13;
/** A sample (2 x 2 px in the middle of a subcell) stepped when it differs so much from the frame before, brightness apart. */
const STEP_LEVELS = 10;
/** Share of samples that step at once, beyond what is usual (grain, rain): the whole picture changed. */
const WIDE_STEP = 0.2;
const STEP_MS = 1000;
/** A picture that lies farther than this share of the height from where it was is another view. */
const LARGEST_OFFSET = 0.25;

export const sceneGateFields = (geometry: Geometry) => ({
  // f64: times in ms
  settledMs: field('f64', 1, 'state'), // the picture is given time until then
  surelyMs: field('f64', 1, 'state'), // what is seen is not judged until then
  toldMs: field('f64', 1, 'state'), // the last change is told until then
  blockedMs: field('f64', 1, 'state'), // when the view was blocked
  sameSinceMs: field('f64', 1, 'state'), // when the first of the equal pictures came
  emptyMs: field('f64', 1, 'state'), // for how long nothing has been there
  change: field('u8', 1, 'state', below(SCENE_CHANGES.length)), // index into SCENE_CHANGES, of the last change
  isBlocked: field('u8', 1, 'state', FLAG), // 0|1
  wasMuted: field('u8', 1, 'state', FLAG), // 0|1 in the frame before
  equalFrames: field('u16', 1, 'state'), // equal pictures in a row, saturating
  lastHash: field('u32', 1, 'state'),
  seenMs: field('f64', 1, 'state'), // since the usual measures were begun
  offsetX: field('i16', 1, 'state'), // px by which the camera was moved since the background was learned
  offsetY: field('i16', 1, 'state'),
  // f32: grey levels
  usualContrast: field('f32', 1, 'state'),
  usualSharpness: field('f32', 1, 'state'),
  usualMean: field('f32', 1, 'state'),
  recentTiles: field('f32', TILES * TILES, 'state'), // [TILES, TILES] quickly following tile means
  usualSteps: field('f32', 1, 'state'), // share of samples that step from frame to frame
  lastTiles: field('f32', TILES * TILES, 'state'), // [TILES, TILES] of the frame before
  ratios: field('f32', TILES * TILES, 'scratch'), // of tiles, sorted
  lastSample: field('u8', geometry.subColumns * geometry.subRows, 'state'), // [subRows, subColumns] of the frame before
  aligned: field('u8', geometry.width * geometry.height, 'scratch'), // [height, width] the picture moved back
});
export type SceneGateViews = Views<ReturnType<typeof sceneGateFields>>;

export type SceneGate = {
  readonly views: SceneGateViews;
  readonly measures: PictureMeasures;
  readonly looks: LookMemory;
};

/** What to do with a frame. `luma` is the picture to look at: the frame's own, or moved back. */
export type SceneVerdict = {
  luma: Uint8Array;
  /** What is seen means nothing: it is as if nothing were there. */
  muted: boolean;
  /** Nothing is judged or learned; true also while muted. */
  unsure: boolean;
  /** The eye does not even adapt. */
  blocked: boolean;
  /** The background must be learned anew, from this picture on. */
  relearn: boolean;
  /** Judgement ends or begins again with this frame: what came before belongs to another context. */
  turned: boolean;
  /** What is told: the change under way, 'none' otherwise. */
  change: SceneChange;
};

const shift: Shift = { dx: 0, dy: 0 };
const facts = newLookFacts();

/** Look at one frame [height, width], `elapsedMs` after the one before, before anything else does. */
export function watchScene(
  gate: SceneGate,
  planes: LookPlanes,
  geometry: Geometry,
  luma: Uint8Array,
  timeMs: number,
  elapsedMs: number,
  out: SceneVerdict,
): void {
  const { views, measures } = gate;
  const { background, seenMs } = planes.eye.views;
  const { width, height } = geometry;
  measurePicture(measures, luma, width, height);
  const isFirst = views.seenMs[0] === 0;
  const settled = views.seenMs[0]! >= FIRST_MS && seenMs[0]! >= FIRST_MS;
  views.seenMs[0]! += elapsedMs;
  const frozen = watchFrozen(views, measures, timeMs, isFirst);
  out.relearn = false;
  out.luma = luma;
  const blocked = settled ? blockedBy(views, measures, frozen) : 'none';
  if (blocked !== 'none') {
    if (views.isBlocked[0] === 0) views.blockedMs[0] = timeMs;
    views.isBlocked[0] = 1;
    views.change[0] = SCENE_CHANGES.indexOf(blocked);
    // The view stays as it is now: that is what there is to see from now on.
    if (timeMs - views.blockedMs[0]! > ENDURED_MS && blocked !== 'frozen') {
      views.isBlocked[0] = 0;
      lookAtOther(gate, planes, geometry, luma, timeMs, out);
      align(views, background, geometry, luma, out);
    }
  } else {
    if (views.isBlocked[0] === 1) {
      views.isBlocked[0] = 0;
      views.change[0] = 0;
      views.settledMs[0] = timeMs + SETTLE_MS;
    }
    const isWaiting = views.equalFrames[0]! >= EQUAL_FRAMES;
    if (isWaiting) views.settledMs[0] = Math.max(views.settledMs[0]!, timeMs + SETTLE_MS / 2);
    align(views, background, geometry, luma, out);
    const steps = stepShare(views, measures, geometry, luma);
    if (settled && !isWaiting) {
      if (steps > views.usualSteps[0]! + WIDE_STEP) {
        takeWideStep(gate, planes, geometry, luma, timeMs, out);
        align(views, background, geometry, luma, out);
      } else if (lightStepped(views, measures)) {
        note(views, 'light', timeMs);
        views.surelyMs[0] = Math.max(views.surelyMs[0]!, timeMs + LIGHT_MS);
        views.emptyMs[0] = 0;
        views.recentTiles.set(measures.tileMeans);
      }
    }
    follow(views, measures, steps, settled, elapsedMs);
  }
  out.blocked = views.isBlocked[0] === 1;
  out.muted = out.blocked || timeMs < views.settledMs[0]!;
  out.turned = out.muted !== (views.wasMuted[0] === 1);
  if (out.muted) views.surelyMs[0] = timeMs + RESUME_MS;
  out.unsure = out.muted || timeMs < views.surelyMs[0]!;
  views.wasMuted[0] = out.muted ? 1 : 0;
  if (!out.blocked && timeMs >= views.toldMs[0]!) views.change[0] = 0;
  out.change = SCENE_CHANGES[views.change[0]!]!;
}

/**
 * After a frame was seen: once the scene was empty, what comes into it comes in some way that can be judged. `share` of the
 * picture is foreground: after a change of the whole picture much of it is the old look, be it in pieces too small for things.
 */
export function noteEmptiness(
  { views }: SceneGate,
  isEmpty: boolean,
  share: number,
  timeMs: number,
  elapsedMs: number,
): void {
  const isOldLook = share > OLD_LOOK_SHARE && timeMs < views.surelyMs[0]! && timeMs < views.toldMs[0]! + OLD_LOOK_MS;
  if (isOldLook) views.surelyMs[0] = Math.max(views.surelyMs[0]!, timeMs + OLD_LOOK_HOLD_MS);
  if (views.wasMuted[0] === 1 || !isEmpty || isOldLook) views.emptyMs[0] = 0;
  else views.emptyMs[0]! += elapsedMs;
  if (views.emptyMs[0]! >= EMPTY_MS) views.surelyMs[0] = Math.min(views.surelyMs[0]!, timeMs);
}

/** Another clip begins: its first frames may not be compared with the last ones of this. */
export function resetSceneGate({ views }: SceneGate): void {
  views.seenMs[0] = 0;
  views.isBlocked[0] = 0;
  views.wasMuted[0] = 0;
  views.equalFrames[0] = 0;
  views.settledMs[0] = 0;
  views.surelyMs[0] = 0;
  views.toldMs[0] = 0;
  views.change[0] = 0;
}

function watchFrozen(views: SceneGateViews, { hash }: PictureMeasures, timeMs: number, isFirst: boolean): boolean {
  if (!isFirst && hash[0] === views.lastHash[0]) {
    views.equalFrames[0] = Math.min(65535, views.equalFrames[0]! + 1);
  } else {
    views.equalFrames[0] = 0;
    views.sameSinceMs[0] = timeMs;
  }
  views.lastHash[0] = hash[0]!;
  return views.equalFrames[0] >= EQUAL_FRAMES && timeMs - views.sameSinceMs[0]! >= FROZEN_MS;
}

function blockedBy(views: SceneGateViews, measures: PictureMeasures, frozen: boolean): SceneChange {
  if (frozen) return 'frozen';
  const contrast = measures.contrast[0]! / Math.max(1, views.usualContrast[0]!);
  const sharpness = measures.sharpness[0]! / Math.max(0.5, views.usualSharpness[0]!);
  if (contrast < COVERED_CONTRAST && sharpness < COVERED_SHARPNESS) return 'covered';
  const brightness = measures.mean[0]! / Math.max(1, views.usualMean[0]!);
  return sharpness < UNSHARP * brightness && sharpness < UNSHARP_CONTRAST * contrast ? 'unsharp' : 'none';
}

/** The whole picture changed: was it moved, or does it look different? */
function takeWideStep(
  gate: SceneGate,
  planes: LookPlanes,
  geometry: Geometry,
  luma: Uint8Array,
  timeMs: number,
  out: SceneVerdict,
): void {
  const { views } = gate;
  const { background } = planes.eye.views;
  const { width, height } = geometry;
  const isMoved = findShift(out.luma, background, gainOf(luma, background), width, height, shift);
  const x = views.offsetX[0]! + shift.dx;
  const y = views.offsetY[0]! + shift.dy;
  const limit = LARGEST_OFFSET * height;
  if (isMoved && Math.abs(x) <= limit && Math.abs(y) <= limit) {
    views.offsetX[0] = x;
    views.offsetY[0] = y;
    note(views, 'moved', timeMs);
    views.settledMs[0] = timeMs + SETTLE_MS;
  } else {
    note(views, 'look', timeMs);
    lookAtOther(gate, planes, geometry, luma, timeMs, out);
  }
}

function note(views: SceneGateViews, change: SceneChange, timeMs: number): void {
  views.change[0] = SCENE_CHANGES.indexOf(change);
  views.toldMs[0] = timeMs + SETTLE_MS;
}

/** The picture looks different from now on: as it did once before, or as never before. */
function lookAtOther(
  { views, measures, looks }: SceneGate,
  planes: LookPlanes,
  geometry: Geometry,
  luma: Uint8Array,
  timeMs: number,
  out: SceneVerdict,
): void {
  const usual = [views.usualContrast, views.usualSharpness, views.usualMean, views.usualSteps];
  usual.forEach((value, i) => (facts.measures[i] = value[0]!));
  facts.dx = views.offsetX[0]!;
  facts.dy = views.offsetY[0]!;
  if (!changeLook(looks, planes, geometry, luma, facts, timeMs)) {
    beginAnew(views, timeMs, out);
    return;
  }
  usual.forEach((value, i) => (value[0] = facts.measures[i]!));
  views.recentTiles.set(measures.tileMeans);
  views.offsetX[0] = facts.dx;
  views.offsetY[0] = facts.dy;
  views.settledMs[0] = timeMs + SETTLE_MS;
}

/** What is usual is asked for anew, from this picture on. */
function beginAnew(views: SceneGateViews, timeMs: number, out: SceneVerdict): void {
  out.relearn = true;
  views.offsetX[0] = 0;
  views.offsetY[0] = 0;
  views.settledMs[0] = timeMs + RELEARN_MS;
  views.seenMs[0] = 0;
}

function lightStepped(views: SceneGateViews, measures: PictureMeasures): boolean {
  return (
    tilesAbove(measures.tileMeans, views.recentTiles) >= LIGHT_TILES ||
    tilesAbove(views.recentTiles, measures.tileMeans) >= LIGHT_TILES
  );
}

/** How many tiles of `one` are brighter than those of `other` by LIGHT_STEP. */
function tilesAbove(one: Float32Array, other: Float32Array): number {
  let count = 0;
  for (let tile = 0; tile < one.length; tile++) if (one[tile]! + 1 > LIGHT_STEP * (other[tile]! + 1)) count++;
  return count;
}

/** Sort a few numbers, in place: the engine's own sort copies what lies in shared memory first. */
function sortUp(values: Float32Array): void {
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    let place = i;
    for (; place > 0 && values[place - 1]! > value; place--) values[place] = values[place - 1]!;
    values[place] = value;
  }
}

/** Share of samples that differ from the frame before, their brightness apart; remembers the samples. */
function stepShare(
  views: SceneGateViews,
  { tileMeans }: PictureMeasures,
  { width, subColumns, subRows }: Geometry,
  luma: Uint8Array,
): number {
  const { lastSample, lastTiles, ratios } = views;
  // The median of the tiles: a large thing that appears is no change of brightness.
  for (let tile = 0; tile < ratios.length; tile++) ratios[tile] = (lastTiles[tile]! + 1) / (tileMeans[tile]! + 1);
  sortUp(ratios);
  lastTiles.set(tileMeans);
  const gain = ratios[ratios.length >> 1]!;
  let stepped = 0;
  for (let row = 0, at = 0; row < subRows; row++) {
    for (let column = 0, i = row * width * SUBCELL + width + 1; column < subColumns; column++, i += SUBCELL, at++) {
      const sample = (luma[i]! + luma[i + 1]! + luma[i + width]! + luma[i + width + 1]!) >> 2;
      if (Math.abs(gain * sample - lastSample[at]!) > STEP_LEVELS) stepped++;
      lastSample[at] = sample;
    }
  }
  return stepped / lastSample.length;
}

function align(
  views: SceneGateViews,
  background: Float32Array,
  { width, height }: Geometry,
  luma: Uint8Array,
  out: SceneVerdict,
): void {
  out.luma = luma;
  if (out.relearn || (views.offsetX[0] === 0 && views.offsetY[0] === 0)) return;
  shift.dx = views.offsetX[0]!;
  shift.dy = views.offsetY[0]!;
  undoShift(luma, background, gainOf(luma, background), width, height, shift, views.aligned);
  out.luma = views.aligned;
}

function follow(
  views: SceneGateViews,
  measures: PictureMeasures,
  steps: number,
  settled: boolean,
  elapsedMs: number,
): void {
  const isFirst = views.seenMs[0]! <= elapsedMs;
  const slow = Math.min(1, elapsedMs / USUAL_MS);
  const usual = settled ? slow : Math.max(slow, elapsedMs / Math.max(elapsedMs, views.seenMs[0]!));
  const quick = isFirst ? 1 : elapsedMs / (elapsedMs + TILE_MS);
  views.usualContrast[0]! += usual * (measures.contrast[0]! - views.usualContrast[0]!);
  views.usualSharpness[0]! += usual * (measures.sharpness[0]! - views.usualSharpness[0]!);
  views.usualMean[0]! += usual * (measures.mean[0]! - views.usualMean[0]!);
  const stepRate = Math.min(1, elapsedMs / STEP_MS);
  views.usualSteps[0]! += stepRate * (Math.min(steps, views.usualSteps[0]! + WIDE_STEP) - views.usualSteps[0]!);
  for (let tile = 0; tile < views.recentTiles.length; tile++) {
    views.recentTiles[tile]! += quick * (measures.tileMeans[tile]! - views.recentTiles[tile]!);
  }
}
