import { createHash } from 'node:crypto';
import { test } from 'tap';
import { budgetFactor } from '../../src/cortex/alarm-budget.ts';
import { type Cortex, createCortex, restoreCortex } from '../../src/cortex/cortex.ts';
import { NOTHING, holdsLearning, stepFeedback, takeFeedback } from '../../src/cortex/feedback.ts';
import { SLOTS, kindredSlots } from '../../src/cortex/feedback-signs.ts';
import { endEvents, lookAnew } from '../../src/cortex/interrupt.ts';
import { learnLabel } from '../../src/cortex/labels.ts';
import type { EventChange, Observation } from '../../src/cortex/observation.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { type CortexSettings, PRESETS } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { nextRandom } from '../../src/memory/random.ts';

const settings: CortexSettings = { ...PRESETS['pi-zero2'], width: 96, height: 72, fps: 10 };
const { width, height } = settings;

/** One box on a textured ground with a little noise. */
class Film {
  readonly #random = new Uint32Array([5]);
  readonly #ground = Array.from({ length: width * height }, () => 90 + (nextRandom(this.#random) % 40));
  sequence = 0;

  frame(box: readonly [x: number, y: number, w: number, h: number] | null): Parameters<typeof stepCortex>[1] {
    const luma = new Uint8Array(width * height);
    for (let i = 0; i < luma.length; i++) luma[i] = this.#ground[i]! + (nextRandom(this.#random) % 5);
    if (box !== null) {
      const [left, top, w, h] = box;
      for (let y = Math.max(0, top); y < Math.min(height, top + h); y++)
        for (let x = Math.max(0, left); x < Math.min(width, left + w); x++)
          luma[y * width + x] = (x - left + y - top) % 7 < 3 ? 230 : 20;
    }
    return { sequence: this.sequence, timeMs: this.sequence++ * 100, width, height, luma };
  }
}

/** Something goes along a line of the picture, left to right or the other way, then nothing for a while. */
function pass(cortex: Cortex, film: Film, y: number, step: number): Observation[] {
  const seen: Observation[] = [];
  const keep = (observation: Observation): void => void seen.push({ ...observation });
  for (let x = step > 0 ? -14 : width; step > 0 ? x < width : x > -14; x += step)
    keep(stepCortex(cortex, film.frame([x, y, 14, 10]), true));
  for (let i = 0; i < 40; i++) keep(stepCortex(cortex, film.frame(null), true));
  return seen;
}

const starts = (seen: readonly Observation[]): EventChange[] =>
  seen.flatMap(({ events }) => events).filter(({ type, severity }) => type === 'start' && severity === 'alert');

/** A model that knows a road used from left to right. */
function grow(): Uint8Array {
  const cortex = createCortex(planCortex(settings), 1);
  const film = new Film();
  for (let i = 0; i < 60; i++) stepCortex(cortex, film.frame(null), true);
  while (stepCortex(cortex, film.frame(null), true).learning.state !== 'ready') pass(cortex, film, 34, 3);
  for (let i = 0; i < 10; i++) pass(cortex, film, 34, 3);
  return persistentImage(cortex.memory).slice();
}
const grown = grow();

function learned(alarmsPerDay: number | null = null): { cortex: Cortex; film: Film } {
  const cortex = createCortex(planCortex({ ...settings, alarmsPerDay }), 1);
  persistentImage(cortex.memory).set(grown);
  restoreCortex(cortex);
  return { cortex, film: new Film() };
}

const hashOf = (cortex: Cortex): string => createHash('sha256').update(persistentImage(cortex.memory)).digest('hex');

test('what was said to be normal is told no more, what was not said still is; the bytes are restorable', async (t) => {
  const { cortex, film } = learned();
  const wrongWay = pass(cortex, film, 34, -3);
  const told = starts(wrongWay);
  t.ok(told.length > 0, 'the wrong way is told');
  const from = Math.min(...told.map(({ startedStep }) => startedStep));
  t.ok(takeFeedback(cortex, 'normal', from, cortex.clock.step[0]!) > 0);
  const image = persistentImage(cortex.memory).slice();

  let again = 0;
  for (let i = 0; i < 5; i++) {
    again += starts(pass(cortex, film, 34, -3)).length;
    pass(cortex, film, 34, 3);
  }
  t.ok(again <= 1, `told ${again} times in 5 passes`);
  t.ok(starts(pass(cortex, film, 4, 3)).length > 0, 'another place is told');

  // The same from saved bytes: the same frames give the same bytes.
  const [one, two] = [1, 2].map(() => {
    const copy = createCortex(planCortex(settings), 9);
    persistentImage(copy.memory).set(image);
    restoreCortex(copy);
    const replay = new Film();
    for (let i = 0; i < 3; i++) pass(copy, replay, 34, -3);
    return hashOf(copy);
  });
  t.equal(one, two);
});

test('what matters is told however often it comes, and nothing is learned from it', async (t) => {
  const { cortex, film } = learned();
  const told = starts(pass(cortex, film, 34, -3));
  const from = Math.min(...told.map(({ startedStep }) => startedStep));
  t.ok(takeFeedback(cortex, 'matters', from, cortex.clock.step[0]!) > 0);
  let times = 0;
  const before = cortex.motion.memory.directionCount.slice();
  for (let i = 0; i < 12; i++) {
    const seen = starts(pass(cortex, film, 34, -3));
    if (seen.length > 0) times++;
    if (i === 0)
      t.match(
        seen.find(({ explanation }) => /said to matter/.test(explanation)),
        { severity: 'alert', cause: 'sequence' },
      );
    t.equal(
      starts(pass(cortex, film, 34, 3)).filter(({ explanation }) => /matter/.test(explanation)).length,
      0,
      'the right way does not',
    );
  }
  t.equal(times, 12);
  const learnedSince = [...cortex.motion.memory.directionCount].map((count, i) => count - before[i]!);
  const leftwards = learnedSince.filter((_, i) => i % 8 === 4).reduce((sum, count) => sum + count, 0);
  const rightwards = learnedSince.filter((_, i) => i % 8 === 0).reduce((sum, count) => sum + count, 0);
  t.ok(
    leftwards * 10 < rightwards,
    `${leftwards} leftwards against ${rightwards} rightwards learned in as many passes`,
  );
  t.notOk(holdsLearning(cortex), 'afterwards learning goes on');
});

test('alarms are paid for out of their budget, but not those that matter', async (t) => {
  const { cortex, film } = learned(1);
  const factor = (): number => budgetFactor(cortex.evidence.budget);
  const told = starts(pass(cortex, film, 34, -3));
  const paid = factor();
  t.ok(Math.abs(paid - 1.2 ** told.length) < 0.01, `${paid} for ${told.length} alarms`);
  t.equal(takeFeedback(cortex, 'matters', 1, 2), 0);
  t.equal(factor(), paid, 'nothing was said of it');
  const from = Math.min(...told.map(({ startedStep }) => startedStep));
  t.ok(takeFeedback(cortex, 'matters', from, cortex.clock.step[0]!) > 0);
  const refunded = factor();
  t.ok(Math.abs(refunded * 1.2 - paid) < 0.01 || refunded === 1, `${refunded}`);
  for (let i = 0; i < 4; i++) t.ok(starts(pass(cortex, film, 34, -3)).length > 0, 'it is told whatever the factor');
  t.ok(factor() <= refunded, `${factor()} after four more`);
});

test('feedback about a time in which nothing was unusual takes nothing in', async (t) => {
  const { cortex } = learned();
  const before = hashOf(cortex);
  t.equal(takeFeedback(cortex, 'matters', 5, 6), 0);
  t.equal(hashOf(cortex), before);
});

test('a direction is kindred with its neighbours, moving or coming; a size only with itself', async (t) => {
  t.strictSame(kindredSlots(0), [0, 9, 1, 10, 7, 16]);
  t.strictSame(kindredSlots(16), [7, 16, 0, 9, 6, 15]);
  for (const slot of [8, 17, 18, 19, 20, 21]) t.strictSame(kindredSlots(slot), [slot]);
  t.equal(SLOTS, 22);
});

test('a name is told back for what it was given to, and not for something else', async (t) => {
  const { cortex, film } = learned();
  const label = (seen: readonly Observation[]): Observation['label'] =>
    seen
      .map((one) => one.label)
      .reduce((best, one) => ((one?.probability ?? 0) > (best?.probability ?? 0) ? one : best), null);
  t.equal(learnLabel(createCortex(planCortex(settings), 1).labels, 'x'), 'nothing_seen');
  for (let i = 0; i < 4; i++) pass(cortex, film, 34, 3);
  pass(cortex, film, 4, -2);
  t.equal(learnLabel(cortex.labels, 'cyclist'), 'learned');
  for (let i = 0; i < 2; i++) pass(cortex, film, 34, 3);
  t.match(label(pass(cortex, film, 4, -2)), { name: 'cyclist' });
  const other = label(pass(cortex, film, 34, 3));
  t.ok(other === null || other.probability < 0.5, JSON.stringify(other));
  for (let i = 0; i < 14; i++) t.equal(learnLabel(cortex.labels, `name ${i}`), 'learned');
  t.equal(learnLabel(cortex.labels, 'one too many'), 'no_room');
  t.equal(learnLabel(cortex.labels, 'cyclist'), 'learned', 'a known name needs no room');
});

test('a way of moving that was judged normal takes nothing from what moves elsewhere', async (t) => {
  const { cortex } = learned();
  const { motionSurprise } = cortex.motion.views;
  const [here, elsewhere] = [3, 20];
  const say = (step: number): number => {
    motionSurprise.fill(0);
    cortex.feedback.before.fill(0);
    motionSurprise[here] = 0.8;
    motionSurprise[elsewhere] = 1;
    cortex.clock.step[0] = step;
    const out = { motion: 0, matters: NOTHING };
    const quiet = { sequence: 0, timing: 0, ticks: 0 };
    const still = { ticked: false, surprise: 0, wasIdle: false, expectedBefore: [] };
    stepFeedback(cortex, quiet, still, { size: 0, form: 0, components: [] }, 1, out);
    return out.motion;
  };
  t.equal(say(10_000), 1);
  // Only the one place is judged: the other's sign is of another time.
  const { raisedStep } = cortex.feedback;
  for (let slot = 0; slot < SLOTS; slot++) raisedStep[elsewhere * SLOTS + slot] = 0;
  t.ok(takeFeedback(cortex, 'normal', 9_990, 10_010) > 0);
  t.equal(say(11_000), 1);
  t.equal(motionSurprise[here], 0);
});

test('a change of masks is no event: the picture is looked at anew', async (t) => {
  const { cortex, film } = learned();
  for (let i = 0; i < 30; i++) stepCortex(cortex, film.frame(null), true);
  const masked = (): Parameters<typeof stepCortex>[1] => {
    const frame = film.frame(null);
    for (let y = 0; y < height; y++) frame.luma.fill(128, y * width, y * width + width / 2);
    return frame;
  };
  cortex.gate.looks.leftMs.fill(1);
  lookAnew(cortex);
  t.ok(
    cortex.gate.looks.leftMs.every((left) => left === 0),
    'looks under the old mask are forgotten',
  );
  const seen = Array.from({ length: 100 }, () => stepCortex(cortex, masked(), true).events.length);
  t.equal(
    seen.reduce((sum, count) => sum + count, 0),
    0,
  );
});

test('a hundred flickering places are one event of each kind at most, not a storm', async (t) => {
  const { cortex, film } = learned();
  const random = new Uint32Array([3]);
  const changes: EventChange[] = [];
  for (let frame = 0; frame < 100; frame++) {
    const picture = film.frame(null);
    for (let spot = 0; spot < 8; spot++) {
      const [x, y] = [nextRandom(random) % (width - 8), nextRandom(random) % (height - 8)];
      for (let dy = 0; dy < 8; dy++)
        for (let dx = 0; dx < 8; dx++) picture.luma[(y + dy) * width + x + dx] = (dx + dy) % 4 < 2 ? 250 : 5;
    }
    changes.push(...stepCortex(cortex, picture, true).events);
  }
  const begun = changes.filter(({ type }) => type === 'start');
  t.ok(new Set(begun.map(({ cause }) => cause)).size === begun.length, 'one of each kind at most');
  t.ok(changes.length <= begun.length + 10 * begun.length, 'updates at most once a second each');
  const ends = endEvents(cortex, 'enough');
  t.ok(ends.every(({ type, explanation }) => type === 'end' && explanation === 'enough'));
  t.equal(endEvents(cortex, 'enough').length, 0);
});
