/** eye.ts - an eye without a model around it, and pictures for it. */
import type { FieldTable, Views } from '../../src/memory/layout.ts';
import { nextRandom } from '../../src/memory/random.ts';
import { type Eye, blockGrid, eyeTables, initEye } from '../../src/vision/eye.ts';
import { viewsFor } from './views.ts';

export function openEye(width: number, height: number): Eye {
  const shape = { width, height };
  const tables = eyeTables(shape);
  const view = <F extends FieldTable>(table: F): Views<F> => viewsFor(table);
  const eye: Eye = {
    shape,
    blocks: blockGrid(width, height),
    views: view(tables.eye),
    light: view(tables['eye.light']),
    noise: view(tables['eye.noise']),
    shake: view(tables['eye.shake']),
  };
  initEye(eye);
  return eye;
}

export type Level = (x: number, y: number) => number;

/** A picture [height, width] with grain of +-`grain` grey levels. */
export function pictureOf(level: Level, width: number, height: number, random: Uint32Array, grain = 2): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const noise = (nextRandom(random) % (2 * grain + 1)) - grain;
    return Math.max(0, Math.min(255, Math.round(level(i % width, Math.floor(i / width))) + noise));
  });
}

/** A floor with gentle texture. */
export const floor: Level = (x, y) => 100 + 20 * Math.sin(x / 5) * Math.cos(y / 7) + ((x * 7 + y * 13) % 9);

/** A box of one grey level on something. */
export function withBox(
  under: Level,
  [left, top, w, h]: readonly [number, number, number, number],
  grey: number,
): Level {
  return (x, y) => (x >= left && x < left + w && y >= top && y < top + h ? grey : under(x, y));
}
