/**
 * again.ts - breaks of the usual that came before: what breaks it in the same way, in the same place, again and again, is
 * becoming usual.
 *
 * A ring of the last things that alarmed, each by what said most of it: attribute, place and amount. The first time a thing is
 * news, and the second; from the third one alike on such a thing is learned as any other is. Things that alarm are left out of
 * what is learned otherwise, so without this the thousandth car in a new lane would be told like the first.
 */
import { type Views, below, field, upTo } from '../../memory/layout.ts';
import { waysApart } from '../../usual/directions.ts';
import { type Places, areNear } from '../../usual/places.ts';
import { ATTRIBUTES, type Attribute } from '../../usual/usual.ts';

/** Breaks that are remembered, and how many alike make the next one usual. */
const REMEMBERED = 32;
const ENOUGH = 2;
/** Alike: no farther apart than so many cells each way, than so much of a logarithm, and than so many of 16 directions. */
const REACH = 2;
const AMOUNT = 0.35;
const WAYS = 2;

export const againFields = ({ columns, rows }: Places) => ({
  brokeBy: field('u8', REMEMBERED, 'learned', upTo(ATTRIBUTES.length)), // attribute + 1, 0 = free
  brokeAt: field('u16', REMEMBERED, 'learned', below(columns * rows)), // cell
  brokeAmount: field('f32', REMEMBERED, 'learned'), // logarithm, or the direction; as in usual/
  brokeNext: field('u8', 1, 'learned', below(REMEMBERED)),
});
export type Again = Views<ReturnType<typeof againFields>>;

/** A thing that alarmed is gone. Returns whether enough like it came before, and remembers it. */
export function cameAgain(again: Again, places: Places, attribute: number, cell: number, amount: number): boolean {
  let alike = 0;
  for (let i = 0; i < REMEMBERED; i++) {
    if (again.brokeBy[i] !== attribute + 1 || !areNear(places, again.brokeAt[i]!, cell, REACH)) continue;
    if (isAlike(ATTRIBUTES[attribute]!, again.brokeAmount[i]!, amount)) alike++;
  }
  const at = again.brokeNext[0]!;
  again.brokeNext[0] = (at + 1) % REMEMBERED;
  again.brokeBy[at] = attribute + 1;
  again.brokeAt[at] = cell;
  again.brokeAmount[at] = amount;
  return alike >= ENOUGH;
}

function isAlike(attribute: Attribute, one: number, other: number): boolean {
  if (attribute === 'place' || attribute === 'birth') return true;
  return attribute === 'direction' ? waysApart(one, other) <= WAYS : Math.abs(one - other) <= AMOUNT;
}
