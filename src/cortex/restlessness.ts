/**
 * restlessness.ts - is far more going on in the picture than usual while something is there?
 *
 * Headlights on a wall, the edge of a cloud, a gust: for a moment much of the picture moves, and every place has something
 * unusual to say. Such moments come again and again, so they are calm and restless times that are told apart, each judged
 * by what is usual in its own kind of time (evidence.ts): the nights' headlights must not hide what happens by day.
 *
 *     restless   foreground and light beyond FACTOR times their running median over busy frames, and HOLD_MS longer
 *
 * What the retina tells to be light counts as well: it is no thing, but things under it look and move as never before.
 */
import { type Views, field } from '../memory/layout.ts';

const FACTOR = 2.5;
/** Surprise fades over some fifteen frames: it still belongs to the restless moment. */
const HOLD_MS = 1500;
/** Share of itself by which the median follows each busy frame. */
const RATE = 0.004;

export const restlessnessFields = () => ({
  usualShare: field('f32', 1, 'learned'), // running median of the share of the picture; 0 = unknown
  restlessUntilMs: field('f64', 1, 'state'), // in the model's own time
});
export type Restlessness = Views<ReturnType<typeof restlessnessFields>>;

/** Whether a frame of `share` 0..1 foreground and light belongs to restless time; `busy`: something is there. */
export function isRestless(views: Restlessness, share: number, busy: boolean, timeMs: number, learn: boolean): boolean {
  const usual = views.usualShare[0]!;
  if (usual > 0 && share > FACTOR * usual) views.restlessUntilMs[0] = timeMs + HOLD_MS;
  if (learn && busy && share > 0) {
    views.usualShare[0] = usual === 0 ? share : usual * (share > usual ? 1 + RATE : 1 - RATE);
  }
  return timeMs < views.restlessUntilMs[0]!;
}
