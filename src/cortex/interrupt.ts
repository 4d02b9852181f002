/**
 * interrupt.ts - what is done to a model between two frames, by someone outside: end what is open, look anew.
 */
import { forgetLooks } from '../vision/look-memory.ts';
import { clearRetina, relearnRetina } from '../vision/retina.ts';
import { resetSceneGate } from '../vision/scene-gate.ts';
import type { Cortex } from './cortex.ts';
import { type Account, closeAll } from './detector.ts';
import type { EventChange } from './observation.ts';

/** Open events end now, with `reason` as their explanation. Times are those of the frames. */
export function endEvents(cortex: Cortex, reason: string): EventChange[] {
  const moment = { step: cortex.clock.step[0]!, timeMs: cortex.lifeMs[0]! };
  const silent: Account = { position: null, box: null, explanation: reason, expected: [] };
  const shift = cortex.clock.lastFrameMs[0]! - moment.timeMs;
  return closeAll(cortex.detector, moment, () => silent).map((event) => ({
    ...event,
    startedTimeMs: event.startedTimeMs + shift,
    endedTimeMs: event.endedTimeMs === null ? null : event.endedTimeMs + shift,
  }));
}

/**
 * The picture is another one from the next frame on, because a mask was changed: its background, texture and looks are
 * taken afresh from it. Without that a new mask would be a grey thing that stands there for a minute. For the first
 * 50 frames the retina sees no foreground, so nothing is told meanwhile.
 */
export function lookAnew({ retina, gate }: Cortex): void {
  relearnRetina(retina);
  clearRetina(retina);
  resetSceneGate(gate);
  forgetLooks(gate.looks);
}
