/**
 * retina.ts - a picture becomes foreground that light cannot fool: a subcell counts when its pixels differ from the
 * background AND its texture, or that of a neighbour, differs from the usual one.
 *
 * Pixels alone fire at lamps and shadows; texture alone misses things without edges. Together they agree on things. What
 * smooth light explains (light-plane.ts) is taken out of both, and out of what moves (moving-light.ts); what rain explains
 * is taken out of what they agree on (speckle.ts).
 */
import { type Views, field } from '../memory/layout.ts';
import { type CensusPlane, censusPlaneFields, updateCensusPlane } from './census-plane.ts';
import { type FlowPlane, flowPlaneFields, resetFlowPlane, updateFlowPlane } from './flow-plane.ts';
import { type Geometry, countAround } from './geometry.ts';
import { type LightPlane, lightPlaneFields, updateLightPlane } from './light-plane.ts';
import { dismissMovingLight } from './moving-light.ts';
import { type Occupancy, occupancyFields, updateOccupancy } from './occupancy.ts';
import { MIN_FOREGROUND_PIXELS, type PixelPlane, pixelPlaneFields, updatePixelPlane } from './pixel-plane.ts';
import { type Speckle, dismissSpeckle, speckleFields } from './speckle.ts';

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
  speckle: speckleFields(geometry),
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
  readonly speckle: Speckle;
  /** Occupied zones of the position grid and of the coarser grid of the global region. */
  readonly local: Occupancy;
  readonly global: Occupancy;
};

/**
 * What changed in this frame: zones per grid, the share of subcells that are foreground (0..1), and the share of those that
 * differ by nothing but light.
 */
export type RetinaStep = {
  localChanged: number;
  globalChanged: number;
  foregroundShare: number;
  lightShare: number;
};
export const noRetinaStep = (): RetinaStep => ({
  localChanged: 0,
  globalChanged: 0,
  foregroundShare: 0,
  lightShare: 0,
});

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
  out.lightShare = 0;
  if (tellsLight) {
    dismissMovingLight(retina.flow, census, geometry);
    updateLightPlane(retina.light, pixels, census.textureChanged, geometry, luma);
    out.lightShare = dismissLight(retina) / foreground.subcellPixels.length;
  }
  joinPlanes(foreground.subcellPixels, pixels.foregroundCount, census.textureChanged, geometry);
  const accepted = dismissSpeckle(retina.speckle, geometry, foreground.subcellPixels);
  out.foregroundShare = accepted / foreground.subcellPixels.length;
  out.localChanged = updateOccupancy(retina.local, geometry.local, foreground.subcellPixels);
  out.globalChanged = updateOccupancy(retina.global, geometry.global, foreground.subcellPixels);
}

/** Of the nine subcells around one, so many must be light for what moves there to be light that moves. */
const MOSTLY = 6;

/** What is nothing but light is no thing; where nearly all is light nothing moves. Returns how many subcells are light. */
function dismissLight({ light, pixels, census, flow, geometry }: Retina): number {
  const { isLight } = light;
  const { subColumns, subRows } = geometry;
  let found = 0;
  for (let subcell = 0; subcell < isLight.length; subcell++) {
    if (isLight[subcell] === 0) continue;
    found++;
    pixels.foregroundCount[subcell] = 0;
    census.textureChanged[subcell] = 0;
    if (flow.moving[subcell] === 1 && countAround(isLight, subColumns, subRows, subcell) >= MOSTLY)
      flow.moving[subcell] = 0;
  }
  return found;
}

/** The next picture is the first of its kind: the background, the usual texture and the noise are learned anew. */
export function relearnRetina({ pixels, census, flow }: Retina): void {
  pixels.pixelFrames[0] = 0;
  census.censusFrames[0] = 0;
  flow.flowFrames[0] = 0;
}

/** Nothing is there and nothing moves: what was seen last belongs to another context. */
export function clearRetina({ local, global, foreground, speckle, flow }: Retina): void {
  for (const occupancy of [local, global]) {
    occupancy.occupied.fill(0);
    occupancy.differing.fill(0);
  }
  foreground.subcellPixels.fill(0);
  speckle.before.fill(0);
  resetFlowPlane(flow);
}

function joinPlanes(out: Uint8Array, counts: Uint8Array, texture: Uint8Array, { subColumns, subRows }: Geometry): void {
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
    }
  }
}
