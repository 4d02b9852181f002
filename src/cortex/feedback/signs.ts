/**
 * signs.ts - what someone has said of things: by attribute, at a place, up to or from an amount.
 *
 *     normal    this attribute there, up to a little beyond its amount, is no evidence any more
 *     matters   it always alarms there, however usual it has become, and is never learned
 *
 * What is normal is a table over all cells, so nothing of it is ever lost; of what matters the oldest sign goes first. What
 * alarmed is kept for a while with its signs and its way, so that it can be judged when it is gone.
 */
import { type Views, FLAG, below, field, upTo } from '../../memory/layout.ts';
import { PATH } from '../../things/pool.ts';
import { DIRECTIONS, directionOf, waysApart } from '../../usual/directions.ts';
import type { Path } from '../../usual/path.ts';
import { type Places, areNear } from '../../usual/places.ts';
import { ATTRIBUTES } from '../../usual/usual.ts';

const COUNT = ATTRIBUTES.length;
/** Signs that matter which are kept, and alarms that can still be judged. */
const SIGNS = 128;
const RECENT = 32;
/** How far around its cells a sign holds (cells each way): what is normal, and what matters. */
const NORMAL_REACH = 1;
const MATTERS_REACH = 1;
/** A logarithm may lie so far beyond one that is normal (a quarter more), and so far below one that matters. */
const BEYOND = 0.223;
const SHORT_OF = 0.163;
/** Directions count as the same up to so many of 16 apart. */
const SAME_WAY = 2;
/** An attribute belongs to what alarmed when it says at least so many bits. */
const SAYS = 3;

export const signFields = ({ columns, rows }: Places) => ({
  normal: field('u8', COUNT * columns * rows, 'learned', FLAG), // [attributes, cells] 0|1
  normalWays: field('u16', columns * rows, 'learned'), // [cells] a bit for each direction that is normal
  // f32: logarithms
  normalLow: field('f32', COUNT * columns * rows, 'learned'), // [attributes, cells] least and most that was seen
  normalHigh: field('f32', COUNT * columns * rows, 'learned'),
  mattersKind: field('u8', SIGNS, 'learned', upTo(COUNT)),
  mattersCell: field('u16', SIGNS, 'learned', below(columns * rows)),
  mattersAmount: field('f32', SIGNS, 'learned'),
  mattersNext: field('u8', 1, 'learned', below(SIGNS)),
  recentId: field('u32', RECENT, 'state'), // the thing that alarmed; 0 = free
  recentStep: field('u32', RECENT * 2, 'state'), // [RECENT, 2] step at which it alarmed and was seen last
  recentBits: field('f32', RECENT * COUNT, 'state'), // [RECENT, attributes]
  recentCell: field('u16', RECENT * COUNT, 'state', below(columns * rows)),
  recentAmount: field('f32', RECENT * COUNT, 'state'),
  recentPath: field('u16', RECENT * PATH, 'state', below(columns * rows)), // [RECENT, PATH] cells it came by
  recentWays: field('u8', RECENT * PATH, 'state', upTo(DIRECTIONS)), // [RECENT, PATH] direction there + 1; 0 = it stood
  recentLength: field('u8', RECENT, 'state', upTo(PATH)),
  recentNext: field('u8', 1, 'state', below(RECENT)),
});
export type ThingSigns = Views<ReturnType<typeof signFields>>;

/** A sign of something that alarmed. */
export type Sign = {
  readonly attribute: number;
  readonly cell: number;
  readonly amount: number;
  readonly bits: number;
};

/**
 * Keep what a thing that alarms is like: the `bits` [attributes] it says, `cells` and `amounts` [things, attributes] of the
 * moment when it said most of each, and its path.
 */
export function noteAlarm(
  signs: ThingSigns,
  id: number,
  step: number,
  slot: number,
  bits: Float64Array,
  cells: Uint16Array,
  amounts: Float32Array,
  path: Path,
): void {
  let entry = -1;
  for (let i = 0; i < RECENT && entry < 0; i++) if (signs.recentId[i] === id) entry = i;
  if (entry < 0) {
    entry = signs.recentNext[0]!;
    signs.recentNext[0] = (entry + 1) % RECENT;
    signs.recentId[entry] = id;
    signs.recentStep[entry * 2] = step;
  }
  signs.recentStep[entry * 2 + 1] = step;
  for (let attribute = 0; attribute < COUNT; attribute++) {
    const to = entry * COUNT + attribute;
    signs.recentBits[to] = bits[attribute]!;
    signs.recentCell[to] = cells[slot * COUNT + attribute]!;
    signs.recentAmount[to] = amounts[slot * COUNT + attribute]!;
  }
  const length = path.pathLength[slot]!;
  signs.recentLength[entry] = length;
  for (let i = 0; i < length; i++) {
    const from = slot * PATH + ((path.pathAt[slot]! + PATH - i) % PATH);
    const dx = path.alongX[from]!;
    const dy = path.alongY[from]!;
    signs.recentPath[entry * PATH + i] = path.cell[from]!;
    signs.recentWays[entry * PATH + i] = dx === 0 && dy === 0 ? 0 : directionOf(dx, dy) + 1;
  }
}

/** Each cell that an entry's thing came by, with the direction there (-1 = it stood). */
export function wayOf(
  { recentPath, recentWays, recentLength }: ThingSigns,
  entry: number,
): { cell: number; way: number }[] {
  return Array.from({ length: recentLength[entry]! }, (_, i) => ({
    cell: recentPath[entry * PATH + i]!,
    way: recentWays[entry * PATH + i]! - 1,
  }));
}

/** Things that alarmed between two steps, or the one of an id if it is given. */
export function alarmsBetween(signs: ThingSigns, first: number, last: number, id: number | null): number[] {
  const found: number[] = [];
  for (let entry = 0; entry < RECENT; entry++) {
    if (signs.recentId[entry] === 0) continue;
    const isMeant =
      id === null
        ? signs.recentStep[entry * 2]! <= last && signs.recentStep[entry * 2 + 1]! >= first
        : signs.recentId[entry] === id;
    if (isMeant) found.push(entry);
  }
  return found;
}

/** What an entry's thing was like, most telling first; nothing that says little. */
export function signsOf(signs: ThingSigns, entry: number): Sign[] {
  const list: Sign[] = [];
  for (let attribute = 0; attribute < COUNT; attribute++) {
    const at = entry * COUNT + attribute;
    const bits = signs.recentBits[at]!;
    if (bits < SAYS) continue;
    list.push({ attribute, cell: signs.recentCell[at]!, amount: signs.recentAmount[at]!, bits });
  }
  return list.toSorted((a, b) => b.bits - a.bits);
}

/** Someone said that a sign is normal, at all these cells: the newest word holds, so it matters no more. */
export function takeNormal(
  signs: ThingSigns,
  places: Places,
  { attribute, amount }: Sign,
  cells: readonly { readonly cell: number; readonly way: number }[],
): void {
  const { columns, rows } = places;
  for (const { cell, way } of cells) {
    for (let i = 0; i < SIGNS; i++)
      if (signs.mattersKind[i] === attribute + 1 && areNear(places, signs.mattersCell[i]!, cell, NORMAL_REACH + 1))
        signs.mattersKind[i] = 0;
    const column = cell % columns;
    const row = (cell - column) / columns;
    for (let y = Math.max(0, row - NORMAL_REACH); y <= Math.min(rows - 1, row + NORMAL_REACH); y++) {
      for (let x = Math.max(0, column - NORMAL_REACH); x <= Math.min(columns - 1, column + NORMAL_REACH); x++) {
        const here = y * columns + x;
        const at = attribute * columns * rows + here;
        const isFirst = signs.normal[at] === 0;
        signs.normal[at] = 1;
        signs.normalLow[at] = isFirst ? amount : Math.min(amount, signs.normalLow[at]!);
        signs.normalHigh[at] = isFirst ? amount : Math.max(amount, signs.normalHigh[at]!);
        if (ATTRIBUTES[attribute] === 'direction' && way >= 0) signs.normalWays[here]! |= 1 << way;
      }
    }
  }
}

/** Someone said that a sign matters. */
export function takeMatters(signs: ThingSigns, places: Places, sign: Sign): void {
  const { columns, rows } = places;
  for (let cell = 0; cell < columns * rows; cell++) {
    if (areNear(places, cell, sign.cell, NORMAL_REACH + 1)) signs.normal[sign.attribute * columns * rows + cell] = 0;
  }
  const at = signs.mattersNext[0]!;
  signs.mattersNext[0] = (at + 1) % SIGNS;
  signs.mattersKind[at] = sign.attribute + 1;
  signs.mattersCell[at] = sign.cell;
  signs.mattersAmount[at] = sign.amount;
}

/** Whether an attribute at a cell was said to be normal, up to a little beyond what was seen then. */
export function wasNormal(
  { normal, normalWays, normalLow, normalHigh }: ThingSigns,
  { columns, rows }: Places,
  attribute: number,
  cell: number,
  amount: number,
): boolean {
  const at = attribute * columns * rows + cell;
  if (normal[at] === 0) return false;
  switch (ATTRIBUTES[attribute]!) {
    case 'place':
    case 'birth':
      return true;
    case 'direction':
      for (let way = 0; way < DIRECTIONS; way++)
        if (((normalWays[cell]! >> way) & 1) === 1 && waysApart(way, amount) <= SAME_WAY) return true;
      return false;
    case 'stay':
      return amount <= normalHigh[at]! + BEYOND;
    case 'speed':
    case 'size':
    case 'shape':
      return amount >= normalLow[at]! - BEYOND && amount <= normalHigh[at]! + BEYOND;
  }
}

/** Whether a thing shows something that matters: `amounts` [attributes], `cells` [attributes] that each is about. */
export function mattersHere(signs: ThingSigns, places: Places, amounts: Float32Array, cells: Uint16Array): boolean {
  for (let i = 0; i < SIGNS; i++) {
    const attribute = signs.mattersKind[i]! - 1;
    if (attribute < 0 || !areNear(places, signs.mattersCell[i]!, cells[attribute]!, MATTERS_REACH)) continue;
    if (reaches(attribute, signs.mattersAmount[i]!, amounts[attribute]!)) return true;
  }
  return false;
}

/** Whether what is measured is (nearly) as far as what matters; NaN is nothing. */
function reaches(attribute: number, matters: number, amount: number): boolean {
  const name = ATTRIBUTES[attribute]!;
  if (name === 'place' || name === 'birth') return true;
  if (name === 'direction') return waysApart(matters, amount) <= 1;
  if (name === 'stay') return amount >= matters - SHORT_OF;
  return Math.abs(amount - matters) <= SHORT_OF;
}
