import { createHash } from 'node:crypto';
import { test } from 'tap';
import { type Cortex, createCortex, restoreCortex } from '../../src/cortex/cortex.ts';
import { holdsLearning, takeFeedback } from '../../src/cortex/feedback/feedback.ts';
import { lookAnew } from '../../src/cortex/interrupt.ts';
import { READY_MS } from '../../src/cortex/judge/calibration.ts';
import { learnLabel } from '../../src/cortex/labels.ts';
import type { EventChange, Observation } from '../../src/cortex/observation.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { type CortexSettings, PRESETS } from '../../src/cortex/settings.ts';
import { endEvents, stepCortex } from '../../src/cortex/step.ts';
import { persistentImage } from '../../src/memory/model-memory.ts';
import { nextRandom } from '../../src/memory/random.ts';

const settings: CortexSettings = { ...PRESETS['pi-zero2'], width: 96, height: 72, fps: 10, alarmsPerDay: 100 };
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
          luma[y * width + x] = (x - left + y - top) % 7 < 3 ? 240 : 225;
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
  for (let i = 0; i < 50; i++) keep(stepCortex(cortex, film.frame(null), true));
  return seen;
}

const starts = (seen: readonly Observation[]): EventChange[] =>
  seen.flatMap(({ events }) => events).filter(({ type, severity }) => type === 'start' && severity === 'alert');
const things = (seen: readonly Observation[]): EventChange[] =>
  starts(seen).filter(({ key }) => key.startsWith('thing:'));

/** A model that knows a road used from left to right. */
function grow(): Uint8Array {
  const cortex = createCortex(planCortex(settings), 1);
  const film = new Film();
  for (let i = 0; i < 60; i++) stepCortex(cortex, film.frame(null), true);
  for (let i = 0; i < 40; i++) pass(cortex, film, 34, 3);
  cortex.calibration.views.watchedMs[0] = READY_MS;
  return persistentImage(cortex.memory).slice();
}
const grown = grow();

function learned(): { cortex: Cortex; film: Film } {
  const cortex = createCortex(planCortex(settings), 1);
  persistentImage(cortex.memory).set(grown);
  restoreCortex(cortex);
  return { cortex, film: new Film() };
}

const hashOf = (cortex: Cortex): string => createHash('sha256').update(persistentImage(cortex.memory)).digest('hex');
const said = (cortex: Cortex, verdict: 'normal' | 'matters', { key, startedStep }: EventChange): number =>
  takeFeedback(cortex, verdict, key, startedStep, cortex.clock.step[0]!);

test('the wrong way is one event of one thing, told with what is usual; the right way is none', async (t) => {
  const { cortex, film } = learned();
  t.same(starts(pass(cortex, film, 34, 3)), []);
  const told = things(pass(cortex, film, 34, -3));
  t.equal(told.length, 1);
  t.match(told[0]!.explanation, /^(goes to the left where things go to the right|appears where nothing appears)$/);
  t.ok(told[0]!.score >= 0.5);
});

test('what was said to be normal is told no more, what was not said still is; the bytes are restorable', async (t) => {
  const { cortex, film } = learned();
  const [told] = things(pass(cortex, film, 34, -3));
  t.ok(said(cortex, 'normal', told!) > 0);
  const image = persistentImage(cortex.memory).slice();

  let again = 0;
  for (let i = 0; i < 5; i++) {
    again += things(pass(cortex, film, 34, -3)).length;
    pass(cortex, film, 34, 3);
  }
  t.ok(again <= 1, `told ${again} times in 5 passes`);
  t.ok(things(pass(cortex, film, 4, 3)).length > 0, 'another place is told');

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

test('what is normal while it is still there ends to be unusual at once', async (t) => {
  const { cortex, film } = learned();
  let told: EventChange | undefined;
  let x = width;
  for (; x > 20 && told === undefined; x -= 3) [told] = things([stepCortex(cortex, film.frame([x, 34, 14, 10]), true)]);
  t.ok(said(cortex, 'normal', told!) > 0);
  t.ok(endEvents(cortex, 'it was normal').some(({ key }) => key === told!.key));
  const rest: Observation[] = [];
  for (; x > -14; x -= 3) rest.push(stepCortex(cortex, film.frame([x, 34, 14, 10]), true));
  t.same(things(rest), []);
});

test('what matters is told however often it comes, and nothing is learned from it', async (t) => {
  const { cortex, film } = learned();
  const [first] = things(pass(cortex, film, 34, -3));
  t.ok(said(cortex, 'matters', first!) > 0);
  let times = 0;
  const { ways } = cortex.judge.usual.directions;
  const before = ways.slice();
  for (let i = 0; i < 12; i++) {
    const seen = things(pass(cortex, film, 34, -3));
    if (seen.some(({ explanation }) => /said to matter/.test(explanation))) times++;
    t.equal(
      starts(pass(cortex, film, 34, 3)).filter(({ explanation }) => /matter/.test(explanation)).length,
      0,
      'the right way does not',
    );
  }
  t.equal(times, 12);
  const learnedSince = (way: number): number =>
    ways.reduce((sum, count, i) => sum + (i % 16 === way ? count - before[i]! : 0), 0);
  t.ok(learnedSince(8) * 10 < learnedSince(0), `${learnedSince(8)} leftwards against ${learnedSince(0)} rightwards`);
  t.notOk(holdsLearning(cortex), 'afterwards learning goes on');
});

test('the newest word about a sign holds', async (t) => {
  const { cortex, film } = learned();
  const [first] = things(pass(cortex, film, 34, -3));
  said(cortex, 'matters', first!);
  const [again] = things(pass(cortex, film, 34, -3));
  t.ok(said(cortex, 'normal', again!) > 0);
  pass(cortex, film, 34, 3);
  t.same(things(pass(cortex, film, 34, -3)), []);
});

test('feedback about a time in which nothing was unusual takes nothing in', async (t) => {
  const { cortex } = learned();
  const before = hashOf(cortex);
  t.equal(takeFeedback(cortex, 'matters', 'sequence', 5, 6), 0);
  t.equal(takeFeedback(cortex, 'normal', 'thing:99999', 5, 6), 0);
  t.equal(hashOf(cortex), before);
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

test('a change of masks is no event: the picture is looked at anew', async (t) => {
  const { cortex, film } = learned();
  for (let i = 0; i < 30; i++) stepCortex(cortex, film.frame(null), true);
  const masked = (): Parameters<typeof stepCortex>[1] => {
    const frame = film.frame(null);
    for (let y = 0; y < height; y++) frame.luma.fill(128, y * width, y * width + width / 2);
    return frame;
  };
  const { leftMs } = cortex.sight.gate.looks;
  leftMs.fill(1);
  lookAnew(cortex);
  t.ok(
    leftMs.every((left) => left === 0),
    'looks under the old mask are forgotten',
  );
  const seen = Array.from(
    { length: 100 },
    // That nothing comes any more is told, and rightly.
    () => stepCortex(cortex, masked(), true).events.filter(({ key }) => key !== 'absence').length,
  );
  t.equal(
    seen.reduce((sum, count) => sum + count, 0),
    0,
  );
});

test('a hundred flickering places are no storm of events', async (t) => {
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
  t.equal(new Set(begun.map(({ key }) => key)).size, begun.length, 'one of each key at most');
  t.ok(begun.length <= 7, `${begun.length} events`);
  const ends = endEvents(cortex, 'enough');
  t.ok(ends.every(({ type, explanation }) => type === 'end' && explanation === 'enough'));
  t.equal(endEvents(cortex, 'enough').length, 0);
});
