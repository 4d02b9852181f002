/**
 * asked.ts - all that are compared: the same question, about the same memory for each.
 */
import type { Forecaster } from './forecaster.ts';
import type { Grid } from './grid.ts';
import { pathMemory } from './memory.ts';
import { countTable } from './table.ts';

const SEGMENTS = 8192;
const SEED = 7;
const SHARED = { segments: SEGMENTS, seed: SEED };
/** What a place is to the memory. */
const OWN = { tilings: 1, tile: 1, columnsPerTile: 8 };
const TILED = { tilings: 4, tile: 2, columnsPerTile: 4 };

export function forecasters(grid: Grid): Forecaster[] {
  const memories = [
    { name: 'temporal memory, 8 cells', encoding: OWN, cellsPerColumn: 8, backOff: 0 },
    { name: 'temporal memory, 1 cell', encoding: OWN, cellsPerColumn: 1, backOff: 0 },
    { name: 'tiled temporal memory, 8 cells', encoding: TILED, cellsPerColumn: 8, backOff: 0 },
    { name: 'tiled temporal memory, 1 cell', encoding: TILED, cellsPerColumn: 1, backOff: 0 },
    {
      name: 'the tiled one with 8 cells over counts after the last place',
      encoding: TILED,
      cellsPerColumn: 8,
      backOff: 1,
    },
  ].map((options) => pathMemory(grid, { ...SHARED, ...options }));
  const most = memories[0]!.bytes();
  return [1, 2, 8].map((depth) => countTable(grid, depth, most)).concat(memories);
}
