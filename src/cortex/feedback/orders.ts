/**
 * orders.ts - feedback about the order of scene states and about what did not come.
 *
 * An order sign is three scene states in a row (which zones of the global grid are occupied): the two before, and the one
 * that was a surprise. Something missing is the state before the pause, nothing, and how long the pause was. Two signs are
 * the same when each of their states shares at least half of its zones, and nearly all of them for one that matters. The table has ENTRIES signs, the oldest goes first.
 */
import { intervalKey, visitsOf } from '../../anomaly/interval-memory.ts';
import { type Views, field } from '../../memory/layout.ts';
import { absenceEvidence } from '../absence.ts';
import type { Cortex } from '../cortex.ts';
import { type GlobalStep, IDLE } from '../global-region.ts';

const ENTRIES = 32;
const RECENT = 64;
const NORMAL = 1;
const MATTERS = 2;
const ORDER = 0;
const ABSENCE = 1;
const SHARED = 0.5;
const SHARED_OF_MATTERS = 0.8;
/** A turn that came this often is usual: it cannot tell what matters. */
const RARE_VISITS = 4;
const ALLOWED_BEYOND = 1.25;
const ALARM_FROM = 0.85;
/** A turn that matters raises evidence for so long (ms). */
const TOLD_MS = 1000;

export const orderFeedbackFields = (zones: number) => ({
  orderVerdict: field('u8', ENTRIES, 'learned'), // [ENTRIES] 0 = free
  orderKind: field('u8', ENTRIES, 'learned'), // [ENTRIES] ORDER | ABSENCE
  orderStates: field('u8', ENTRIES * 3 * zones, 'learned'), // [ENTRIES, 3, zones] 0|1
  orderAmount: field('f32', ENTRIES, 'learned'), // [ENTRIES] ms of a pause
  orderNext: field('u8', 1, 'learned'), // the entry that is written next
  lastStates: field('u8', 3 * zones, 'state'), // [3, zones] oldest first; the last is now
  lastNumbers: field('u16', 3, 'state'), // [3] their numbers in the global region
  recentStep: field('u32', RECENT, 'state'), // [RECENT] step + 1; 0 = free
  recentKind: field('u8', RECENT, 'state'),
  recentRare: field('u8', RECENT, 'state'), // [RECENT] 1 = hardly ever came before
  recentStates: field('u8', RECENT * 3 * zones, 'state'), // [RECENT, 3, zones]
  recentAmount: field('f32', RECENT, 'state'), // [RECENT] ms
  recentNext: field('u8', 1, 'state'),
  orderUntilMs: field('f64', 1, 'state'), // a turn that matters still counts until then
});
export type OrderFeedback = Views<ReturnType<typeof orderFeedbackFields>>;

/** Note a surprising turn or pause, take back what was judged normal; returns whether one that matters has come. */
export function weighOrder(cortex: Cortex, global: GlobalStep, step: number): boolean {
  const { feedback, global: region, lifeMs } = cortex;
  if (global.ticked) {
    const rare = shiftStates(cortex);
    if (region.views.surprise[0]! > 0 && global.surprise > 0) note(feedback, ORDER, step, rare ? 1 : 0, 0);
    const known = find(feedback, ORDER);
    if (known >= 0 && feedback.orderVerdict[known] === NORMAL) {
      region.views.surprise[0] = 0;
      global.surprise = 0;
    }
    if (known >= 0 && feedback.orderVerdict[known] === MATTERS) feedback.orderUntilMs[0] = lifeMs[0]! + TOLD_MS;
  }
  return lifeMs[0]! < feedback.orderUntilMs[0]! || missingMatters(cortex, lifeMs[0]!);
}

/** Evidence that something is missing, with what was said of such pauses taken into account. */
export function weighAbsence(cortex: Cortex, step: number): number {
  const { feedback, global, lifeMs } = cortex;
  const evidence = absenceEvidence(global, lifeMs[0]!);
  if (evidence === 0) return 0;
  const idleMs = lifeMs[0]! - global.views.enteredMs[0]!;
  note(feedback, ABSENCE, step, 1, idleMs);
  const known = find(feedback, ABSENCE);
  if (known < 0 || feedback.orderVerdict[known] !== NORMAL) return evidence;
  return idleMs <= ALLOWED_BEYOND * feedback.orderAmount[known]! ? 0 : evidence;
}

/** Take in what was said of the turns and pauses of some steps; returns how many. */
export function takeOrderFeedback({ feedback }: Cortex, isNormal: boolean, first: number, last: number): number {
  const length = feedback.lastStates.length;
  let taken = 0;
  for (let i = 0; i < RECENT; i++) {
    const step = feedback.recentStep[i]!;
    if (step < first || step > last || (!isNormal && feedback.recentRare[i] === 0)) continue;
    const states = feedback.recentStates.subarray(i * length, (i + 1) * length);
    const kind = feedback.recentKind[i]!;
    let entry = findStates(feedback, kind, states);
    if (entry < 0) {
      entry = feedback.orderNext[0]!;
      feedback.orderNext[0] = (entry + 1) % ENTRIES;
      feedback.orderStates.set(states, entry * length);
      feedback.orderAmount[entry] = 0;
    }
    feedback.orderVerdict[entry] = isNormal ? NORMAL : MATTERS;
    feedback.orderKind[entry] = kind;
    feedback.orderAmount[entry] = Math.max(feedback.orderAmount[entry]!, feedback.recentAmount[i]!);
    taken++;
  }
  return taken;
}

/** The state has changed; returns whether this turn of three hardly ever came before. */
function shiftStates({ feedback, global, zones: places }: Cortex): boolean {
  const { lastStates, lastNumbers } = feedback;
  const zones = lastStates.length / 3;
  lastStates.copyWithin(0, zones);
  lastStates.set(places.global.occupied, 2 * zones);
  lastNumbers.copyWithin(0, 1);
  lastNumbers[2] = global.views.current[0]!;
  const key = intervalKey(lastNumbers[2], lastNumbers[0]!, lastNumbers[1]!);
  return visitsOf(global.transitions, key) <= RARE_VISITS;
}

function note(feedback: OrderFeedback, kind: number, step: number, rare: number, amount: number): void {
  const length = feedback.lastStates.length;
  const newest = (feedback.recentNext[0]! + RECENT - 1) % RECENT;
  // A pause goes on: the newest entry grows with it.
  const goesOn = kind === ABSENCE && feedback.recentKind[newest] === ABSENCE && amount > feedback.recentAmount[newest]!;
  const at = goesOn && feedback.recentStep[newest]! > 0 ? newest : feedback.recentNext[0]!;
  if (at !== newest) feedback.recentNext[0] = (at + 1) % RECENT;
  feedback.recentStep[at] = step;
  feedback.recentKind[at] = kind;
  feedback.recentRare[at] = rare;
  feedback.recentAmount[at] = amount;
  feedback.recentStates.set(feedback.lastStates, at * length);
}

/** Whether a pause that someone said matters has come again, however usual it may be by now. */
function missingMatters({ feedback, global }: Cortex, timeMs: number): boolean {
  if (global.views.current[0] !== IDLE) return false;
  const known = find(feedback, ABSENCE);
  if (known < 0 || feedback.orderVerdict[known] !== MATTERS) return false;
  return timeMs - global.views.enteredMs[0]! >= ALARM_FROM * feedback.orderAmount[known]!;
}

function find(feedback: OrderFeedback, kind: number): number {
  return findStates(feedback, kind, feedback.lastStates);
}

function findStates(feedback: OrderFeedback, kind: number, states: Uint8Array): number {
  const zones = states.length / 3;
  // Of a pause only what was before it counts: the state in the middle.
  const from = kind === ABSENCE ? 1 : 0;
  const to = kind === ABSENCE ? 2 : 3;
  for (let entry = 0; entry < ENTRIES; entry++) {
    if (feedback.orderVerdict[entry] === 0 || feedback.orderKind[entry] !== kind) continue;
    let same = true;
    for (let state = from; state < to && same; state++)
      same = isSimilar(
        states,
        state * zones,
        feedback.orderStates,
        (entry * 3 + state) * zones,
        zones,
        feedback.orderVerdict[entry] === MATTERS ? SHARED_OF_MATTERS : SHARED,
      );
    if (same) return entry;
  }
  return -1;
}

/** Whether two states share at least `share` of the zones that either has; two idle ones do. */
function isSimilar(a: Uint8Array, atA: number, b: Uint8Array, atB: number, zones: number, share: number): boolean {
  let shared = 0;
  let either = 0;
  for (let zone = 0; zone < zones; zone++) {
    shared += a[atA + zone]! & b[atB + zone]!;
    either += a[atA + zone]! | b[atB + zone]!;
  }
  return shared >= share * either;
}
