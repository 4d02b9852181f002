/**
 * template-memory.ts - what a place looks like in a state of the scene, and from that a picture of what comes next.
 *
 * A template belongs to a state of the global region and one of its occupied zones: the mean grey values of the zone when
 * that state began, and how often each pixel was foreground. Dark and bright things have templates of their own, or their
 * mean would look like neither. The predicted picture is the background with the templates of
 * the most likely next state laid over it, each pixel as far as it usually is foreground.
 *
 * Templates and background are kept at the brightness of the background; the picture has that of the last frame.
 *
 * The pool is fixed: a new template may take the place of the least visited of the few its probe reaches.
 */
import { type Views, FLAG, field } from '../memory/layout.ts';
import { type Geometry, SUBCELL, type ZoneGrid } from '../vision/geometry.ts';
import type { EyeViews } from '../vision/eye.ts';
import { type GlobalRegion, IDLE, likeliestNext } from './global-region.ts';

const TEMPLATES = 384;
const PROBES = 6;
/** The slowest rate at which a template moves. */
const MIN_RATE = 0.1;

export const templateFields = (geometry: Geometry) => {
  const largest = largestZone(geometry.global);
  const pixels = TEMPLATES * largest;
  return {
    templateKeys: field('u32', TEMPLATES, 'learned'), // [TEMPLATES] (state * zones + zone) * 2 + bright + 1; 0 = free
    templateVisits: field('u16', TEMPLATES, 'learned'), // [TEMPLATES] saturating
    gain: field('f32', 1, 'state'), // brightness of the last frame relative to the background; + - * / only
    bright: field('u8', 1, 'state', FLAG), // 0|1 the thing seen last was brighter than the background
    templateMean: field('u8', pixels, 'learned'), // [TEMPLATES, largest zone] grey levels, subcell by subcell
    templateShare: field('u8', pixels, 'learned'), // [TEMPLATES, largest zone] share of visits as foreground, of 255
    pixels: field('u32', largest, 'scratch'), // of one zone, in the order of a template
  };
};
export type TemplateMemory = Views<ReturnType<typeof templateFields>>;

/** What of the eye a template needs. */
type Plane = Pick<EyeViews, 'background' | 'foreground'>;

/** The scene came into a state: learn what its occupied zones look like. `luma` [height, width]. */
export function learnTemplates(
  memory: TemplateMemory,
  geometry: Geometry,
  plane: Plane,
  luma: Uint8Array,
  state: number,
  occupied: Uint8Array,
): void {
  const zones = occupied.length;
  const gain = gainOf(plane, luma);
  memory.gain[0] = gain;
  if (occupied.includes(1)) memory.bright[0] = isBright(plane, luma, gain) ? 1 : 0;
  for (let zone = 0; zone < zones; zone++) {
    if (occupied[zone] === 0) continue;
    const slot = findOrTake(memory, keyOf(state * zones + zone, memory.bright[0]!));
    const visits = Math.min(65535, memory.templateVisits[slot]! + 1);
    memory.templateVisits[slot] = visits;
    const rate = Math.max(1 / visits, MIN_RATE);
    const { templateMean, templateShare, pixels } = memory;
    const count = pixelsOf(geometry, zone, pixels);
    for (let i = 0, at = slot * largestZone(geometry.global); i < count; i++, at++) {
      const pixel = pixels[i]!;
      const share = plane.foreground[pixel]! * 255;
      templateMean[at] = Math.round(
        templateMean[at]! + rate * (Math.min(255, luma[pixel]! / gain) - templateMean[at]!),
      );
      templateShare[at] = Math.round(templateShare[at]! + rate * (share - templateShare[at]!));
    }
  }
}

/**
 * The picture of the most likely next state, to `out` [height, width] grey levels: the background alone where that is idle
 * or nothing is predicted. Returns that state's probability, 0 when nothing is predicted.
 */
export function composePrediction(
  memory: TemplateMemory,
  geometry: Geometry,
  plane: Plane,
  global: GlobalRegion,
  out: Uint8Array,
): number {
  const gain = memory.gain[0]! > 0 ? memory.gain[0]! : 1;
  for (let i = 0; i < out.length; i++) out[i] = grey(plane.background[i]! * gain);
  const likely = likeliestNext(global);
  if (likely === null) return 0;
  if (likely.state === IDLE) return likely.probability;
  const zones = geometry.global.columns * geometry.global.rows;
  const { templateMean, templateShare, pixels } = memory;
  for (let zone = 0; zone < zones; zone++) {
    const place = likely.state * zones + zone;
    const same = find(memory, keyOf(place, memory.bright[0]!));
    const slot = same >= 0 ? same : find(memory, keyOf(place, 1 - memory.bright[0]!));
    if (slot < 0) continue;
    const count = pixelsOf(geometry, zone, pixels);
    for (let i = 0, at = slot * largestZone(geometry.global); i < count; i++, at++) {
      const pixel = pixels[i]!;
      const share = templateShare[at]! / 255;
      out[pixel] = grey(out[pixel]! + share * (templateMean[at]! * gain - out[pixel]!));
    }
  }
  return likely.probability;
}

/** A zone's pixels, subcell by subcell, in the order of a template's, to `out`; returns how many. */
function pixelsOf(geometry: Geometry, zone: number, out: Uint32Array): number {
  const { width, subColumns } = geometry;
  const { zoneOfSubcell } = geometry.global;
  let count = 0;
  for (let subcell = 0; subcell < zoneOfSubcell.length; subcell++) {
    if (zoneOfSubcell[subcell] !== zone) continue;
    const x = (subcell % subColumns) * SUBCELL;
    const y = Math.floor(subcell / subColumns) * SUBCELL;
    for (let dy = 0; dy < SUBCELL; dy++) for (let dx = 0; dx < SUBCELL; dx++) out[count++] = (y + dy) * width + x + dx;
  }
  return count;
}

/** Whether the foreground is brighter than the background behind it, all in all. */
function isBright({ foreground, background }: Plane, luma: Uint8Array, gain: number): boolean {
  let difference = 0;
  for (let i = 0; i < luma.length; i++) if (foreground[i] === 1) difference += luma[i]! - background[i]! * gain;
  return difference > 0;
}

/** Brightness of the picture where nothing is, relative to the background; 1 when something is everywhere. */
function gainOf({ foreground, background }: Plane, luma: Uint8Array): number {
  let seen = 0;
  let known = 0;
  for (let i = 0; i < luma.length; i++) {
    if (foreground[i] === 1) continue;
    seen += luma[i]!;
    known += background[i]!;
  }
  return seen > 0 && known > 0 ? seen / known : 1;
}

function grey(value: number): number {
  return Math.round(Math.min(255, Math.max(0, value)));
}

function keyOf(place: number, bright: number): number {
  return place * 2 + bright;
}

function largestZone({ pixels }: ZoneGrid): number {
  return pixels.reduce((most, count) => Math.max(most, count), 0);
}

function slotOf(key: number): number {
  const mixed = Math.imul(key + 1, 0x9e3779b1);
  return (mixed >>> 16) % TEMPLATES;
}

function find({ templateKeys }: TemplateMemory, key: number): number {
  for (let probe = 0, slot = slotOf(key); probe < PROBES; probe++, slot = (slot + 1) % TEMPLATES)
    if (templateKeys[slot] === key + 1) return slot;
  return -1;
}

function findOrTake(memory: TemplateMemory, key: number): number {
  const { templateKeys, templateVisits } = memory;
  const known = find(memory, key);
  if (known >= 0) return known;
  let taken = slotOf(key);
  for (let probe = 0, slot = taken; probe < PROBES; probe++, slot = (slot + 1) % TEMPLATES)
    if (templateVisits[slot]! < templateVisits[taken]!) taken = slot;
  templateKeys[taken] = key + 1;
  templateVisits[taken] = 0;
  return taken;
}
