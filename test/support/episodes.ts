/** episodes.ts - an episode region of its own, and a scene of zones set by hand. */
import { openEpisodeRegion } from '../../src/cortex/episode-plan.ts';
import { type EpisodeRegion, stepEpisodeRegion } from '../../src/cortex/episode-region.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { initTemporalMemory } from '../../src/htm/temporal-memory.ts';
import { randomBelow } from '../../src/memory/random.ts';
import { type ZoneGrid, divide } from '../../src/vision/geometry.ts';
import { viewsFor } from './views.ts';

export const GRID: ZoneGrid = divide(96, 96, 6, 6).global;
export const FRAME_MS = 100;

export function newRegion(cellsPerColumn: number, seed = 1): EpisodeRegion {
  const settings = { ...PRESETS.pi4, cellsPerColumn };
  const region = openEpisodeRegion(settings, GRID, null, (_, table) => viewsFor(table));
  region.sequences.forEach(({ memory }, part) => initTemporalMemory(memory, seed * 10 + part));
  return region;
}

export function occupiedBy(zones: readonly number[]): Uint8Array {
  const occupied = new Uint8Array(GRID.columns * GRID.rows);
  for (const zone of zones) occupied[zone] = 1;
  return occupied;
}

/** An episode region and what it is shown, frame by frame. */
export class EpisodeWorld {
  readonly region: EpisodeRegion;
  readonly random: Uint32Array;
  frame = 0;
  ended = 0;

  constructor(cellsPerColumn: number, seed = 1) {
    this.region = newRegion(cellsPerColumn, seed);
    this.random = new Uint32Array([seed]);
  }

  get timeMs(): number {
    return this.frame * FRAME_MS;
  }

  /** The same zones for some frames; returns the largest surprise. */
  show(zones: readonly number[], frames: number, learn = true): number {
    const occupied = occupiedBy(zones);
    const out = { surprise: 0, ended: 0 };
    let most = 0;
    for (let i = 0; i < frames; i++) {
      this.frame++;
      stepEpisodeRegion(this.region, occupied, this.timeMs, FRAME_MS, learn, out);
      this.ended += out.ended;
      most = Math.max(most, out.surprise);
    }
    return most;
  }

  /** Something is seen at one place after the other, with short gaps; then a long pause. */
  round(places: readonly (readonly number[])[]): number {
    let most = 0;
    for (const place of places) {
      most = Math.max(most, this.show(place, 20 + randomBelow(this.random, 12)));
      most = Math.max(most, this.show([], 9 + randomBelow(this.random, 9)));
    }
    return Math.max(most, this.show([], 50 + randomBelow(this.random, 60)));
  }
}
