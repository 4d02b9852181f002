/**
 * clouds.ts - the shadow of a cloud passes over the scene, with soft, uneven edges.
 */
import { between } from '../play.ts';
import { type Nuisance, type Stage, clampByte } from './nuisance.ts';

/** Discs that make a cloud, and how soft their edge is, relative to the picture's width. */
const DISCS = 5;
const EDGE = 0.1;

export function createClouds({ width, height, random }: Stage): Nuisance {
  let discs: { readonly x: number; readonly y: number; readonly radius: number }[] = [];
  let darkness = 0;
  let direction = 1;
  const draw = (): void => {
    darkness = between(random, 0.25, 0.45);
    direction = between(random, -1, 1) < 0 ? -1 : 1;
    discs = Array.from({ length: DISCS }, () => ({
      x: between(random, -0.35, 0.35) * width,
      y: between(random, 0.1, 0.9) * height,
      radius: between(random, 0.18, 0.38) * width,
    }));
  };
  return {
    spellS: [12, 45],
    pauseS: [40, 150],
    rampS: 0,
    begin: draw,
    paint(plane, { strength, progress }) {
      if (strength === 0) return;
      // From wholly outside on one side to wholly outside on the other.
      const center = width * (direction > 0 ? -0.8 + 2.6 * progress : 1.8 - 2.6 * progress);
      for (let y = 0, i = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          let depth = 0;
          for (const disc of discs) {
            const dx = x - center - disc.x;
            const dy = y - disc.y;
            const { radius } = disc;
            // (r^2 - d^2) / 2r is the distance to the edge, near it.
            depth = Math.max(depth, (radius * radius - dx * dx - dy * dy) / (2 * radius * EDGE * width));
          }
          if (depth > 0) plane[i] = clampByte(plane[i]! * (1 - darkness * Math.min(1, depth)));
        }
      }
    },
  };
}
