/**
 * speeds.ts - "that was normal" about speeds in a crowd: at a place and its neighbours they are no surprise any more up to a
 * quarter beyond what was seen.
 */
import { type Views, field } from '../../memory/layout.ts';
import type { Cortex } from '../cortex.ts';
import { thresholdOf } from '../judge/calibration.ts';
import { kindOf } from '../judge/kinds.ts';

const ALLOWED_BEYOND = 1.25;
/** Share of the threshold from which a speed is worth remembering. */
const NEAR_ALARM = 0.8;

export const speedFeedbackFields = (zones: number) => ({
  flowStep: field('u32', zones, 'state'), // [zones] step + 1 at which it was last the fastest for its place
  flowAmount: field('f32', zones, 'state'), // [zones] by how much
});
export type SpeedFeedback = Views<ReturnType<typeof speedFeedbackFields>>;

/** Note the fastest place of this frame. */
export function noteSpeeds({ feedback, calibration, flow }: Cortex, step: number): void {
  const fastest = largestOf(flow.views.flowSurprise);
  if (flow.views.flowSurprise[fastest] === 0) return;
  if (flow.views.flowSurprise[fastest]! < NEAR_ALARM * thresholdOf(calibration, kindOf('flow'))) return;
  feedback.flowStep[fastest] = step;
  feedback.flowAmount[fastest] = flow.views.flowSurprise[fastest]!;
}

/** Judge normal the speeds from step `first` to `last` (as stored, one more than the step); returns how many. */
export function takeSpeedFeedback({ feedback, flow, geometry }: Cortex, first: number, last: number): number {
  const { columns, rows } = geometry.local;
  let taken = 0;
  for (let zone = 0; zone < feedback.flowStep.length; zone++) {
    if (feedback.flowStep[zone]! < first || feedback.flowStep[zone]! > last) continue;
    const [column, row] = [zone % columns, Math.floor(zone / columns)];
    for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
        const at = y * columns + x;
        flow.views.allowed[at] = Math.max(flow.views.allowed[at]!, ALLOWED_BEYOND * feedback.flowAmount[zone]!);
      }
    }
    taken++;
  }
  return taken;
}

function largestOf(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
