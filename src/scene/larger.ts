/**
 * larger.ts - the same moment of a scene, drawn larger: for people who look at it. What happens is the scene's own play, which
 * is only looked at, so that the frames of the scene stay as they are.
 */
import { seedWord } from '../memory/random.ts';
import { expose, gainAt } from './light.ts';
import { type Scene, createScene, paintPlay } from './scene.ts';
import { paintBackdrop } from './paint/backdrop.ts';

/** Less grain than the small picture has: a pixel of that is the mean of many of these. */
const GRAIN = 0.6;

export type LargerFrame = { readonly data: Uint8Array; readonly width: number; readonly height: number };

/**
 * Draws the moment `time` (s) of a scene that is there already. Null for a scene in which something comes over the whole
 * picture: that is made for one size only.
 */
export function largerScene(
  scene: Scene,
  { width, height }: { readonly width: number; readonly height: number },
): ((time: number) => LargerFrame) | null {
  const { nuisances, disturbance, seed } = scene.options;
  if (nuisances.length > 0 || disturbance > 0 || scene.incidents !== null) return null;
  // Of the same options, for its backdrop and canvas alone; not before somebody looks.
  let double: Scene | undefined;
  return (time) => {
    double ??= createScene({ ...scene.options, width, height });
    paintBackdrop(double.backdrop, time, double.canvas);
    paintPlay({ ...double, play: scene.play }, time);
    const exposure = { gain: gainAt(scene.light, time), grain: GRAIN };
    const noise = new Uint32Array([seedWord(seed, Math.round(time * 1000))]);
    const data = new Uint8Array(width * height);
    expose(double.light, double.canvas.plane, exposure, width, noise, data);
    return { data, width, height };
  };
}
