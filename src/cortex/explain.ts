/**
 * explain.ts - where and why, in one plain sentence, from the same numbers that raised the alarm.
 */
import { intervalKey, usualInterval } from '../anomaly/interval-memory.ts';
import { directionOf, usualDirection } from '../anomaly/motion-memory.ts';
import type { Component } from '../vision/components.ts';
import type { Box } from '../vision/box.ts';
import { type ZoneGrid, zoneBox } from '../vision/geometry.ts';
import type { SceneChange } from '../vision/scene-gate.ts';
import { idleTimes } from './absence.ts';
import type { Cortex } from './cortex.ts';
import type { Account, DetectedCause } from './detector.ts';
import { expectedStates } from './global-region.ts';
import { MIN_SPEED, type MotionViews } from './motion-stream.ts';
import type { ExpectedState, Position } from './observation.ts';

/** Direction sectors in words, sector 0 first (see motion-memory.ts). */
const TOWARDS = [
  'left to right',
  'towards the lower right',
  'downwards',
  'towards the lower left',
  'right to left',
  'towards the upper left',
  'upwards',
  'towards the upper right',
] as const;

/** What the frame looks like to someone who asks. */
export type Scene = {
  readonly components: readonly Component[];
  /** What the global region expected before its last tick. */
  readonly expectedBefore: readonly ExpectedState[];
  /** Whether the global region's evidence leads the sequence stream. */
  readonly orderLeads: boolean;
  /** What happened to the picture as a whole. */
  readonly change: SceneChange;
  /** Whether the speed's evidence leads the motion stream. */
  readonly speedLeads: boolean;
};

/** The account of an event of `cause` in the present frame. */
export function explain(cortex: Cortex, cause: DetectedCause, scene: Scene): Account {
  if (cause === 'scene_change' || cause === 'camera_blocked') {
    return { position: null, box: null, explanation: SCENE_SENTENCES[scene.change], expected: [] };
  }
  if (cause === 'absence') return explainAbsence(cortex);
  if (cause === 'sequence' && scene.orderLeads) return explainOrder(cortex, scene);
  if (cause === 'motion' && scene.speedLeads) return explainSpeed(cortex, scene);
  const surprises = surpriseOf(cortex, cause);
  const zone = largestOf(surprises);
  const { local } = cortex.geometry;
  return {
    position: positionOf(local, zone),
    box: boxAt(cortex, zone, scene.components),
    explanation: SENTENCES[cause](cortex, zone),
    expected: [],
  };
}

const SCENE_SENTENCES: { readonly [change in SceneChange]: string } = {
  none: 'the picture is as usual again',
  light: 'the light of the whole scene changed at once',
  moved: 'the camera was moved: the same scene is seen from elsewhere',
  look: 'the whole picture looks different at once, as when the infrared filter or another lamp switches',
  covered: 'the view is covered or dark: nothing can be seen',
  unsharp: 'the picture has lost its sharpness',
  frozen: 'the picture is frozen: the very same frame comes again and again',
};

const SENTENCES: {
  readonly [cause in Exclude<DetectedCause, 'scene_change' | 'camera_blocked' | 'absence'>]: (
    cortex: Cortex,
    zone: number,
  ) => string;
} = {
  form: ({ form }, zone) =>
    form.views.sizeSurprise[zone]! >= form.views.formSurprise[zone]!
      ? 'is larger than what is usually seen here'
      : 'looks unlike anything usually seen here',
  motion: ({ motion }, zone) => {
    const seen = TOWARDS[motion.views.lastDirection[zone]!]!;
    const usual = usualDirection(motion.memory, zone);
    if (usual < 0) return `moves ${seen} where nothing was seen moving before`;
    if (usual === motion.views.lastDirection[zone]) return `moves ${seen} where that is rare`;
    return `moves ${seen} where usually ${TOWARDS[usual]!} is seen`;
  },
  sequence: ({ motion }, zone) => {
    const usual = usualDirection(motion.memory, zone);
    if (usual < 0) return 'something is where nothing was seen moving before';
    const seen = movingAt(motion.views, zone);
    if (seen < 0 || seen === usual) return 'comes to this place in a way not seen before';
    return `moves ${TOWARDS[seen]!} where usually ${TOWARDS[usual]!} is seen`;
  },
  timing: ({ local, lifeMs }, zone) => {
    const { views, dwell } = local;
    const key = intervalKey(zone, views.previousState[zone]!, views.state[zone]!);
    const usual = usualInterval(dwell, key, 1);
    if (views.late[zone]! < 0) {
      return views.previousState[zone] === 0 ? 'something comes again sooner than usual' : 'left sooner than usual';
    }
    if (usual === null) return 'stays longer than usual';
    const stayed = lifeMs[0]! - views.enteredMs[zone]!;
    return `has stayed ${seconds(stayed)} where ${seconds(usual.meanMs)} is usual`;
  },
};

function explainSpeed(cortex: Cortex, { components }: Scene): Account {
  const zone = largestOf(cortex.flow.views.flowSurprise);
  return {
    position: positionOf(cortex.geometry.local, zone),
    box: boxAt(cortex, zone, components),
    explanation: 'moves faster than what is usually seen here',
    expected: [],
  };
}

function explainAbsence({ global, lifeMs }: Cortex): Account {
  const { idleMs, usualMs } = idleTimes(global, lifeMs[0]!);
  const expected = expectedStates(global);
  const [likely] = expected;
  const what = likely === undefined ? 'something' : placeInWords(likely);
  return {
    position: null,
    box: likely?.positions[0] ?? null,
    explanation: `${what} was expected after about ${seconds(usualMs)}, but nothing has come for ${seconds(idleMs)}`,
    expected,
  };
}

function explainOrder(cortex: Cortex, { expectedBefore, components }: Scene): Account {
  const { grid } = cortex.global;
  const { occupied } = cortex.retina.global;
  const zones = [...occupied.keys()].filter((zone) => occupied[zone] === 1);
  const came = describePlace(zones.map((zone) => zoneBox(grid, zone)));
  const [likely] = expectedBefore;
  return {
    position: null,
    box: zones.length === 0 ? null : (components[0]?.box ?? zoneBox(grid, zones[0]!)),
    explanation: `${came === QUIET ? 'it became quiet' : `there is ${came}`} ${insteadOf(likely, came)}`,
    expected: expectedBefore,
  };
}

const QUIET = 'quiet';

function insteadOf(likely: ExpectedState | undefined, came: string): string {
  if (likely === undefined) return 'in an order never seen before';
  const expected = placeInWords(likely);
  if (expected === came) return 'in an unusual order';
  return `where ${expected} was expected (${Math.round(likely.probability * 100)} %)`;
}

function placeInWords({ positions }: ExpectedState): string {
  return describePlace(positions);
}

/** The middle of the occupied places in words. */
function describePlace(boxes: readonly Box[]): string {
  if (boxes.length === 0) return QUIET;
  const x = boxes.reduce((sum, [left, , width]) => sum + left + width / 2, 0) / boxes.length;
  const y = boxes.reduce((sum, [, top, , height]) => sum + top + height / 2, 0) / boxes.length;
  return `something ${sideOf(x, y)}`;
}

/** Direction sector in which the zone's foreground moves, -1 while it stands. */
function movingAt({ velocityX, velocityY }: MotionViews, zone: number): number {
  const [x, y] = [velocityX[zone]!, velocityY[zone]!];
  return x * x + y * y < MIN_SPEED * MIN_SPEED ? -1 : directionOf(x, y);
}

/** Rough place of a point (relative to the picture) in words. */
function sideOf(x: number, y: number): string {
  const vertical = y < 0.33 ? 'top' : y > 0.67 ? 'bottom' : 'middle';
  const horizontal = x < 0.33 ? 'left' : x > 0.67 ? 'right' : 'center';
  return `at the ${vertical} ${horizontal}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}

function surpriseOf({ local, motion, form }: Cortex, cause: DetectedCause): Float32Array {
  if (cause === 'motion') return motion.views.motionSurprise;
  if (cause === 'timing') return local.views.timing;
  if (cause === 'sequence') return local.views.sequence;
  return form.views.sizeSurprise[largestOf(form.views.sizeSurprise)]! >=
    form.views.formSurprise[largestOf(form.views.formSurprise)]!
    ? form.views.sizeSurprise
    : form.views.formSurprise;
}

function largestOf(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

function positionOf(grid: ZoneGrid, zone: number): Position {
  return { row: Math.floor(zone / grid.columns), column: zone % grid.columns };
}

/** The connected thing at the zone, or the zone itself when nothing is there any more. */
function boxAt({ geometry }: Cortex, zone: number, components: readonly Component[]): Box {
  const place = zoneBox(geometry.local, zone);
  const [x, y] = [place[0] + place[2] / 2, place[1] + place[3] / 2];
  const reach = 1.5;
  const near = components.find(
    ({ box }) =>
      x > box[0] - reach * place[2] &&
      x < box[0] + box[2] + reach * place[2] &&
      y > box[1] - reach * place[3] &&
      y < box[1] + box[3] + reach * place[3],
  );
  return near?.box ?? place;
}
