/**
 * form-stream.ts - is anything there that does not look like what is usually there?
 *
 * Two kinds of evidence. Size: the area of each connected thing against what was seen at its place (things cut by the
 * border are not measured). Form: a spatial pooler, shared by all zones, turns the census bits of an occupied zone into
 * a few active columns; columns that are rare at this place are novel.
 */
import { type SizeMemory, judgeSize, learnSize } from '../anomaly/size-memory.ts';
import { columnsOf } from '../htm/sp-shape.ts';
import { type SpatialPooler, freezeBoost, learnedSteps, poolSpatially } from '../htm/spatial-pooler.ts';
import { ln } from '../memory/exact-math.ts';
import { type Views, field } from '../memory/layout.ts';
import { CENSUS_BITS } from '../vision/census-plane.ts';
import { type Component, findComponents } from '../vision/components.ts';
import type { Geometry } from '../vision/geometry.ts';
import type { Retina } from '../vision/retina.ts';
import { fade } from './fade.ts';

/** The pooler sees a window of 4 x 4 subcells around the zone's middle. */
const WINDOW = 4;
export const FORM_INPUTS = WINDOW * WINDOW * CENSUS_BITS;
/** Votes of 16 that set an input bit. */
const BIT_FROM = 8;
const FADE = 0.9;
const SIZE_FACTOR = 0.3;
const SIZE_FROM = 2;
/** Things of which less moves are not measured: ghosts of what left, and crowds that stand. */
const MIN_MOVING = 0.2;
/** Smaller things are noise. */
const MIN_AREA = 12;
/** Steps after which the pooler's boost factors are frozen: it has seen what there is to see. */
const NEWBORN_STEPS = 4000;
/** Codes a place must have shown before one can be novel there. */
const MIN_CODES = 30;
const FORM_FACTOR = 0.3;
const FORM_FROM = 3;

export const formFields = (zones: number, columns: number) => ({
  codeCount: field('u16', zones * columns, 'learned'), // [zones, columns] how often each column won here, halved when full
  zoneCodes: field('u16', zones, 'learned'), // [zones] codes seen here, halved together with codeCount
  // f32: evidence
  sizeSurprise: field('f32', zones, 'state'), // [zones] fading
  formSurprise: field('f32', zones, 'state'), // [zones] fading
  lastWinners: field('u8', zones * (columns >> 3), 'state'), // [zones, columns / 8] bit set = column won at the last reading
  input: field('u16', FORM_INPUTS, 'scratch'), // set bits of [4 x 4 subcells, 8 bits], ascending
});
export type FormViews = Views<ReturnType<typeof formFields>>;

export type FormStream = {
  readonly views: FormViews;
  readonly sizes: SizeMemory;
  readonly pooler: SpatialPooler;
};

export type FormStep = { size: number; form: number; components: readonly Component[] };

/** Measure the things of this frame; codes are read only where the zone's state has just changed (`changed` zones). */
export function stepFormStream(
  stream: FormStream,
  retina: Retina,
  changed: number,
  learn: boolean,
  out: FormStep,
): void {
  const { views } = stream;
  const { geometry, local, foreground } = retina;
  fade(views.sizeSurprise, FADE);
  fade(views.formSurprise, FADE);
  out.components = findComponents(foreground.subcellPixels, retina.flow.moving, geometry);
  for (const component of out.components) measureComponent(stream, geometry, component, learn);
  for (let i = 0; i < changed; i++) {
    const zone = local.changedZones[i]!;
    if (local.occupied[zone] === 1) readForm(stream, retina, zone, learn);
  }
  readFormSurprise(views, out);
}

/** The evidence of both kinds: the largest size, the sum of forms. */
export function readFormSurprise({ sizeSurprise, formSurprise }: FormViews, out: FormStep): void {
  out.size = 0;
  out.form = 0;
  for (let zone = 0; zone < sizeSurprise.length; zone++) {
    if (sizeSurprise[zone]! > out.size) out.size = sizeSurprise[zone]!;
    out.form += formSurprise[zone]!;
  }
}

export function resetFormStream({ views }: FormStream): void {
  views.sizeSurprise.fill(0);
  views.formSurprise.fill(0);
}

function measureComponent(
  { views, sizes }: FormStream,
  geometry: Geometry,
  component: Component,
  learn: boolean,
): void {
  if (component.touchesBorder || component.area < MIN_AREA || component.movingShare < MIN_MOVING) return;
  const zone = geometry.local.zoneOfSubcell[component.center]!;
  const surprise = SIZE_FACTOR * Math.max(0, judgeSize(sizes, zone, component.area) - SIZE_FROM);
  if (surprise > views.sizeSurprise[zone]!) views.sizeSurprise[zone] = surprise;
  if (learn) learnSize(sizes, zone, component.area);
}

function readForm(stream: FormStream, retina: Retina, zone: number, learn: boolean): void {
  const { views, pooler } = stream;
  const winners = poolSpatially(pooler, views.input, readInput(views.input, retina, zone), learn);
  if (learn && learnedSteps(pooler) === NEWBORN_STEPS) freezeBoost(pooler);
  if (winners === 0) return;
  rememberWinners(views, zone, pooler.views.winners, winners, columnsOf(pooler.shape));
  const columns = columnsOf(pooler.shape);
  const codes = views.zoneCodes[zone]!;
  let information = 0;
  for (let i = 0; i < winners; i++) {
    const count = views.codeCount[zone * columns + pooler.views.winners[i]!]!;
    information -= ln((count + 0.5) / (codes + 1));
  }
  const surprise = codes < MIN_CODES ? 0 : FORM_FACTOR * Math.max(0, information / winners - FORM_FROM);
  if (surprise > views.formSurprise[zone]!) views.formSurprise[zone] = surprise;
  if (learn) learnCode(views, zone, columns, pooler.views.winners, winners);
}

function rememberWinners(views: FormViews, zone: number, active: Uint32Array, count: number, columns: number): void {
  const at = zone * (columns >> 3);
  views.lastWinners.fill(0, at, at + (columns >> 3));
  for (let i = 0; i < count; i++) {
    const column = active[i]!;
    views.lastWinners[at + (column >> 3)] = views.lastWinners[at + (column >> 3)]! | (1 << (column & 7));
  }
}

function learnCode(views: FormViews, zone: number, columns: number, active: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) views.codeCount[zone * columns + active[i]!]!++;
  if (++views.zoneCodes[zone]! < 65535) return;
  views.zoneCodes[zone] = views.zoneCodes[zone]! >> 1;
  for (let i = zone * columns; i < (zone + 1) * columns; i++) views.codeCount[i] = views.codeCount[i]! >> 1;
}

/** The census bits of the window around a zone's middle, none outside the picture, as a list; returns how many. */
function readInput(input: Uint16Array, { geometry, census }: Retina, zone: number): number {
  const { subColumns, subRows, local } = geometry;
  const column = zone % local.columns;
  const row = (zone - column) / local.columns;
  const left = Math.round(((column + 0.5) * subColumns) / local.columns - WINDOW / 2);
  const top = Math.round(((row + 0.5) * subRows) / local.rows - WINDOW / 2);
  let count = 0;
  let place = 0;
  for (let y = top; y < top + WINDOW; y++) {
    for (let x = left; x < left + WINDOW; x++) {
      const inside = x >= 0 && y >= 0 && x < subColumns && y < subRows;
      const votes = (y * subColumns + x) * CENSUS_BITS;
      for (let bit = 0; bit < CENSUS_BITS; bit++, place++)
        if (inside && census.votes[votes + bit]! >= BIT_FROM) input[count++] = place;
    }
  }
  return count;
}
