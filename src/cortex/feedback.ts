/**
 * feedback.ts - what someone has said: "that was normal" is not told again, "that matters" is told for ever.
 *
 * Everything unusual leaves a sign where it is noticed, at the moment its surprise rises. A sign has one of SLOTS meanings
 * at a zone:
 *
 *     0-7    came here, moving in direction 0-7 (see motion-memory.ts)    8   came here, standing
 *     9-16   moves in direction 0-7, which is rare here                   17  moves faster than usual      amount spreads
 *     18     stays longer than usual               amount ms              19  left, or came, too soon
 *     20     is larger than usual here             amount px              21  looks unlike what is usual here
 *
 * and order signs (feedback-orders.ts) stand for the turn of scene states. Feedback takes the signs of a stretch of steps.
 *
 * normal   the sign, and its neighbours in place and direction, give no evidence any more, up to a quarter beyond its amount
 * matters  the sign itself raises an alarm, however usual it may have become; while it is seen nothing is learned from it
 *
 * A dense table of one byte per zone and slot: nothing is ever evicted, and the newest word about a sign holds.
 */
import { refundAlarm } from './alarm-budget.ts';
import { directionOf } from '../anomaly/motion-memory.ts';
import { type Views, field } from '../memory/layout.ts';
import type { ZoneGrid } from '../vision/geometry.ts';
import type { Cortex } from './cortex.ts';
import { type OrderFeedback, orderFeedbackFields, takeOrderFeedback, weighOrder } from './feedback-orders.ts';
import {
  type RoutineFeedback,
  dropRoutineEvidence,
  routineFeedbackFields,
  speedsWithin,
  takeRoutineFeedback,
} from './feedback-routines.ts';
import { FAST, type Sign, SLOTS, kindredSlots, isUsualHere, signsAt } from './feedback-signs.ts';
import { type FormStep, readFormSurprise } from './form-stream.ts';
import type { GlobalStep } from './global-region.ts';
import { type LocalStep, sumLocalSurprise } from './local-regions.ts';
import { MIN_SPEED, largestMotionSurprise } from './motion-stream.ts';
import type { StreamValues } from './observation.ts';

export type Verdict = 'normal' | 'matters';
const NORMAL = 1;
const MATTERS = 2;

/** Signs this many steps before the start of an event belong to it: it starts when evidence has summed up. */
const BEFORE_START = 20;
const ALLOWED_BEYOND = 1.25;
const ALARM_FROM = 0.85;
/** So many more frames must show something that matters than do not: one frame of a wrong direction is noise. */
const MATTERS_FRAMES = 3;
/** After that nothing is learned for so long (ms). */
const HOLD_MS = 1500;

export const feedbackFields = (zones: number, globalZones: number) => ({
  verdict: field('u8', zones * SLOTS, 'learned'), // [zones, SLOTS] 0 | NORMAL | MATTERS
  // f32: measured amounts, in the slot's unit
  amount: field('f32', zones * SLOTS, 'learned'), // [zones, SLOTS] largest that was judged normal, smallest that matters
  raisedStep: field('u32', zones * SLOTS, 'state'), // [zones, SLOTS] step + 1 at which the surprise last rose; 0 = never
  raisedAmount: field('f32', zones * SLOTS, 'state'), // [zones, SLOTS]
  before: field('f32', zones * 5, 'state'), // [5 kinds, zones] surprise of the frame before
  seenFrames: field('u8', 1, 'state'), // frames that showed something that matters, less those that did not
  holdUntilMs: field('f64', 1, 'state'), // nothing is learned before
  ...orderFeedbackFields(globalZones),
  ...routineFeedbackFields(zones, globalZones),
});
export type FeedbackViews = Views<ReturnType<typeof feedbackFields>> & OrderFeedback & RoutineFeedback;

/** Instead of a zone: nothing that matters is seen; it is the order of states, or a pause. */
export const NOTHING = -1;
export const IN_ORDER = -2;
/** Evidence that something that matters gives, in units of the threshold. */
const MATTERS_RATIO = 1.5;

/** What stepFeedback says of a frame. `matters`: zone of something that matters, or NOTHING, or IN_ORDER. */
export type FeedbackStep = { motion: number; matters: number };

/** The streams with what matters added: it raises an alarm by itself. */
export function withMatters(streams: StreamValues, matters: number): StreamValues {
  return matters === NOTHING ? streams : { ...streams, sequence: Math.max(streams.sequence, MATTERS_RATIO) };
}

/** Whether learning must wait, because something that matters is there. */
export function holdsLearning({ feedback, lifeMs }: Cortex): boolean {
  return lifeMs[0]! < feedback.holdUntilMs[0]!;
}

/**
 * After all streams have spoken: note new signs, take back the evidence of those judged normal (in the streams' own views
 * and in the step results, which are read from them anew), look for what matters.
 */
export function stepFeedback(
  cortex: Cortex,
  local: LocalStep,
  global: GlobalStep,
  form: FormStep,
  motion: number,
  out: FeedbackStep,
): void {
  const { feedback, retina, lifeMs, clock } = cortex;
  const zones = retina.local.occupied.length;
  const surprises = [
    cortex.local.views.sequence,
    cortex.motion.views.motionSurprise,
    cortex.local.views.timing,
    cortex.form.views.sizeSurprise,
    cortex.form.views.formSurprise,
  ];
  const step = clock.step[0]! + 1;
  let isTaken = false;
  for (let kind = 0; kind < surprises.length; kind++) {
    const surprise = surprises[kind]!;
    for (let zone = 0; zone < zones; zone++) {
      const at = kind * zones + zone;
      if (surprise[zone]! > feedback.before[at]! && note(cortex, kind, zone, step, form)) {
        surprise[zone] = 0;
        isTaken = true;
      }
      feedback.before[at] = surprise[zone]!;
    }
  }
  out.motion = motion;
  if (isTaken) {
    sumLocalSurprise(cortex.local.views, local);
    readFormSurprise(cortex.form.views, form);
    out.motion = largestMotionSurprise(cortex.motion.views);
  }
  const orderMatters = weighOrder(cortex, global, step);
  const zone = zoneThatMatters(cortex, form);
  const frames =
    zone < 0 ? Math.max(0, feedback.seenFrames[0]! - 1) : Math.min(MATTERS_FRAMES, feedback.seenFrames[0]! + 1);
  feedback.seenFrames[0] = frames;
  out.matters = orderMatters ? IN_ORDER : zone >= 0 && frames >= MATTERS_FRAMES ? zone : NOTHING;
  if (zone >= 0 || orderMatters) feedback.holdUntilMs[0] = lifeMs[0]! + HOLD_MS;
}

/** A surprise has risen: remember its signs. Returns whether all of it has been judged normal. */
function note(cortex: Cortex, kind: number, zone: number, step: number, form: FormStep): boolean {
  const { feedback } = cortex;
  let allNormal = true;
  for (const { slot, amount } of signsAt(cortex, kind, zone, form)) {
    const at = zone * SLOTS + slot;
    feedback.raisedStep[at] = step;
    feedback.raisedAmount[at] = amount;
    const isNormal = feedback.verdict[at] === NORMAL && amount <= feedback.amount[at]! * ALLOWED_BEYOND;
    allNormal = allNormal && isNormal;
  }
  return allNormal;
}

/** The first zone that shows, in this frame, something said to matter; -1 when none does. */
function zoneThatMatters(cortex: Cortex, form: FormStep): number {
  const { feedback, retina, motion, flow, local, lifeMs } = cortex;
  const { verdict, amount } = feedback;
  const matters = (zone: number, slot: number, value: number): boolean => {
    const at = zone * SLOTS + slot;
    return verdict[at] === MATTERS && value >= ALARM_FROM * amount[at]!;
  };
  for (let zone = 0; zone < retina.local.occupied.length; zone++) {
    if (retina.local.occupied[zone] === 0) continue;
    const [x, y] = [motion.views.velocityX[zone]!, motion.views.velocityY[zone]!];
    const speed = Math.sqrt(x * x + y * y);
    if (speed < MIN_SPEED) {
      if (matters(zone, 8, 0)) return zone;
    } else {
      const direction = directionOf(x, y);
      if (matters(zone, direction, 0) || matters(zone, 9 + direction, 0)) return zone;
    }
    if (matters(zone, FAST, flow.views.flowSurprise[zone]!)) return zone;
    const { state, enteredMs } = local.views;
    if (state[zone] !== 0 && matters(zone, 18, lifeMs[0]! - enteredMs[zone]!)) return zone;
    if (cortex.form.views.formSurprise[zone]! > 0 && matters(zone, 21, 0)) return zone;
  }
  for (const { area, center, touchesBorder } of form.components) {
    const zone = cortex.geometry.local.zoneOfSubcell[center]!;
    if (!touchesBorder && matters(zone, 20, area)) return zone;
  }
  return -1;
}

/**
 * Take in what was said of everything unusual from step `fromStep` to `toStep` (of the model's life). Its evidence that is
 * still fading is dropped when it was normal. Returns how many signs were taken; 0 = nothing is known of that time.
 */
export function takeFeedback(cortex: Cortex, said: Verdict, fromStep: number, toStep: number): number {
  const { feedback } = cortex;
  const { local: grid } = cortex.geometry;
  const first = Math.max(1, fromStep - BEFORE_START + 1);
  let taken = 0;
  for (let zone = 0; zone < grid.columns * grid.rows; zone++) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = zone * SLOTS + slot;
      const raised = feedback.raisedStep[at]!;
      if (raised < first || raised > toStep + 1) continue;
      const sign = { slot, amount: feedback.raisedAmount[at]! };
      if (said === 'normal') {
        spreadNormal(feedback, grid, zone, sign);
        taken++;
      } else if (!isUsualHere(cortex, zone, sign)) {
        feedback.verdict[at] = MATTERS;
        feedback.amount[at] = sign.amount;
        taken++;
      }
    }
  }
  if (said === 'matters') {
    for (const { zone, amount } of speedsWithin(feedback, first, toStep + 1)) {
      feedback.verdict[zone * SLOTS + FAST] = MATTERS;
      feedback.amount[zone * SLOTS + FAST] = amount;
      taken++;
    }
  }
  // Whatever is odd in itself also comes in an odd order; its place and kind are what can be recognized.
  if (said === 'normal' || taken === 0) taken += takeOrderFeedback(cortex, said === 'normal', first, toStep + 1);
  if (said === 'normal') {
    taken += takeRoutineFeedback(cortex, first, toStep + 1);
    dropEvidence(cortex);
    dropRoutineEvidence(cortex);
  }
  if (said === 'matters' && taken > 0) refundAlarm(cortex.evidence.budget);
  return taken;
}

/** The same thing comes again a little beside and a little askew. */
function spreadNormal({ verdict, amount }: FeedbackViews, grid: ZoneGrid, zone: number, sign: Sign): void {
  const column = zone % grid.columns;
  const row = (zone - column) / grid.columns;
  for (let y = Math.max(0, row - 1); y <= Math.min(grid.rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(grid.columns - 1, column + 1); x++) {
      for (const slot of kindredSlots(sign.slot)) {
        const at = (y * grid.columns + x) * SLOTS + slot;
        amount[at] = verdict[at] === NORMAL ? Math.max(amount[at]!, sign.amount) : sign.amount;
        verdict[at] = NORMAL;
      }
    }
  }
}

function dropEvidence({ local, motion, form, global, feedback }: Cortex): void {
  local.views.sequence.fill(0);
  local.views.timing.fill(0);
  motion.views.motionSurprise.fill(0);
  form.views.sizeSurprise.fill(0);
  form.views.formSurprise.fill(0);
  global.views.surprise.fill(0);
  feedback.before.fill(0);
}
