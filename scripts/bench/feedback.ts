/**
 * feedback.ts - what "that was normal" and "that matters" do, on rendered scenes.
 *
 *     npm run build && node dist/scripts/bench/feedback.js [--seeds 1,2] [--frames 30000] [--kinds reverse,stop] [--verdicts none,normal,matters]
 *
 * A street learns 9,000 frames, its first quarter of an hour, then all local breaks of the routine happen. Feedback is given
 * 15 frames after the start of each alert that stands for one kind, for the first half of the frames that follow; the second
 * half is counted. An anomaly counts as told when an alert starts between 2 frames before its first labelled frame and 40
 * after its last; an alert that stands for nothing is false, those within 50 frames of one another count once.
 */
import { parseArgs } from 'node:util';
import { createCortex } from '../../src/cortex/cortex.ts';
import { type Verdict, takeFeedback } from '../../src/cortex/feedback/feedback.ts';
import { planCortex } from '../../src/cortex/plan.ts';
import { PRESETS } from '../../src/cortex/settings.ts';
import { endEvents, stepCortex } from '../../src/cortex/step.ts';
import { createScene, renderNext } from '../../src/scene/scene.ts';
import type { SceneKind } from '../../src/scene/kinds.ts';
import { wholeNumber } from '../whole-number.ts';
import { numbersOf } from './worlds/options.ts';
import { tellErrorsPlainly } from '../plain-errors.ts';

tellErrorsPlainly();

const FROM = 9000;
const DELAY = 15;
const [BEFORE, AFTER, REFRACTORY] = [2, 40, 50];
const { values: args } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    frames: { type: 'string', default: '30000' },
    kinds: { type: 'string', default: 'reverse,off_lane,fast,stop,big,popup' },
    verdicts: { type: 'string', default: 'none,normal,matters' },
  },
});

type Label = { readonly id: number; readonly kind: SceneKind; readonly first: number; last: number };
type Outcome = { own: number; ownTold: number; others: number; othersTold: number; wrong: number; given: number };

function run(seed: number, frames: number, kind: SceneKind, verdict: Verdict | null): Outcome {
  const settings = { ...PRESETS.pi4, width: 96, height: 72 };
  const cortex = createCortex(planCortex(settings), seed);
  const scene = createScene({
    width: 96,
    height: 72,
    fps: settings.fps,
    seed,
    anomaliesFrom: FROM,
    anomalySpacing: 330,
  });
  const luma = new Uint8Array(96 * 72);
  const labels: Label[] = [];
  const alerts: number[] = [];
  const half = FROM + (frames - FROM) / 2;
  let pending: { at: number; key: string; fromStep: number } | null = null;
  let given = 0;
  for (let frame = 0; frame < frames; frame++) {
    const truth = renderNext(scene, luma);
    if (truth.kind !== null) {
      const last = labels.at(-1);
      if (last?.id === truth.id) last.last = frame;
      else labels.push({ id: truth.id, kind: truth.kind, first: frame, last: frame });
    }
    const { events } = stepCortex(cortex, { sequence: frame, timeMs: frame * 100, width: 96, height: 72, luma }, true);
    for (const { type, key, severity, startedStep } of events) {
      if (type !== 'start' || severity !== 'alert') continue;
      if (frame >= FROM) alerts.push(frame);
      const stands = labels.at(-1);
      const isOwn = stands !== undefined && stands.kind === kind && frame <= stands.last + AFTER;
      if (verdict !== null && frame < half && isOwn && pending === null)
        pending = { at: frame + DELAY, key, fromStep: startedStep };
    }
    if (pending === null || verdict === null || frame !== pending.at) continue;
    takeFeedback(cortex, verdict, pending.key, pending.fromStep, cortex.clock.step[0]!);
    if (verdict === 'normal') endEvents(cortex, 'normal');
    pending = null;
    given++;
  }
  const counted = labels.filter(({ first }) => first >= half);
  const isTold = ({ first, last }: Label): boolean => alerts.some((at) => at >= first - BEFORE && at <= last + AFTER);
  const own = counted.filter((label) => label.kind === kind);
  const others = counted.filter((label) => label.kind !== kind);
  const wrong = alerts.filter(
    (at) => at >= half && !labels.some(({ first, last }) => at >= first - BEFORE && at <= last + AFTER),
  );
  return {
    own: own.length,
    ownTold: own.filter(isTold).length,
    others: others.length,
    othersTold: others.filter(isTold).length,
    wrong: wrong.filter((at, i) => i === 0 || at - wrong[i - 1]! > REFRACTORY).length,
    given,
  };
}

console.log('kind      feedback  given  this kind told  other kinds told  false');
for (const kind of args.kinds.split(',') as SceneKind[]) {
  for (const verdict of args.verdicts.split(',')) {
    const sum: Outcome = { own: 0, ownTold: 0, others: 0, othersTold: 0, wrong: 0, given: 0 };
    for (const seed of numbersOf('seeds', args.seeds)) {
      const outcome = run(
        seed,
        wholeNumber('frames', args.frames, 1),
        kind,
        verdict === 'none' ? null : (verdict as Verdict),
      );
      for (const key of Object.keys(sum) as (keyof Outcome)[]) sum[key] += outcome[key];
    }
    const { own, ownTold, others, othersTold, wrong, given } = sum;
    console.log(
      `${kind.padEnd(10)}${verdict.padEnd(10)}${String(given).padEnd(7)}${`${ownTold} of ${own}`.padEnd(16)}${`${othersTold} of ${others}`.padEnd(18)}${wrong}`,
    );
  }
}
