/**
 * compose.ts - a clip of real footage becomes a test: cut in two, the first part looped to learn on, the second one with breaks
 * and disturbances in it, written as a video with its truth.
 */
import { seedWord } from '../../../src/memory/random.ts';
import type { Box } from '../../../src/vision/box.ts';
import { between, uniform } from '../../../src/scene/dice.ts';
import { sine } from '../../../src/scene/view/trigonometry.ts';
import { evenHeight, framesOf } from '../worlds/decode.ts';
import { encodeVideo } from '../worlds/encode.ts';
import type { Labels } from '../worlds/score.ts';
import {
  type Line,
  type Picture,
  activityOf,
  addFigure,
  addInsect,
  addNoise,
  busiestPlace,
  compress,
  cover,
  defocus,
  dim,
  insectAt,
  quietestLine,
  shift,
} from './insert.ts';
import { type Loop, loopOf } from './loop.ts';
import { type Segment, isBreak, planTimeline } from './timeline.ts';
import { CortexdError } from '../../../src/errors.ts';

export type ComposeOptions = {
  readonly fps: number;
  readonly width: number;
  readonly learnS: number;
  readonly rounds: number;
  readonly seed: number;
  /** Of a long clip only so much is used (s). */
  readonly mostS: number;
};

export type Composed = { readonly labels: Labels; readonly segments: readonly Segment[] };

/** What is drawn anew for each segment. */
type Dealt = {
  readonly line: Line;
  readonly place: readonly [number, number];
  readonly tall: number;
  readonly isDark: boolean;
  readonly knock: readonly [number, number];
  readonly phase: number;
};

/** How long something that stands takes to come into view (s), and the least share of the clip's seconds in each part. */
const FADE_S = 0.4;
const LEAST_FRAMES = 40;

export async function composeClip(source: string, target: string, options: ComposeOptions): Promise<Composed> {
  const { fps, width, learnS, rounds, seed, mostS } = options;
  const height = evenHeight(source, width);
  const frames: Uint8Array[] = [];
  for await (const luma of framesOf(source, width, height, fps)) {
    frames.push(luma);
    if (frames.length >= mostS * fps) break;
  }
  if (frames.length < 2 * LEAST_FRAMES)
    throw new CortexdError(
      'usage',
      `Expected at least ${2 * LEAST_FRAMES} frames in ${source} but received ${frames.length}`,
    );
  const half = frames.length >> 1;
  const [learned, unseen] = [loopOf(frames.slice(0, half)), loopOf(frames.slice(half))];
  const activity = activityOf(frames.slice(0, half), width, height);
  const segments = planTimeline(fps, learnS, rounds, seed);
  const random = new Uint32Array([seedWord(seed, 62)]);
  const kinds: (string | null)[] = [];
  const boxes: (Box | null)[] = [];
  const video = encodeVideo(target, width, height, fps, 23);
  // Counts on through the test part, and back while it is played backwards.
  let position = unseen.length * 1000;
  let last: Uint8Array = learned.at(0);
  try {
    for (const segment of segments) {
      const dealt = deal(activity, random);
      for (let frame = segment.first; frame < segment.end; frame++) {
        const plane = segment.what === 'learn' ? learned.at(frame) : testFrame(segment, unseen, position, last);
        if (segment.what !== 'learn') position += segment.what === 'backwards' ? -1 : 1;
        const picture = { plane, width, height };
        const box = alter(
          picture,
          segment,
          (frame - segment.first) / fps,
          (segment.end - segment.first) / fps,
          dealt,
          random,
        );
        kinds.push(isBreak(segment.what) ? segment.what : null);
        boxes.push(box);
        last = plane;
        await video.add(plane);
      }
    }
    await video.finish();
  } catch (error) {
    await video.abandon();
    throw error;
  }
  return { labels: { train: segments[0]!.end, fps, kinds, boxes }, segments };
}

function deal(activity: Float64Array, random: Uint32Array): Dealt {
  const knock = (): number => (uniform(random) < 0.5 ? -1 : 1) * between(random, 0.03, 0.08);
  return {
    line: quietestLine(activity, random),
    place: busiestPlace(activity, random),
    tall: between(random, 0.18, 0.28),
    isDark: uniform(random) < 0.5,
    knock: [knock(), knock()],
    phase: between(random, 0, 6),
  };
}

function testFrame({ what }: Segment, unseen: Loop, position: number, last: Uint8Array): Uint8Array {
  return what === 'held' ? last.slice() : unseen.at(position);
}

/** Change a frame as its segment asks, `seconds` after its beginning; returns where the break is seen. */
function alter(
  picture: Picture,
  { what }: Segment,
  seconds: number,
  length: number,
  { line, place, tall, isDark, knock, phase }: Dealt,
  random: Uint32Array,
): Box | null {
  const { width, plane } = picture;
  switch (what) {
    case 'sprite': {
      const share = seconds / length;
      const x = line[0] + (line[2] - line[0]) * share;
      const y = line[1] + (line[3] - line[1]) * share;
      return addFigure(picture, { x, y, tall, stride: 7 * seconds, isDark });
    }
    case 'stand': {
      const before = plane.slice();
      const box = addFigure(picture, { x: place[0], y: place[1], tall, stride: 0.4, isDark });
      const shown = Math.min(1, (seconds + 0.1) / FADE_S, (length - seconds) / FADE_S);
      for (let i = 0; i < plane.length; i++) plane[i] = Math.round(before[i]! + shown * (plane[i]! - before[i]!));
      return box;
    }
    case 'covered':
      cover(picture);
      return null;
    case 'defocused':
      defocus(picture, Math.max(2, Math.round(0.018 * width)));
      return null;
    case 'knocked':
      shift(picture, Math.round(knock[0] * width), Math.round(knock[1] * width));
      return null;
    case 'noise':
      addNoise(picture, 6, random);
      return null;
    case 'compression':
      compress(picture, 22);
      return null;
    case 'shake':
      shift(picture, Math.round(1.6 * sine(5.3 * seconds + phase)), Math.round(1.2 * sine(7.1 * seconds)));
      return null;
    case 'dimming':
      dim(picture, 1 - 0.35 * Math.min(1, seconds / 3, (length - seconds) / 3));
      return null;
    case 'insect':
      addInsect(picture, ...insectAt(seconds, phase));
      return null;
    case 'learn':
    case 'ordinary':
    case 'backwards':
    case 'held':
      return null;
  }
}
