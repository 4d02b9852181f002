/**
 * moments.ts - the moments of a rendered street that docs/model.md shows, each as plain planes taken from the model.
 *
 * A model learns the street, then a thing comes the wrong way; the moment of its alarm is kept, and an ordinary moment
 * together with the picture that was predicted for it.
 */
import { type Cortex, createCortex } from '../../src/cortex/cortex.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { composePrediction } from '../../src/cortex/template-memory.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';

const SEED = 3;
const LEARN_FRAMES = 6000;
const MOST_FRAMES = 9000;

export type Moment = {
  readonly luma: Uint8Array;
  readonly votes: Uint8Array;
  readonly foreground: Uint8Array;
  readonly occupied: Uint8Array;
  readonly state: Uint8Array;
  /** Evidence per zone of the local grid. */
  readonly form: Float32Array;
  readonly motion: Float32Array;
  readonly routine: Float32Array;
  readonly explanation: string;
};
export type Moments = {
  readonly cortex: Cortex;
  readonly usual: Moment;
  readonly alarm: Moment;
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
  for (let frame = 0; frame < MOST_FRAMES && alarm === null; frame++) {
    const truth = renderNext(scene, luma);
    const seen = stepCortex(cortex, { sequence: frame, timeMs: (frame * 1000) / fps, width, height, luma }, true);
    if (frame < LEARN_FRAMES) continue;
    const ticked = seen.prediction !== null;
    const busy = cortex.retina.global.occupied.includes(1);
    if (ticked && waiting !== null && pair === null) pair = { ...waiting, came: luma.slice() };
    if (ticked && busy && pair === null && inTheMiddle(cortex)) {
      composePrediction(cortex.templates, cortex.geometry, cortex.retina.pixels, cortex.global, guess);
      waiting = { before: luma.slice(), predicted: guess.slice() };
    }
    if (usual === null && pair !== null && truth.kind === null && busy) usual = momentOf(cortex, luma, '');
    const start = seen.events.find(({ type, severity }) => type === 'start' && severity === 'alert');
    if (start !== undefined && truth.kind !== null) alarm = momentOf(cortex, luma, start.explanation);
  }
  if (usual === null || alarm === null || pair === null)
    throw new Error('Expected an ordinary moment and an alarm but saw none');
  return { cortex, usual, alarm, ...pair };
}

/** Something is in the middle columns of the picture. */
function inTheMiddle({ retina, global }: Cortex): boolean {
  const { columns } = global.grid;
  return retina.global.occupied.some(
    (value, zone) => value === 1 && Math.abs((zone % columns) - (columns - 1) / 2) < 1,
  );
}

function momentOf({ retina, local, motion, form }: Cortex, luma: Uint8Array, explanation: string): Moment {
  const routine = local.views.sequence.map((value, zone) => value + local.views.timing[zone]!);
  return {
    luma: luma.slice(),
    votes: retina.census.votes.slice(),
    foreground: retina.pixels.foregroundPixel.slice(),
    occupied: retina.local.occupied.slice(),
    state: retina.global.occupied.slice(),
    form: form.views.sizeSurprise.map((value, zone) => Math.max(value, form.views.formSurprise[zone]!)),
    motion: motion.views.motionSurprise.slice(),
    routine,
    explanation,
  };
}
