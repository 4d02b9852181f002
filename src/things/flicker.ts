/**
 * flicker.ts - where the scene itself flickers: the next digit of a burnt-in clock, a leaf beside leaves. Such specks are followed,
 * and where they are is learned, but they are no evidence and no ordinary things: what is around them strays all the time.
 *
 * Under a speck itself nothing can be asked, since what covers a pixel makes it stray; so the pixels around its box are.
 */
import { type Noise, isRestless } from '../vision/noise.ts';
import { LIVE, MOST_THINGS, type Things, hasCome } from './pool.ts';

/** So far around a box (heights) pixels are asked; around a larger one, as far as half its smaller side. */
const AROUND = 0.035;
/** What is lower than this (heights) may be a few digits or leaves. */
const HIGH = 0.16;
/** A share of restless ones that grain and the trails of things do not make. */
const RESTLESS_SHARE = 0.1;

/** Mark the specks among live things where the scene flickers, in the picture `luma` [height, width]. */
export function markFlicker(things: Things, noise: Noise, luma: Uint8Array, width: number, height: number): void {
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    const isAsked = things.status[slot] === LIVE && things.height[slot]! < HIGH && !hasCome(things, slot);
    things.flickers[slot] =
      isAsked && restlessAround(things, slot, noise, luma, width, height) >= RESTLESS_SHARE ? 1 : 0;
  }
}

/** Share of the pixels around the box of a thing that are restless. */
function restlessAround(
  things: Things,
  slot: number,
  noise: Noise,
  luma: Uint8Array,
  width: number,
  height: number,
): number {
  const x = things.x[slot]! * height;
  const y = things.y[slot]! * height;
  const halfW = (things.width[slot]! / 2) * height;
  const halfH = (things.height[slot]! / 2) * height;
  const around = Math.max(AROUND * height, Math.min(halfW, halfH));
  // One pixel of its edge is the speck's own.
  const left = Math.floor(x - halfW) - 1;
  const right = Math.ceil(x + halfW) + 1;
  const top = Math.floor(y - halfH) - 1;
  const bottom = Math.ceil(y + halfH) + 1;
  const firstX = Math.max(0, Math.floor(left - around));
  const lastX = Math.min(width - 1, Math.ceil(right + around));
  const firstY = Math.max(0, Math.floor(top - around));
  const lastY = Math.min(height - 1, Math.ceil(bottom + around));
  let asked = 0;
  let restless = 0;
  for (let py = firstY; py <= lastY; py++) {
    for (let px = firstX; px <= lastX; px++) {
      if (px >= left && px <= right && py >= top && py <= bottom) continue;
      const pixel = py * width + px;
      asked++;
      if (isRestless(noise, pixel, luma[pixel]!)) restless++;
    }
  }
  return asked > 0 ? restless / asked : 0;
}
