/**
 * interrupt.ts - what is done to a model between two frames, by someone outside: look anew.
 */
import { beginAnew } from '../vision/eye.ts';
import { forgetLooks } from '../vision/look-memory.ts';
import { resetSceneGate } from '../vision/scene-gate.ts';
import type { Cortex } from './cortex.ts';
import { clearSight } from './sight.ts';

/**
 * The picture is another one from the next frame on, because a mask was changed: its background and looks are taken afresh
 * from it. Without that a new mask would be a grey thing that stands there for a minute.
 */
export function lookAnew({ eye, sight }: Cortex): void {
  beginAnew(eye);
  clearSight(sight);
  resetSceneGate(sight.gate);
  forgetLooks(sight.gate.looks);
}
