/**
 * retina.ts - a picture becomes foreground that light cannot fool: a subcell counts when its pixels differ from the
 * background AND its texture, or that of a neighbour, differs from the usual one.
 *
 * Pixels alone fire at lamps and shadows; texture alone misses things without edges. Together they agree on things. What
 * smooth light explains (light-plane.ts) is taken out of both, and out of what moves.
 */
import { type Views, field } from '../memory/layout.ts';
import { type CensusPlane, censusPlaneFields, updateCensusPlane } from './census-plane.ts';
import { type FlowPlane, flowPlaneFields, resetFlowPlane, updateFlowPlane } from './flow-plane.ts';
import type { Geometry } from './geometry.ts';
import { type LightPlane, lightPlaneFields, updateLightPlane } from './light-plane.ts';
import { type Occupancy, occupancyFields, updateOccupancy } from './occupancy.ts';
import { MIN_FOREGROUND_PIXELS, type PixelPlane, pixelPlaneFields, updatePixelPlane } from './pixel-plane.ts';

export const foregroundFields = (geometry: Geometry) => ({
  subcellPixels: field('u8', geometry.subColumns * geometry.subRows, 'scratch'), // [subcells] pixels of accepted subcells
});
export type Foreground = Views<ReturnType<typeof foregroundFields>>;

export const retinaTables = (geometry: Geometry) => ({
  pixels: pixelPlaneFields(geometry),
  census: censusPlaneFields(geometry),
  foreground: foregroundFields(geometry),
  flow: flowPlaneFields(geometry),
  light: lightPlaneFields(geometry),
  local: occupancyFields(geometry.local),
  global: occupancyFields(geometry.global),
});

export type Retina = {
  readonly geometry: Geometry;
  readonly pixels: PixelPlane;
  readonly census: CensusPlane;
  readonly foreground: Foreground;
  readonly flow: FlowPlane;
  readonly light: LightPlane;
  /** Occupied zones of the position grid and of the coarser grid of the global region. */
  readonly local: Occupancy;
  readonly global: Occupancy;
};

/** What changed in this frame: zones per grid, and the share of subcells that are foreground (0..1). */
export type RetinaStep = { localChanged: number; globalChanged: number; foregroundShare: number };

/**
 * One picture [height, width] through the retina, `elapsedMs` (> 0) after the one before. `tellsLight` false leaves out
 * what tells light from things.
 */
export function encodeRetina(
  retina: Retina,
  luma: Uint8Array,
  elapsedMs: number,
  out: RetinaStep,
  tellsLight = true,
): void {
  const { geometry, pixels, census, foreground } = retina;
  updatePixelPlane(pixels, geometry, luma);
  updateCensusPlane(census, geometry, luma);
  updateFlowPlane(retina.flow, geometry, census, elapsedMs);
  if (tellsLight) {
    updateLightPlane(retina.light, pixels, census.textureChanged, geometry, luma);
    dismissLight(retina);
  }
  const accepted = joinPlanes(foreground.subcellPixels, pixels.foregroundCount, census.textureChanged, geometry);
  out.foregroundShare = accepted / foreground.subcellPixels.length;
  out.localChanged = updateOccupancy(retina.local, geometry.local, foreground.subcellPixels);
  out.globalChanged = updateOccupancy(retina.global, geometry.global, foreground.subcellPixels);
}

/** Of the nine subcells around one, so many must be light for what moves there to be light that moves. */
const MOSTLY = 6;

/** What is nothing but light is no thing; where nearly all is light nothing moves. */
function dismissLight({ light, pixels, census, flow, geometry }: Retina): void {
  const { isLight } = light;
  const { subColumns, subRows } = geometry;
  for (let subcell = 0; subcell < isLight.length; subcell++) {
    if (isLight[subcell] === 0) continue;
    pixels.foregroundCount[subcell] = 0;
    census.textureChanged[subcell] = 0;
    if (flow.moving[subcell] === 1 && lightAround(isLight, subColumns, subRows, subcell) >= MOSTLY)
      flow.moving[subcell] = 0;
  }
}

function lightAround(isLight: Uint8Array, columns: number, rows: number, subcell: number): number {
  const column = subcell % columns;
  const row = (subcell - column) / columns;
  let count = 0;
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++)
      count += isLight[y * columns + x]!;
  }
  return count;
}

/** The next picture is the first of its kind: the background, the usual texture and the noise are learned anew. */
export function relearnRetina({ pixels, census, flow }: Retina): void {
  pixels.pixelFrames[0] = 0;
  census.censusFrames[0] = 0;
  flow.flowFrames[0] = 0;
}

/** Nothing is there and nothing moves: what was seen last belongs to another context. */
export function clearRetina({ local, global, foreground, flow }: Retina): void {
  for (const occupancy of [local, global]) {
    occupancy.occupied.fill(0);
    occupancy.differing.fill(0);
  }
  foreground.subcellPixels.fill(0);
  resetFlowPlane(flow);
}

function joinPlanes(
  out: Uint8Array,
  counts: Uint8Array,
  texture: Uint8Array,
  { subColumns, subRows }: Geometry,
): number {
  let accepted = 0;
  for (let y = 0, i = 0; y < subRows; y++) {
    for (let x = 0; x < subColumns; x++, i++) {
      const supported =
        texture[i] === 1 ||
        (x > 0 && texture[i - 1] === 1) ||
        (x < subColumns - 1 && texture[i + 1] === 1) ||
        (y > 0 && texture[i - subColumns] === 1) ||
        (y < subRows - 1 && texture[i + subColumns] === 1);
      const count = counts[i]!;
      const isOn = supported && count >= MIN_FOREGROUND_PIXELS;
      out[i] = isOn ? count : 0;
      if (isOn) accepted++;
    }
  }
  return accepted;
}
