import { test } from 'tap';
import { type Cortex, createCortex } from '../../src/cortex/cortex.ts';
import type { EventChange, ModelPrediction, Observation } from '../../src/cortex/observation.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { stepCortex } from '../../src/cortex/step.ts';
import { type Scene, type SceneOptions, type Truth, createScene, renderNext } from '../../src/scene/scene.ts';

const settings = { ...PRESETS.pi4, width: 96, height: 72 };
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
}

void test('a routine is learned: quiet, predicted, and a break of it is told with where and why', async (t) => {
  const watch = new Watch({ kinds: ['reverse'] });
  const routine = watch.run(FROM);
  t.ok(routine.alerts.length <= 2, `${routine.alerts.length} alerts while nothing was wrong`);
  const best = routine.predictions.slice(-100).filter(({ confidence }) => confidence > 0.8);
  t.ok(best.length > 50, `${best.length} of the last 100 predictions are confident`);
  t.ok(best.every(({ next }) => next.every(({ inMs: [from, to] }) => from >= 0 && from <= to)));

  const broken = watch.run(600);
  t.ok(broken.seen.some(({ kind }) => kind === 'reverse'));
  const starts = broken.alerts.filter(({ type }) => type === 'start');
  t.ok(starts.some(({ cause }) => cause === 'motion' || cause === 'sequence'));
  const told = broken.alerts.find(({ explanation }) => explanation.includes('where usually'));
  t.match(told?.explanation, /moves (left to right|right to left) where usually (left to right|right to left) is seen/);
  t.ok(told?.position);
  t.ok(told?.box?.every((part) => part >= 0 && part <= 1));
  t.equal(told?.severity, 'alert');
});

void test('a thing that stops is told with how long is usual', async (t) => {
  const watch = new Watch({ kinds: ['stop'] });
  watch.run(FROM);
  const { alerts } = watch.run(600);
  const timing = alerts.filter(({ cause }) => cause === 'timing');
  t.ok(timing.length > 0);
  t.ok(timing.some(({ explanation }) => /has stayed [\d.]+ s where [\d.]+ s is usual/.test(explanation)));
});

void test('a traffic that stops altogether is noticed as absence', async (t) => {
  const watch = new Watch({ kinds: [], silentFrom: 7000 });
  watch.run(7000);
  while (watch.scene.play.things.length > 0) watch.next();
  const { alerts } = watch.run(700);
  const absence = alerts.find(({ cause }) => cause === 'absence');
  t.match(absence?.explanation, /was expected after about .* s, but nothing has come for .* s/);
  t.ok(absence && absence.expected.length > 0);
});

void test('a knocked camera is one notice and no alert', async (t) => {
  const watch = new Watch({ kinds: [] });
  watch.run(FROM);
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
