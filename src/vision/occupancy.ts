/**
 * occupancy.ts - which zones of a grid hold something, debounced: a zone changes only after it has looked different for
 * DEBOUNCE_MS without a break, so one frame of swaying leaves is nothing.
 */
import { type Views, FLAG, field } from '../memory/layout.ts';
import type { ZoneGrid } from './geometry.ts';

/** How long a zone must look different before it counts as changed (ms). */
const DEBOUNCE_MS = 250;
/** Share of a zone's pixels that makes it occupied. */
const SHARE = 0.05;

export const occupancyFields = (grid: ZoneGrid) => {
  const zones = grid.columns * grid.rows;
  return {
    occupied: field('u8', zones, 'state', FLAG), // [rows, columns] 0|1, debounced
    differingMs: field('u16', zones, 'state'), // [zones] time for which it has looked different
    zonePixels: field('u16', zones, 'scratch'), // [zones] foreground pixels now
    changedZones: field('u16', zones, 'scratch'), // list of zones that changed in this frame
  };
};
export type Occupancy = Views<ReturnType<typeof occupancyFields>>;

/**
 * Sum the foreground of each zone (`subcellPixels` [subcells], pixels that belong to things) and debounce;
 * `elapsedMs` since the frame before. Returns how many zones changed; they are `changedZones`, ascending.
 */
export function updateOccupancy(
  occupancy: Occupancy,
  grid: ZoneGrid,
  subcellPixels: Uint8Array,
  elapsedMs: number,
): number {
  const { occupied, differingMs, zonePixels, changedZones } = occupancy;
  const { zoneOfSubcell, pixels } = grid;
  zonePixels.fill(0);
  for (let subcell = 0; subcell < subcellPixels.length; subcell++) {
    const count = subcellPixels[subcell]!;
    if (count !== 0) zonePixels[zoneOfSubcell[subcell]!]! += count;
  }
  let changed = 0;
  for (let zone = 0; zone < occupied.length; zone++) {
    const looks = zonePixels[zone]! > SHARE * pixels[zone]! ? 1 : 0;
    if (looks === occupied[zone]) {
      differingMs[zone] = 0;
      continue;
    }
    differingMs[zone] = Math.min(65535, differingMs[zone]! + elapsedMs);
    if (differingMs[zone]! < DEBOUNCE_MS) continue;
    occupied[zone] = looks;
    differingMs[zone] = 0;
    changedZones[changed++] = zone;
  }
  return changed;
}

/** Nothing is there: what was seen last belongs to another context. */
export function clearOccupancy({ occupied, differingMs }: Occupancy): void {
  occupied.fill(0);
  differingMs.fill(0);
}
