/**
 * baseline-judge.ts - a simple detector in the place of the model: its number against a threshold that it finds without
 * labels, told in the model's words, so that whatever reads `cortexd replay` can compare the two.
 */
import type { EventChange, Observation } from '../cortex/observation.ts';
import type { CortexSettings } from '../cortex/settings.ts';
import type { Box } from '../vision/box.ts';
import type { Frame } from '../vision/frame.ts';
import { type BaselineName, againstSecondLargest, createBaseline } from './baselines.ts';
import type { Judge } from './judge.ts';

/** Positions across the picture; as many down it as its shape asks for. */
const COLUMNS = 16;

type OpenEvent = { startedStep: number; startedTimeMs: number; peak: number; box: Box | null; aboveMs: number };

/** An event starts once the number was above the threshold for `confirmMs`, and ends when it was below for `holdMs`. */
export function baselineJudge(
  name: BaselineName,
  { width, height, confirmMs, holdMs }: Pick<CortexSettings, 'width' | 'height' | 'confirmMs' | 'holdMs'>,
): Judge {
  const rows = Math.max(1, Math.round((COLUMNS * height) / width));
  const baseline = createBaseline(name, { width, height, columns: COLUMNS, rows });
  const ratioOf = againstSecondLargest();
  const grid = new Float32Array(COLUMNS * rows);
  let steps = 0;
  let lastMs = 0;
  /** When the number rose above the threshold; null: it is not. */
  let aboveSinceMs: number | null = null;
  let open: OpenEvent | null = null;

  const change = (
    type: EventChange['type'],
    { startedStep, startedTimeMs, peak, box }: OpenEvent,
    score: number,
  ): EventChange => ({
    type,
    key: name,
    cause: 'motion',
    severity: 'alert',
    score,
    peak,
    startedStep,
    startedTimeMs,
    endedTimeMs: type === 'end' ? lastMs : null,
    position: null,
    box,
    explanation: `${name} is above its threshold`,
    expected: [],
  });
  const end = (): EventChange[] => {
    const ended = open === null ? [] : [change('end', open, 0)];
    open = null;
    aboveSinceMs = null;
    return ended;
  };

  const step = ({ luma, timeMs }: Frame): Observation => {
    const ratio = ratioOf(baseline.judge(luma));
    const score = ratio / (1 + ratio);
    const box = fillGrid(grid, baseline.grid, ratio, rows);
    const events: EventChange[] = [];
    lastMs = timeMs;
    steps++;
    aboveSinceMs = ratio > 1 ? (aboveSinceMs ?? timeMs) : null;
    if (aboveSinceMs !== null && open === null && timeMs - aboveSinceMs >= confirmMs) {
      open = { startedStep: steps, startedTimeMs: aboveSinceMs, peak: score, box, aboveMs: timeMs };
      events.push(change('start', open, score));
    } else if (open !== null && ratio > 1) {
      const isNews = score > open.peak;
      open = { ...open, peak: Math.max(open.peak, score), box, aboveMs: timeMs };
      if (isNews) events.push(change('update', open, score));
    } else if (open !== null && timeMs - open.aboveMs >= holdMs) {
      events.push(...end());
    }
    return {
      step: steps,
      timeMs,
      score,
      streams: { form: 0, motion: ratio, sequence: 0, timing: 0 },
      changed: grid.reduce((count, value) => count + (value > 0 ? 1 : 0), 0),
      learning: { state: 'ready', progress: 1 },
      grid,
      heat: grid,
      gridColumns: COLUMNS,
      gridRows: rows,
      things: [],
      events,
      prediction: null,
      label: null,
    };
  };
  return { step, endClip: end, totalBytes: 0, image: () => new Uint8Array(), signature: '', steps: () => steps };
}

/** The detector's positions, the largest of them as high as the whole; returns where that is, null when it cannot tell. */
function fillGrid(grid: Float32Array, from: Float64Array | null, ratio: number, rows: number): Box | null {
  grid.fill(0);
  if (from === null) return null;
  let most = 0;
  for (let place = 1; place < from.length; place++) if (from[place]! > from[most]!) most = place;
  if (from[most] === 0) return null;
  for (let place = 0; place < from.length; place++) grid[place] = (from[place]! / from[most]!) * ratio;
  return [(most % COLUMNS) / COLUMNS, Math.floor(most / COLUMNS) / rows, 1 / COLUMNS, 1 / rows];
}
