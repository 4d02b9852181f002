/**
 * show.ts - what a frame shows to people: the four streams and the heat map.
 */
import { boxOf } from '../../things/cover.ts';
import { LIVE, MOST_THINGS } from '../../things/pool.ts';
import type { Cortex } from '../cortex.ts';
import { KINDS } from '../judge/kinds.ts';
import type { SceneRatios } from '../judge/scene.ts';
import { MATTERS_RATIO, causeOf } from '../judge/things.ts';
import type { StreamName, StreamValues } from '../observation.ts';
import type { FrameEvidence } from './detect-all.ts';

/** The largest evidence of each stream, in units of what an alarm takes. */
export function shownStreams({ judge }: Cortex, { ratios, orderMatters }: FrameEvidence): StreamValues {
  const streams: Streams = { form: 0, motion: 0, sequence: orderMatters ? MATTERS_RATIO : 0, timing: 0 };
  for (const { name, stream } of KINDS) raise(streams, stream, ratios[name]);
  for (let slot = 0; slot < MOST_THINGS; slot++)
    if (judge.views.ratio[slot]! > 0) raise(streams, causeOf(judge, slot) as StreamName, judge.views.ratio[slot]!);
  return streams;
}

type Streams = { [name in StreamName]: number };

function raise(streams: Streams, name: StreamName, ratio: number): void {
  if (ratio > streams[name]) streams[name] = ratio;
}

/** The heat map: the places of each thing and of what moves too fast, in units of what an alarm takes. */
export function fillGrid({ grid, heat, judge, flow, geometry, sight }: Cortex, ratios: SceneRatios): void {
  const { columns, rows } = geometry.local;
  const { things, views } = judge;
  heat.fill(0);
  const unit = ratios.flow > 0 ? ratios.flow / largestOf(flow.views.flowSurprise) : 0;
  for (let zone = 0; zone < grid.length; zone++) heat[grid.length + zone] = flow.views.flowSurprise[zone]! * unit;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    const ratio = views.ratio[slot]!;
    if (things.status[slot] !== LIVE || ratio <= 0) continue;
    const cause = causeOf(judge, slot);
    const plane = cause === 'form' ? 0 : cause === 'motion' ? 1 : 2;
    const [x, y, w, h] = boxOf(things, slot, sight.cells.aspect);
    const [left, right] = [Math.floor(x * columns), Math.min(columns - 1, Math.floor((x + w) * columns))];
    const [top, bottom] = [Math.floor(y * rows), Math.min(rows - 1, Math.floor((y + h) * rows))];
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const at = plane * grid.length + row * columns + column;
        if (ratio > heat[at]!) heat[at] = ratio;
      }
    }
  }
  for (let zone = 0; zone < grid.length; zone++)
    grid[zone] = Math.max(heat[zone]!, heat[grid.length + zone]!, heat[2 * grid.length + zone]!);
}

function largestOf(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!;
  return largest;
}
