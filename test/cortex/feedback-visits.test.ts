import { test } from 'tap';
import { type Cortex, createCortex } from '../../src/cortex/cortex.ts';
import { takeFeedback } from '../../src/cortex/feedback/feedback.ts';
import { noteSpeeds } from '../../src/cortex/feedback/speeds.ts';
import { noteVisits } from '../../src/cortex/feedback/visits.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import type { VisitStep } from '../../src/cortex/visit-region.ts';

function newborn(): Cortex {
  const cortex = createCortex(planCortex(PRESETS['pi-zero2']), 1);
  cortex.lifeMs[0] = 40_000;
  return cortex;
}
const said = (more: Partial<VisitStep>): VisitStep => ({
  visits: 1,
  round: 0,
  fresh: 0,
  oddKind: 0,
  oddMissing: 0,
  mattering: false,
  rhythm: { early: 0, overdue: 0, earlyKind: -1, overdueKind: -1, arrivals: 0 },
  pause: { bits: 0, kind: 0, pauseMs: 0, usualMs: 0, mattering: false },
  ...more,
});

void test('what was missing before a visit is accepted, or matters, of that visit and at that time only', async (t) => {
  for (const [verdict, sets] of [
    ['normal', 'accepted'],
    ['matters', 'matters'],
  ] as const) {
    const cortex = newborn();
    noteVisits(cortex, said({ oddKind: 7, oddMissing: 0b1010 }), 100);
    t.equal(takeFeedback(cortex, verdict, 'sequence', 500, 510), 0);
    t.equal(takeFeedback(cortex, verdict, 'sequence', 95, 105), 1);
    t.equal(cortex.visits.company[sets][7], 0b1010);
    t.equal(cortex.visits.company[sets].filter((set) => set !== 0).length, 1);
  }
});

void test('a kind whose lateness was judged normal is not watched for it any more', async (t) => {
  const cortex = newborn();
  cortex.lifeMs[0] = 50_000;
  cortex.visits.rhythm.oddMs[4] = 50_000;
  noteVisits(cortex, said({}), 500);
  t.ok(takeFeedback(cortex, 'normal', 'absence', 495, 505) > 0);
  const { accepted } = cortex.visits.rhythm;
  t.same(
    [...accepted.keys()].filter((kind) => accepted[kind] === 1),
    [4],
  );
});

void test('a pause that was judged normal is allowed up to a little longer, one that matters is told', async (t) => {
  const pause = { bits: 20, kind: 3, pauseMs: 60_000, usualMs: 5000, mattering: false };
  const cortex = newborn();
  noteVisits(cortex, said({ pause }), 700);
  t.equal(takeFeedback(cortex, 'normal', 'absence', 695, 705), 1);
  t.ok(cortex.visits.pauses.allowedMs[3]! > 60_000);
  t.equal(takeFeedback(cortex, 'matters', 'absence', 695, 705), 1);
  t.ok(cortex.visits.pauses.mattersMs[3]! > 0 && cortex.visits.pauses.mattersMs[3]! < 60_000);
});

void test('a speed that was judged normal is allowed at its place and beside it, not elsewhere', async (t) => {
  const cortex = newborn();
  const { flowSurprise, allowed } = cortex.flow.views;
  const { columns } = cortex.geometry.local;
  const zone = columns + 1;
  flowSurprise[zone] = 50;
  noteSpeeds(cortex, 700);
  t.ok(takeFeedback(cortex, 'normal', 'sequence', 695, 705) > 0);
  t.ok(allowed[zone]! > 50);
  t.ok(allowed[zone + 1]! > 50);
  t.equal(allowed[zone + 2]!, 0);
});
