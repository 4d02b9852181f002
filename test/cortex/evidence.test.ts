import { test } from 'tap';
import { alarmBudgetFields, spendBudget } from '../../src/cortex/alarm-budget.ts';
import {
  ACTIVE_KINDS,
  type ActiveKind,
  EVIDENCE,
  type Evidence,
  type EvidenceName,
  FLOORS,
  type RawEvidence,
  evidenceFields,
  judgeEvidence,
  learnEvidence,
  learningState,
  noRatios,
  scoreOf,
  streamsOf,
} from '../../src/cortex/evidence.ts';
import { type StreamThreshold, thresholdFields } from '../../src/anomaly/stream-threshold.ts';
import { viewsFor } from '../support/views.ts';

const NOTHING: RawEvidence = {
  sequence: 0,
  timing: 0,
  order: 0,
  motion: 0,
  flow: 0,
  size: 0,
  form: 0,
  absence: 0,
  episode: 0,
  early: 0,
  overdue: 0,
};

function open(sensitivity = 1, perDay: number | null = null): Evidence {
  const budget = { views: viewsFor(alarmBudgetFields()), perDay };
  const thresholds = Object.fromEntries(
    EVIDENCE.map((name) => [name, { views: viewsFor(thresholdFields()), floor: FLOORS[name] }]),
  ) as { [name in EvidenceName]: StreamThreshold };
  const restless = Object.fromEntries(
    ACTIVE_KINDS.map((name) => [name, { views: viewsFor(thresholdFields()), floor: FLOORS[name] }]),
  ) as { [name in ActiveKind]: StreamThreshold };
  return { views: viewsFor(evidenceFields()), thresholds, restless, sensitivity, budget };
}

function ratiosOf(evidence: Evidence, raw: Partial<RawEvidence>, restless = false) {
  const ratios = noRatios();
  judgeEvidence(evidence, { ...NOTHING, ...raw }, 1, restless, ratios);
  return ratios;
}

const COUNTS = { episodesEnded: 0, arrivals: 0 };

/** Live for some seconds with the same evidence in every frame. */
function live(
  evidence: Evidence,
  seconds: number,
  raw: Partial<RawEvidence>,
  facts: { busy?: boolean; restless?: boolean; learn?: boolean } = {},
): void {
  for (let i = 0; i < seconds * 10; i++) {
    const usual = { elapsedMs: 100, busy: true, restless: false, idleEnded: false, muted: false, learn: true };
    const frame = { ...usual, ...COUNTS, ...facts };
    learnEvidence(evidence, { ...NOTHING, ...raw }, ratiosOf(evidence, raw, frame.restless), frame);
  }
}

void test('a newborn model is learning until it has lived and seen enough', async (t) => {
  const evidence = open();
  t.same(learningState(evidence), { state: 'learning', progress: 0 });
  live(evidence, 150, {});
  const half = learningState(evidence);
  t.equal(half.state, 'learning');
  t.ok(half.progress > 0.45 && half.progress < 0.6, `${half.progress}`);
  live(evidence, 81, {});
  t.same(learningState(evidence), { state: 'ready', progress: 1 });
});

void test('quiet time teaches nothing about what evidence is usual', async (t) => {
  const evidence = open();
  live(evidence, 1000, {}, { busy: false });
  t.equal(learningState(evidence).state, 'learning');
});

void test('evidence as large as usual stays below the threshold, far larger exceeds it', async (t) => {
  const evidence = open();
  live(evidence, 300, { motion: 2 });
  t.ok(ratiosOf(evidence, { motion: 2 }).motion < 1);
  t.ok(ratiosOf(evidence, { motion: 4 }).motion > 1);
  t.equal(ratiosOf(evidence, { motion: 4 }).form, 0, 'kinds are not mixed');
});

void test('sensitivity multiplies every ratio', async (t) => {
  const plain = open();
  const keen = open(2);
  for (const name of ['order', 'motion', 'size', 'form', 'absence'] as const) {
    t.equal(ratiosOf(keen, { [name]: 1 })[name], 2 * ratiosOf(plain, { [name]: 1 })[name]);
  }
  t.equal(ratiosOf(keen, { sequence: 1, timing: 1 }).local, 2 * ratiosOf(plain, { sequence: 1, timing: 1 }).local);
});

void test('the score of the threshold is 0.5, whatever the kind', async (t) => {
  t.equal(scoreOf({ form: 0, motion: 1, sequence: 0.2, timing: 0 }), 0.5);
  t.equal(scoreOf({ form: 0, motion: 0, sequence: 0, timing: 3 }), 0.75);
  t.equal(scoreOf({ form: 0, motion: 0, sequence: 0, timing: 0 }), 0);
});

void test('local evidence shows in the stream of its larger part', async (t) => {
  const ratios = { ...noRatios(), local: 2, order: 0.5 };
  const bySequence = streamsOf(ratios, { ...NOTHING, sequence: 3, timing: 1 });
  t.same([bySequence.sequence, bySequence.timing], [2, 0.5]);
  const byTiming = streamsOf(ratios, { ...NOTHING, sequence: 1, timing: 3 });
  t.same([byTiming.sequence, byTiming.timing], [0.5, 2]);
});

void test('how long things wait does not hide that one comes where none came before', async (t) => {
  const evidence = open();
  live(evidence, 300, { sequence: 0.5, timing: 4 });
  const came = { ...NOTHING, sequence: 2 };
  const ratios = ratiosOf(evidence, came);
  t.ok(ratios.local < 1, 'both together are usually more');
  t.ok(ratios.place > 1, 'of its own kind it is far more than usual');
  t.equal(streamsOf(ratios, came).sequence, ratios.place);
  t.equal(streamsOf(ratios, came).timing, 0);
  t.ok(ratiosOf(evidence, { sequence: 0.5, timing: 4 }).place < 1);
});

void test('while newborn, the largest evidence so far is the measure', async (t) => {
  const evidence = open();
  live(evidence, 10, { size: 5 });
  t.ok(ratiosOf(evidence, { size: 5 }).size < 1);
  t.ok(ratiosOf(evidence, { size: 20 }).size > 1);
});

void test('what restless time brings does not raise what is asked for in calm time', async (t) => {
  const evidence = open();
  live(evidence, 300, { sequence: 4 });
  const calm = ratiosOf(evidence, { sequence: 10 }).local;
  live(evidence, 60, { sequence: 20 }, { restless: true });
  t.equal(ratiosOf(evidence, { sequence: 10 }).local, calm);
  t.ok(ratiosOf(evidence, { sequence: 20 }, true).local < 1, 'in restless time it is usual');
  t.ok(ratiosOf(evidence, { sequence: 40 }, true).local > 1);
});

void test('before restless time is known, it is judged like calm time', async (t) => {
  const evidence = open();
  live(evidence, 300, { motion: 2 });
  t.equal(ratiosOf(evidence, { motion: 4 }, true).motion, ratiosOf(evidence, { motion: 4 }).motion);
});

void test('with a budget of alarms the same evidence says less after each of them', async (t) => {
  const [without, withOne] = [open(), open(1, 1)];
  for (const evidence of [without, withOne]) spendBudget(evidence.budget, 2, 100);
  const raw = { sequence: 1 };
  const [plain, raised] = [ratiosOf(without, raw).local, ratiosOf(withOne, raw).local];
  t.ok(plain > 0);
  t.ok(Math.abs(raised * 1.2 * 1.2 - plain) < 1e-6, `${raised} of ${plain}`);
});

void test('what a budget hushes is not learned as usual', async (t) => {
  const [plain, hushed] = [open(), open(1, 1)];
  for (const evidence of [plain, hushed]) live(evidence, 300, { motion: 1 });
  spendBudget(hushed.budget, 100, 100);
  const raw = { motion: 2 };
  t.ok(ratiosOf(plain, raw).motion > 1, 'it alarms without');
  t.ok(ratiosOf(hushed, raw).motion < 1, 'and not with the budget');
  for (const evidence of [plain, hushed]) live(evidence, 30, raw);
  const [after, afterHushed] = [ratiosOf(plain, raw).motion, ratiosOf(hushed, raw).motion];
  t.ok(Math.abs(afterHushed * 8 - after) < 1e-3, `${afterHushed} of ${after}: the thresholds are the same`);
});
