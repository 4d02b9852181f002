/**
 * kinds.ts - the kinds of visits, found by what comes: places where things stop, and ways on which they pass.
 *
 *     stop    a place; another stop is of its kind when it is near, measured by the size of what stands there
 *     pass    a way from where a thing came to where it went; another is of its kind when it lies along it, the same way round
 *
 * So places lie where the scene has them and not on a grid, and a way is one kind however long it takes. A kind follows what
 * comes to it slowly. When all are taken the one that came least gives way, the longest unseen among equals.
 */
import { type Views, field, upTo } from '../memory/layout.ts';
import { WAY_POINTS, distanceFrom, lengthOf } from './ways.ts';

/** A set of kinds must fit 32 bits. */
export const VISIT_KINDS = 32;
export const NO_VISIT = 255;
export const FREE_KIND = 0;
export const STOP = 1;
export const PASS = 2;

/** Two stops are at one place within this share of the height of what stands there, between these (heights). */
const NEAR_SHARE = 0.35;
const NEAR_LEAST = 0.1;
const NEAR_MOST = 0.18;
/** Two ways are one when they lie no farther apart on average, by the same measures, and their ends no farther than this. */
const ALONG_SHARE = 0.25;
const ALONG_LEAST = 0.07;
const ENDS = 0.5;
const MIN_RATE = 0.05;
const MOST_VISITS = 60_000;

export const visitKindFields = () => ({
  sort: field('u8', VISIT_KINDS, 'learned', upTo(PASS)), // FREE_KIND, STOP or PASS
  came: field('u16', VISIT_KINDS, 'learned'), // visits, saturating
  // f64: ms
  cameMs: field('f64', VISIT_KINDS, 'state'), // last visit, or stay that went on: noted also while nothing is learned
  // f32: heights of the picture
  high: field('f32', VISIT_KINDS, 'learned'), // height of what comes
  line: field('f32', VISIT_KINDS * 2 * WAY_POINTS, 'learned'), // [kinds, x and y, WAY_POINTS]; of a stop all points are one
});
export type VisitKinds = Views<ReturnType<typeof visitKindFields>>;

/** A visit to be sorted: its line [x and y, WAY_POINTS] and the height of the thing. */
export type Visit = { sort: number; readonly line: Float32Array; high: number };

/** The kind of a visit, or NO_VISIT. */
export function kindOfVisit(kinds: VisitKinds, visit: Visit): number {
  let [best, least] = [NO_VISIT, 1];
  for (let kind = 0; kind < VISIT_KINDS; kind++) {
    if (kinds.sort[kind] !== visit.sort) continue;
    const far = visit.sort === STOP ? betweenStops(kinds, kind, visit) : betweenWays(kinds, kind, visit);
    if (far < least) [best, least] = [kind, far];
  }
  return best;
}

/** Learn a visit of a known `kind`, or of a new one where that is NO_VISIT. Returns its kind. */
export function learnKind(kinds: VisitKinds, kind: number, visit: Visit, timeMs: number): number {
  const { sort, came, cameMs, high, line } = kinds;
  if (kind === NO_VISIT) {
    const taken = roomFor(kinds);
    sort[taken] = visit.sort;
    came[taken] = 1;
    cameMs[taken] = timeMs;
    high[taken] = visit.high;
    line.set(visit.line, taken * 2 * WAY_POINTS);
    return taken;
  }
  came[kind] = Math.min(MOST_VISITS, came[kind]! + 1);
  cameMs[kind] = timeMs;
  const rate = Math.max(1 / came[kind], MIN_RATE);
  high[kind]! += rate * (visit.high - high[kind]!);
  const base = kind * 2 * WAY_POINTS;
  for (let i = 0; i < 2 * WAY_POINTS; i++) line[base + i]! += rate * (visit.line[i]! - line[base + i]!);
  return kind;
}

/** How far from a place something of that height may stop (heights). */
export function reachOf(high: number): number {
  return Math.min(NEAR_MOST, Math.max(NEAR_LEAST, NEAR_SHARE * high));
}

function betweenStops({ line, high }: VisitKinds, kind: number, visit: Visit): number {
  const base = kind * 2 * WAY_POINTS;
  const far = lengthOf(visit.line[0]! - line[base]!, visit.line[WAY_POINTS]! - line[base + WAY_POINTS]!);
  return far / reachOf(high[kind]!);
}

function betweenWays({ line, high }: VisitKinds, kind: number, visit: Visit): number {
  const base = kind * 2 * WAY_POINTS;
  let far = 0;
  for (let end = 0; end < WAY_POINTS; end += WAY_POINTS - 1) {
    const apart = lengthOf(
      visit.line[end]! - line[base + end]!,
      visit.line[WAY_POINTS + end]! - line[base + WAY_POINTS + end]!,
    );
    far = Math.max(far, apart / ENDS);
  }
  if (far >= 1) return far;
  const most = Math.max(ALONG_LEAST, ALONG_SHARE * high[kind]!);
  const apart = Math.max(distanceFrom(visit.line, 0, line, base), distanceFrom(line, base, visit.line, 0));
  return Math.max(far, apart / most);
}

function roomFor({ sort, came, cameMs }: VisitKinds): number {
  let taken = 0;
  for (let kind = 0; kind < VISIT_KINDS; kind++) {
    if (sort[kind] === FREE_KIND) return kind;
    if (came[kind]! < came[taken]! || (came[kind] === came[taken] && cameMs[kind]! < cameMs[taken]!)) taken = kind;
  }
  return taken;
}
