/**
 * routines.ts - "that was normal" about what has no sign at a place: the order of episodes, the clock of a place,
 * speeds in a crowd.
 *
 *     episodes   one kind after another is no surprise any more, whatever came before the two
 *     clock      a place is no longer watched for being early or overdue
 *     speed      speeds at a place and its neighbours are no surprise up to a quarter beyond what was seen
 */
import { type Views, field } from '../../memory/layout.ts';
import type { Cortex } from '../cortex.ts';
import { KINDS } from '../episode-kinds.ts';
import type { EpisodeStep } from '../episode-region.ts';
import { thresholdOf } from '../judge/calibration.ts';
import { kindOf } from '../judge/kinds.ts';

/** Surprising episodes remembered. */
const RECENT = 16;
const ALLOWED_BEYOND = 1.25;
/** Share of the threshold from which a speed is worth remembering. */
const NEAR_ALARM = 0.8;

export const routineFeedbackFields = (zones: number, globalZones: number) => ({
  normalTurn: field('u8', (KINDS * KINDS) / 8, 'learned'), // [KINDS, KINDS] bits: the second after the first is normal
  lastKinds: field('u8', 2, 'state'), // kinds of the last two episodes that ended, the later one last
  turnStep: field('u32', RECENT, 'state'), // [RECENT] step + 1 of a surprising episode; 0 = free
  turnPair: field('u16', RECENT, 'state'), // [RECENT] first * KINDS + second
  turnNext: field('u8', 1, 'state'),
  beforeEpisode: field('f32', 1, 'state'), // surprise of the frame before
  clockStep: field('u32', globalZones, 'state'), // [global zones] step + 1 at which it was last early or overdue
  flowStep: field('u32', zones, 'state'), // [zones] step + 1 at which it was last the fastest for its place
  flowAmount: field('f32', zones, 'state'), // [zones] by how much
});
export type RoutineFeedback = Views<ReturnType<typeof routineFeedbackFields>>;

/** Note what is unusual in this frame; take back an episode's surprise that was judged normal. */
export function weighRoutines(cortex: Cortex, episode: EpisodeStep, step: number): void {
  const { feedback, episodes, calibration, recurrence, flow, lifeMs } = cortex;
  if (episodes.views.episodeSurprise[0]! > feedback.beforeEpisode[0]!) {
    // An episode judged while it goes on follows the last that ended; one judged at its end is the last itself.
    const before = episode.ended > 0 ? feedback.lastKinds[1]! : episodes.views.lastKind[0]!;
    const pair = before * KINDS + episodes.views.oddKind[0]!;
    if (isNormal(feedback, pair)) {
      episodes.views.episodeSurprise[0] = 0;
      episode.surprise = 0;
    } else {
      const at = feedback.turnNext[0]!;
      feedback.turnStep[at] = step;
      feedback.turnPair[at] = pair;
      feedback.turnNext[0] = (at + 1) % RECENT;
    }
  }
  feedback.beforeEpisode[0] = episodes.views.episodeSurprise[0]!;
  if (episode.ended > 0) {
    feedback.lastKinds[0] = feedback.lastKinds[1]!;
    feedback.lastKinds[1] = episodes.views.lastKind[0]!;
  }
  for (let zone = 0; zone < recurrence.oddMs.length; zone++)
    if (recurrence.oddMs[zone] === lifeMs[0]) feedback.clockStep[zone] = step;
  const fastest = largestOf(flow.views.flowSurprise);
  if (flow.views.flowSurprise[fastest]! >= NEAR_ALARM * thresholdOf(calibration, kindOf('flow'))) {
    feedback.flowStep[fastest] = step;
    feedback.flowAmount[fastest] = flow.views.flowSurprise[fastest]!;
  }
}

/** Judge normal what was unusual from step `first` to `last` (as stored, one more than the step); returns how much. */
export function takeRoutineFeedback(cortex: Cortex, first: number, last: number): number {
  const { feedback, recurrence, flow, geometry } = cortex;
  const within = (step: number): boolean => step >= first && step <= last;
  let taken = 0;
  for (let i = 0; i < RECENT; i++) {
    if (!within(feedback.turnStep[i]!)) continue;
    const pair = feedback.turnPair[i]!;
    feedback.normalTurn[pair >> 3]! |= 1 << (pair & 7);
    taken++;
  }
  for (let zone = 0; zone < recurrence.accepted.length; zone++) {
    if (!within(feedback.clockStep[zone]!)) continue;
    recurrence.accepted[zone] = 1;
    taken++;
  }
  const { columns, rows } = geometry.local;
  for (let zone = 0; zone < feedback.flowStep.length; zone++) {
    if (!within(feedback.flowStep[zone]!)) continue;
    const [column, row] = [zone % columns, Math.floor(zone / columns)];
    for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
      for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
        const at = y * columns + x;
        flow.views.allowed[at] = Math.max(flow.views.allowed[at]!, ALLOWED_BEYOND * feedback.flowAmount[zone]!);
      }
    }
    taken++;
  }
  return taken;
}

/** What is still fading of it is dropped at once. */
export function dropRoutineEvidence({ episodes, flow, feedback }: Cortex): void {
  episodes.views.episodeSurprise.fill(0);
  flow.views.running.fill(0);
  flow.views.flowSurprise.fill(0);
  feedback.beforeEpisode.fill(0);
}

function isNormal({ normalTurn }: RoutineFeedback, pair: number): boolean {
  return ((normalTurn[pair >> 3]! >> (pair & 7)) & 1) === 1;
}

function largestOf(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
