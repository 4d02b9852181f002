import { test } from 'tap';
import { type Cortex, createCortex } from '../../src/cortex/cortex.ts';
import { READY_MS } from '../../src/cortex/judge/calibration.ts';
import type { EventChange, ModelPrediction, Observation } from '../../src/cortex/observation.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { resetContext, stepCortex } from '../../src/cortex/step.ts';
import { type Scene, type SceneOptions, type Truth, createScene, renderNext } from '../../src/scene/scene.ts';
import { type Level, floor, pictureOf, withBox } from '../support/eye.ts';

const settings = { ...PRESETS.pi4, alarmsPerDay: 100 };
const FROM = 4000;

type Seen = { readonly truth: Truth; readonly observation: Observation; readonly frame: number };

/** A model and the street it watches. */
class Watch {
  readonly scene: Scene;
  readonly cortex: Cortex;
  readonly luma = new Uint8Array(settings.width * settings.height);
  frame = 0;

  constructor(options: Partial<SceneOptions>) {
    const { width, height, fps } = settings;
    this.scene = createScene({ width, height, fps, seed: 3, anomaliesFrom: FROM, anomalySpacing: 300, ...options });
    this.cortex = createCortex(planCortex(settings), 1);
  }

  next(change: (luma: Uint8Array) => void = () => {}): Seen {
    const { width, height, fps } = settings;
    const truth = renderNext(this.scene, this.luma);
    change(this.luma);
    const frame = this.frame++;
    const shown = { sequence: frame, timeMs: (frame * 1000) / fps, width, height, luma: this.luma };
    return { truth, frame, observation: stepCortex(this.cortex, shown, true) };
  }

  run(frames: number): {
    alerts: EventChange[];
    notices: EventChange[];
    predictions: ModelPrediction[];
    seen: Truth[];
  } {
    const alerts: EventChange[] = [];
    const notices: EventChange[] = [];
    const predictions: ModelPrediction[] = [];
    const seen: Truth[] = [];
    for (let i = 0; i < frames; i++) {
      const { truth, observation } = this.next();
      seen.push(truth);
      if (observation.prediction) predictions.push(observation.prediction);
      for (const event of observation.events) (event.severity === 'alert' ? alerts : notices).push(event);
    }
    return { alerts, notices, predictions, seen };
  }

  /** The street has been watched for long enough, whatever the clock says. */
  ready(): void {
    this.cortex.calibration.views.watchedMs[0] = READY_MS;
  }
}

void test('a routine is learned: quiet and predicted', async (t) => {
  const watch = new Watch({ kinds: [], seed: 1 });
  const routine = watch.run(FROM);
  t.same(routine.alerts, [], 'nothing is told before ten minutes are over');
  const best = routine.predictions.slice(-100).filter(({ confidence }) => confidence > 0.5);
  t.ok(best.length > 50, `${best.length} of the last 100 predictions are confident`);
  t.ok(best.every(({ next }) => next.every(({ inMs: [from, to] }) => from >= 0 && from <= to)));
  t.ok(
    routine.predictions.every(({ activity: { probability, horizonsS } }) =>
      probability.every((chance, i) => i % horizonsS.length === 0 || chance >= probability[i - 1]!),
    ),
    'what comes within a second comes within five',
  );
});

void test('a knocked camera is one notice and no alert', async (t) => {
  const watch = new Watch({ kinds: [] });
  watch.run(1000);
  watch.ready();
  const events = [];
  for (let i = 0; i < 15; i++) {
    // Upside down and mirrored: every place looks different.
    events.push(...watch.next((luma) => luma.set(luma.toReversed())).observation.events);
  }
  t.same(
    events.filter(({ type }) => type === 'start').map(({ cause, severity }) => [cause, severity]),
    [['scene_change', 'notice']],
  );
});

/** A quiet room, seen for ten minutes at a low rate. */
class Room {
  readonly cortex = createCortex(planCortex({ ...settings, alarmsPerDay: 10 }), 1);
  readonly #random = Uint32Array.of(3);
  #frame = 0;
  #timeMs = 0;

  show(level: Level, frames: number, elapsedMs = 100): Observation[] {
    const { width, height } = settings;
    return Array.from({ length: frames }, () => {
      this.#timeMs += elapsedMs;
      const luma = pictureOf(level, width, height, this.#random);
      return stepCortex(this.cortex, { sequence: this.#frame++, timeMs: this.#timeMs, width, height, luma }, true);
    });
  }

  /** A way that is used as by the clock, for long enough. */
  used(): this {
    this.show(floor, 60);
    for (let i = 0; i < 30; i++) this.visit(30);
    this.cortex.calibration.views.watchedMs[0] = READY_MS;
    return this;
  }

  /** Somebody walks through at a height of the picture. */
  visit(y: number): EventChange[] {
    const seen: Observation[] = [];
    for (let x = -8; x < settings.width + 8; x += 2) seen.push(...this.show(withBox(floor, [x, y, 8, 18], 230), 1));
    seen.push(...this.show(floor, 50));
    return seen.flatMap(({ events }) => events).filter(({ type }) => type === 'start');
  }
}

void test('where nothing ever came the first three that come are told, the tenth on the same way is not', async (t) => {
  const room = new Room();
  const quiet = room.show(floor, 610, 1000);
  t.same(
    quiet.flatMap(({ events }) => events),
    [],
  );
  t.equal(quiet.at(-1)!.learning.state, 'ready');
  for (let i = 0; i < 3; i++) {
    const told = room.visit(30);
    t.equal(told.length, 1, `visitor ${i + 1}`);
    t.match(told[0]?.explanation, /is where nothing was seen before|is where things hardly ever come|appears where/);
  }
  let last = 0;
  for (let i = 3; i < 14; i++) last = room.visit(30).length;
  t.equal(last, 0);
});

void test('a thing that stands where things pass is one event, told with how long is usual, until it is gone', async (t) => {
  const room = new Room().used();
  t.same(room.visit(30), []);
  const seen: Observation[] = [];
  for (let x = -8; x < 50; x += 2) seen.push(...room.show(withBox(floor, [x, 30, 8, 18], 230), 1));
  seen.push(...room.show(withBox(floor, [50, 30, 8, 18], 230), 200));
  for (let x = 50; x < settings.width + 8; x += 2) seen.push(...room.show(withBox(floor, [x, 30, 8, 18], 230), 1));
  seen.push(...room.show(floor, 60));
  const events = seen.flatMap((one) => one.events).filter(({ key }) => key.startsWith('thing:'));
  t.equal(events.filter(({ type }) => type === 'start').length, 1);
  t.ok(['timing', 'motion'].includes(events[0]!.cause), events[0]!.cause);
  const told = events.map(({ explanation }) => explanation);
  t.ok(
    told.some((text) => /^stands for [\d.]+ s where things move on within [\d.]+ s$/.test(text)),
    told.join('; '),
  );
  t.equal(events.at(-1)!.type, 'end');
  const [x, , w] = events[0]!.box!;
  t.ok(Math.abs((x + w / 2) * settings.width - 54) < 4, 'its box lies on it');
});

void test('who goes away from the way is told where he is, and at once', async (t) => {
  const room = new Room().used();
  const told = room.visit(90).filter(({ key }) => key.startsWith('thing:'));
  t.equal(told.length, 1);
  t.match(told[0]!.explanation, /^(is where nothing was seen before|appears where nothing appears)$/);
  t.ok(Math.abs(told[0]!.box![1] * settings.height - 90) < 4);
});

void test('what comes by the clock and does not come is told as absence', async (t) => {
  const room = new Room().used();
  const told = room
    .show(floor, 400)
    .flatMap(({ events }) => events)
    .filter(({ type }) => type === 'start');
  t.equal(told[0]?.cause, 'absence');
  t.match(told[0]?.explanation, /^nothing has come .*for [\d.]+ s; usually something .*comes .*after about [\d.]+ s$/);
});

void test('a covered lens is told after a minute of watching; another clip ends what is open', async (t) => {
  const room = new Room();
  room.show(floor, 70, 1000);
  const events = room.show(() => 12, 20).flatMap((seen) => seen.events);
  t.match(events, [{ type: 'start', key: 'camera_blocked', cause: 'camera_blocked' }]);
  t.match(resetContext(room.cortex), [{ type: 'end', key: 'camera_blocked', explanation: 'the clip ended' }]);
  t.same(resetContext(room.cortex), []);
});

void test('what is followed is shown with its box and its trail', async (t) => {
  const room = new Room();
  room.show(floor, 60);
  let seen: Observation | undefined;
  for (let x = -8; x < 60; x += 2) [seen] = room.show(withBox(floor, [x, 30, 8, 18], 230), 1);
  t.equal(seen!.things.length, 1);
  const [thing] = seen!.things;
  const [x, y, w, h] = thing!.box;
  t.ok(
    Math.abs((x + w / 2) * settings.width - 62) < 3 && Math.abs((y + h / 2) * settings.height - 39) < 3,
    JSON.stringify(thing),
  );
  t.ok(thing!.ageMs > 2500 && thing!.ageMs < 4000);
  t.ok(Math.abs(thing!.speed - 20 / settings.height) < 0.05, `${thing!.speed} heights a second`);
  t.ok(thing!.trail.length > 10 && thing!.trail.every(([at], i) => i === 0 || at > thing!.trail[i - 1]![0]));
});
