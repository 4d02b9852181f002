import { test } from 'tap';
import { type Cortex, createCortex } from '../../src/cortex/cortex.ts';
import { takeFeedback } from '../../src/cortex/feedback/feedback.ts';
import { weighRoutines } from '../../src/cortex/feedback/routines.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { recurrenceFields, stepRecurrence } from '../../src/cortex/recurrence.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { viewsFor } from '../support/views.ts';

const newborn = (): Cortex => createCortex(planCortex(PRESETS['pi-zero2']), 1);

/** An episode of kind `odd` ended after one of kind `before`, surprisingly; returns the surprise that is left. */
function episodeOf(cortex: Cortex, before: number, odd: number, step: number): number {
  const { views } = cortex.episodes;
  const ended = (kind: number, surprise: number, at: number): number => {
    views.episodeSurprise[0] = surprise;
    views.oddKind[0] = kind;
    views.lastKind[0] = kind;
    const out = { surprise, ended: 1 };
    weighRoutines(cortex, out, at);
    return out.surprise;
  };
  ended(before, 0, step - 1);
  const left = ended(odd, 0.9, step);
  views.episodeSurprise[0] = 0;
  weighRoutines(cortex, { surprise: 0, ended: 0 }, step + 1);
  return left;
}

void test('an order of two episodes that was judged normal is no surprise any more, the other order still is', async (t) => {
  const cortex = newborn();
  t.ok(episodeOf(cortex, 3, 7, 100) > 0.8);
  t.ok(takeFeedback(cortex, 'normal', 'sequence', 95, 105) > 0);
  t.equal(episodeOf(cortex, 3, 7, 200), 0);
  t.ok(episodeOf(cortex, 7, 3, 300) > 0.8);
  t.ok(episodeOf(cortex, 4, 7, 400) > 0.8);
});

void test('feedback about another time changes nothing', async (t) => {
  const cortex = newborn();
  episodeOf(cortex, 3, 7, 100);
  t.equal(takeFeedback(cortex, 'normal', 'sequence', 500, 510), 0);
  t.ok(episodeOf(cortex, 3, 7, 600) > 0.8);
});

void test('a place whose lateness was judged normal is not watched for it any more', async (t) => {
  const cortex = newborn();
  cortex.lifeMs[0] = 50_000;
  cortex.recurrence.oddMs[4] = 50_000;
  weighRoutines(cortex, { surprise: 0, ended: 0 }, 500);
  t.ok(takeFeedback(cortex, 'normal', 'sequence', 495, 505) > 0);
  t.same(
    [...cortex.recurrence.accepted.keys()].filter((zone) => cortex.recurrence.accepted[zone] === 1),
    [4],
  );
});

void test('an accepted place is neither early nor overdue', async (t) => {
  for (const accepted of [0, 1] as const) {
    const views = viewsFor(recurrenceFields(1));
    const out = { early: 0, overdue: 0, earlyZone: -1, overdueZone: -1, arrivals: 0 };
    let timeMs = 0;
    const show = (frames: number, here: 0 | 1): number => {
      let most = 0;
      for (let i = 0; i < frames; i++) {
        stepRecurrence(views, new Uint8Array([here]), (timeMs += 100), true, out);
        most = Math.max(most, out.overdue);
      }
      return most;
    };
    for (let bus = 0; bus < 20; bus++) {
      show(270, 0);
      show(30, 1);
    }
    views.accepted[0] = accepted;
    t.equal(show(400, 0) > 0, accepted === 0);
  }
});

void test('a speed that was judged normal is allowed at its place and beside it, not elsewhere', async (t) => {
  const cortex = newborn();
  const { flowSurprise, allowed } = cortex.flow.views;
  const { columns } = cortex.geometry.local;
  const zone = columns + 1;
  flowSurprise[zone] = 50;
  weighRoutines(cortex, { surprise: 0, ended: 0 }, 700);
  t.ok(takeFeedback(cortex, 'normal', 'sequence', 695, 705) > 0);
  t.ok(allowed[zone]! > 50);
  t.ok(allowed[zone + 1]! > 50);
  t.equal(allowed[zone + 2]!, 0);
});
