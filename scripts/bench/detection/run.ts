/**
 * run.ts - one seed of one suite through the model and the baselines: everything that the tables are made of.
 *
 * The scene's truth is only written down here; the model and the baselines see pixels.
 */
import { createCortex } from '../../../src/cortex/cortex.ts';
import { type Observation, STREAMS } from '../../../src/cortex/observation.ts';
import { planCortex } from '../../../src/cortex/plan.ts';
import type { CortexSettings } from '../../../src/cortex/settings.ts';
import { stepCortex } from '../../../src/cortex/step.ts';
import type { NuisanceName } from '../../../src/scene/nuisance/nuisance.ts';
import { activeNuisances } from '../../../src/scene/nuisance/nuisances.ts';
import { type Scene, type Truth, createScene, renderNext } from '../../../src/scene/scene.ts';
import { createBaselines, secondLargest } from '../../../src/replay/baselines.ts';
import { type Alert, type Label, auc, coverage, mean, median, splitByCover } from './measures.ts';
import { SUITES, type Suite, type SuiteName, sceneOptions } from './suites.ts';

export type Task = {
  readonly suite: SuiteName;
  readonly seed: number;
  readonly settings: CortexSettings;
  readonly warmup: number;
  readonly frames: number;
  /** Run the baselines too. */
  readonly baselines: boolean;
  /** What the rows of this run's model are called. */
  readonly model: string;
  /** Instead of the scene's own; null = those. */
  readonly nuisances: readonly NuisanceName[] | null;
};

/** What one method said about one seed. */
export type Track = {
  readonly method: string;
  /** [frames] higher = more unusual */
  readonly scores: Float32Array;
  /** At its threshold without labels, ascending. */
  readonly alerts: Alert[];
  /** Mean over anomalous frames of the AUC of its positions against the true box; NaN when it knows no positions. */
  readonly positionAuc: number;
  /** Median time of a frame (ms); NaN for parts of a model. */
  readonly stepMs: number;
};

export type Run = {
  readonly task: Task;
  readonly labels: Label[];
  /** [frames] 0|1: something is in the picture */
  readonly busy: Uint8Array;
  readonly tracks: Track[];
  /** Notices of the model: not alerts, but told. */
  readonly notices: readonly Alert[];
};

type Recorder = {
  readonly method: string;
  readonly scores: Float32Array;
  readonly alerts: Alert[];
  readonly positions: number[];
  readonly times: Float64Array;
};

export function runSeed(task: Task): Run {
  const { settings, seed, frames, warmup } = task;
  const { width, height, fps } = settings;
  const nuisances = task.nuisances === null ? {} : { nuisances: task.nuisances };
  const scene = createScene({ ...sceneOptions(task.suite, warmup, fps), ...nuisances, seed, width, height, fps });
  const { areNoticesEnough = false }: Suite = SUITES[task.suite];
  const plan = planCortex(settings);
  const cortex = createCortex(plan, seed);
  const { columns, rows } = plan.geometry.local;
  const recorder = (method: string): Recorder => ({
    method,
    scores: new Float32Array(frames),
    alerts: [],
    positions: [],
    times: new Float64Array(frames),
  });
  const model = recorder(task.model);
  const streams = task.baselines ? STREAMS.map((name) => ({ name, ...recorder(`  ${name} only`) })) : [];
  const baselines = task.baselines
    ? createBaselines({ width, height, columns, rows }).map((one) => ({
        one,
        exceeds: secondLargest(),
        ...recorder(one.name),
      }))
    : [];
  const labels = new Map<string, Label>();
  const notices: Alert[] = [];
  const busy = new Uint8Array(frames);
  const luma = new Uint8Array(width * height);
  const timed = <T>(into: Recorder, frame: number, work: () => T): T => {
    const began = performance.now();
    const result = work();
    into.times[frame] = performance.now() - began;
    return result;
  };

  for (let frame = 0; frame < frames; frame++) {
    const truth = renderNext(scene, luma);
    busy[frame] = truth.things.length > 0 ? 1 : 0;
    noteTruth(labels, truth, frame);
    const covered = truth.kind !== null && truth.box !== null ? coverage(truth.box, columns, rows) : null;
    const locate = (into: Recorder, grid: ArrayLike<number>): void => {
      if (covered === null) return;
      const { inside, outside } = splitByCover(grid, covered);
      if (inside.length > 0) into.positions.push(auc(inside, outside));
    };

    const shown = { sequence: frame, timeMs: (frame * 1000) / fps, width, height, luma };
    const seen = timed(model, frame, () => stepCortex(cortex, shown, true));
    model.scores[frame] = seen.score;
    const told = eventsOf(seen, frame, scene);
    notices.push(...told.notices);
    model.alerts.push(...told.alerts, ...(areNoticesEnough ? told.notices : []));
    locate(model, seen.grid);
    for (const stream of streams) {
      const value = seen.streams[stream.name];
      stream.scores[frame] = value;
      if (value >= 1 && seen.learning.state === 'ready')
        stream.alerts.push({ frame, cause: stream.name, what: stream.name });
    }
    for (const baseline of baselines) {
      const { one, exceeds, scores, alerts } = baseline;
      const value = timed(baseline, frame, () => one.judge(luma));
      scores[frame] = value;
      if (exceeds(value)) alerts.push({ frame, cause: one.name, what: one.name });
      if (one.grid !== null) locate(baseline, one.grid);
    }
  }
  const finish = ({ method, scores, alerts, positions, times }: Recorder): Track => ({
    method,
    scores,
    alerts,
    positionAuc: mean(positions),
    stepMs: times[0] === 0 ? Number.NaN : median([...times]),
  });
  return {
    task,
    labels: [...labels.values()],
    busy,
    tracks: [model, ...streams, ...baselines].map(finish),
    notices,
  };
}

function noteTruth(labels: Map<string, Label>, { kind, id }: Truth, frame: number): void {
  if (kind === null) return;
  const key = `${kind} ${id}`;
  const label = labels.get(key) ?? { id: key, kind, first: frame, last: frame };
  label.last = frame;
  labels.set(label.id, label);
}

/** The events that begin in a frame, with what else is going on in the scene. */
function eventsOf({ events }: Observation, frame: number, { nuisances }: Scene): { alerts: Alert[]; notices: Alert[] } {
  const alerts: Alert[] = [];
  const notices: Alert[] = [];
  const during = activeNuisances(nuisances);
  for (const { type, cause, score, explanation, severity } of events) {
    if (type !== 'start') continue;
    const around = during.length === 0 ? '' : ` [${during.join(', ')}]`;
    const what = `${cause} ${score.toFixed(2)}: ${explanation}${around}`;
    (severity === 'alert' ? alerts : notices).push({ frame, cause, what });
  }
  return { alerts, notices };
}
