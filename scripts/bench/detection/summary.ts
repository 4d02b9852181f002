/**
 * summary.ts - the runs of all seeds become one row per method.
 */
import {
  AFTER_S,
  type Alert,
  type Label,
  type Outcome,
  USUAL_FPS,
  auc,
  exceededBy,
  judgeAlerts,
  labelAt,
  mean,
  median,
} from './measures.ts';
import type { Run, Track } from './run.ts';

/** Share of normal frames that may exceed the threshold which is set with knowledge of the labels. */
export const FALSE_FRAMES = 0.002;

/** Found anomalies of one kind: how many, of how many, and the median delay (frames, NaN when none). */
export type Found = { readonly found: number; readonly of: number; readonly delay: number };

export type Row = {
  readonly method: string;
  /** Means over seeds. */
  readonly aucAll: number;
  readonly aucBusy: number;
  /** At the threshold without labels. */
  readonly found: Found;
  readonly byKind: { readonly [kind: string]: Found };
  readonly falseBySeed: readonly number[];
  readonly falsePer5000: number;
  readonly falsePerHour: number;
  /** At the threshold that FALSE_FRAMES of each seed's normal frames exceed. */
  readonly foundAtFalseFrames: Found;
  readonly positionAuc: number;
  readonly stepMs: number;
};

/** One method in one seed, judged. */
export type Judged = { readonly run: Run; readonly track: Track; readonly outcome: Outcome };

export function judgeTrack(run: Run, track: Track): Judged {
  return { run, track, outcome: judgeAlerts(run.labels, track.alerts, run.task.warmup, run.task.settings.fps) };
}

/** Anomalies that had their whole time to be found. */
export function wholeLabels({ labels, task }: Run): Label[] {
  return labels.filter(({ last }) => last + Math.round(AFTER_S * task.settings.fps) < task.frames);
}

/** Judged frames that belong to no anomaly; `busyOnly`: and in which something is in the picture. */
export function normalFrames({ labels, task, busy }: Run, busyOnly = false): number[] {
  const frames: number[] = [];
  for (let frame = task.warmup; frame < task.frames; frame++) {
    if ((!busyOnly || busy[frame] === 1) && labelAt(labels, frame, task.settings.fps) === undefined) frames.push(frame);
  }
  return frames;
}

export function summarize(judged: readonly Judged[]): Row {
  const normal = judged.map(({ run }) => normalFrames(run));
  const total = normal.reduce((sum, { length }) => sum + length, 0);
  const falseBySeed = judged.map(({ outcome }) => outcome.wrong.length);
  const wrong = falseBySeed.reduce((sum, count) => sum + count, 0);
  const kinds = [...new Set(judged.flatMap(({ run }) => wholeLabels(run).map(({ kind }) => kind)))].toSorted();
  const atFalseFrames = judged.map(({ run, track }, i) => {
    const threshold = exceededBy(
      normal[i]!.map((frame) => track.scores[frame]!),
      FALSE_FRAMES,
    );
    const alerts: Alert[] = [];
    track.scores.forEach((score, frame) => {
      if (score > threshold) alerts.push({ frame, cause: '', what: '' });
    });
    return { run, track, outcome: judgeAlerts(run.labels, alerts, run.task.warmup, run.task.settings.fps) };
  });
  return {
    method: judged[0]!.track.method,
    aucAll: mean(judged.map(({ run, track }, i) => frameAuc(run, track, normal[i]!))),
    aucBusy: mean(judged.map(({ run, track }) => frameAuc(run, track, normalFrames(run, true)))),
    found: countFound(judged, null),
    byKind: Object.fromEntries(kinds.map((kind) => [kind, countFound(judged, kind)])),
    falseBySeed,
    // Frames of the usual rate, so that rates can be compared.
    falsePer5000: (wrong * 5000 * judged[0]!.run.task.settings.fps) / (total * USUAL_FPS),
    falsePerHour: (wrong * 3600 * judged[0]!.run.task.settings.fps) / total,
    foundAtFalseFrames: countFound(atFalseFrames, null),
    positionAuc: mean(judged.map(({ track }) => track.positionAuc)),
    stepMs: median(judged.map(({ track }) => track.stepMs)),
  };
}

function frameAuc({ labels, task }: Run, { scores }: Track, normal: readonly number[]): number {
  const positives: number[] = [];
  for (const { first, last } of labels) {
    for (let frame = Math.max(first, task.warmup); frame <= last; frame++) positives.push(scores[frame]!);
  }
  return auc(
    positives,
    normal.map((frame) => scores[frame]!),
  );
}

function countFound(judged: readonly Judged[], kind: string | null): Found {
  let of = 0;
  const delays: number[] = [];
  for (const { run, outcome } of judged) {
    for (const label of wholeLabels(run)) {
      if (kind !== null && label.kind !== kind) continue;
      of++;
      const delay = outcome.found.get(label);
      if (delay !== undefined) delays.push(delay);
    }
  }
  return { found: delays.length, of, delay: median(delays) };
}
