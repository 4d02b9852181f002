/**
 * visits.ts - what was said of the order of visits, of the clock and of pauses.
 *
 *     order    normal: that kind may come without those companions; matters: that is always told
 *     clock    normal: visits of that kind are no longer watched for being early or overdue
 *     pause    normal: allowed up to a quarter longer than it was; matters: told from a little shorter on
 */
import { type Views, below, field } from '../../memory/layout.ts';
import { VISIT_KINDS } from '../../visits/kinds.ts';
import type { Cortex } from '../cortex.ts';
import type { VisitStep } from '../visit-region.ts';

/** Visits out of order that are remembered. */
const RECENT = 16;
const ALLOWED_BEYOND = 1.25;
const ALARM_FROM = 0.85;

export const visitFeedbackFields = () => ({
  orderStep: field('u32', RECENT, 'state'), // [RECENT] step + 1 of a visit out of order; 0 = free
  orderKind: field('u8', RECENT, 'state', below(VISIT_KINDS)),
  orderMissing: field('u32', RECENT, 'state'), // set of companions that were missing
  orderNext: field('u8', 1, 'state', below(RECENT)),
  clockStep: field('u32', VISIT_KINDS, 'state'), // [kinds] step + 1 at which it was last early or overdue
  pauseStep: field('u32', VISIT_KINDS, 'state'), // [kinds] step + 1 at which the pause after it was last too long
  pauseMs: field('f32', VISIT_KINDS, 'state'), // [kinds] how long it was then
});
export type VisitFeedback = Views<ReturnType<typeof visitFeedbackFields>>;

/** Note what is unusual in this frame. */
export function noteVisits({ feedback, visits, lifeMs }: Cortex, said: VisitStep, step: number): void {
  if (said.oddMissing !== 0) {
    const at = feedback.orderNext[0]!;
    feedback.orderStep[at] = step;
    feedback.orderKind[at] = said.oddKind;
    feedback.orderMissing[at] = said.oddMissing;
    feedback.orderNext[0] = (at + 1) % RECENT;
  }
  for (let kind = 0; kind < VISIT_KINDS; kind++)
    if (visits.rhythm.oddMs[kind] === lifeMs[0]) feedback.clockStep[kind] = step;
  if (said.pause.bits > 0) {
    feedback.pauseStep[said.pause.kind] = step;
    feedback.pauseMs[said.pause.kind] = said.pause.pauseMs;
  }
}

/** Take in what was said of steps `first` to `last` (as stored, one more than the step); returns how much. */
export function takeVisitFeedback(cortex: Cortex, isNormal: boolean, first: number, last: number): number {
  const { feedback, visits } = cortex;
  const { company, rhythm, pauses } = visits;
  const within = (step: number): boolean => step >= first && step <= last;
  let taken = 0;
  const sets = isNormal ? company.accepted : company.matters;
  for (let i = 0; i < RECENT; i++) {
    if (!within(feedback.orderStep[i]!)) continue;
    const kind = feedback.orderKind[i]!;
    sets[kind] = (sets[kind]! | feedback.orderMissing[i]!) >>> 0;
    taken++;
  }
  for (let kind = 0; kind < VISIT_KINDS; kind++) {
    if (isNormal && within(feedback.clockStep[kind]!)) {
      rhythm.accepted[kind] = 1;
      taken++;
    }
    if (!within(feedback.pauseStep[kind]!)) continue;
    const lasted = feedback.pauseMs[kind]!;
    if (isNormal) pauses.allowedMs[kind] = Math.max(pauses.allowedMs[kind]!, ALLOWED_BEYOND * lasted);
    else pauses.mattersMs[kind] = ALARM_FROM * lasted;
    taken++;
  }
  return taken;
}
