/**
 * show.ts - what a frame shows to people: the four streams and the heat map.
 */
import { type MutableBox, readBox } from '../../things/cover.ts';
import { LIVE, MOST_THINGS } from '../../things/pool.ts';
import type { Cortex } from '../cortex.ts';
import { KINDS, kindOf } from '../judge/kinds.ts';
import type { SceneRatios } from '../judge/scene.ts';
import { MATTERS_RATIO, causeOf } from '../judge/things.ts';
import { STREAMS, type StreamName, type StreamValues } from '../observation.ts';
import type { FrameEvidence } from './detect-all.ts';

const FLOW = kindOf('flow');
/** [kinds] the stream of each, as its place in STREAMS. */
const STREAM_OF = KINDS.map(({ stream }) => STREAMS.indexOf(stream));
const [FORM, MOTION, SEQUENCE, TIMING] = [0, 1, 2, 3] as const;
/** [things] the stream of each that gives evidence in this frame, as `shownStreams` found it. */
const streamOf = new Uint8Array(MOST_THINGS);
/** [STREAMS] */
const largest = new Float64Array(STREAMS.length);

/** The largest evidence of each stream, in units of what an alarm takes. */
export function shownStreams({ judge }: Cortex, { ratios, orderMatters }: FrameEvidence): StreamValues {
  largest.fill(0);
  if (orderMatters) largest[SEQUENCE] = MATTERS_RATIO;
  for (let kind = 0; kind < ratios.length; kind++) {
    const stream = STREAM_OF[kind]!;
    if (ratios[kind]! > largest[stream]!) largest[stream] = ratios[kind]!;
  }
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    const ratio = judge.views.ratio[slot]!;
    if (ratio <= 0) continue;
    const stream = STREAMS.indexOf(causeOf(judge, slot) as StreamName);
    streamOf[slot] = stream;
    if (ratio > largest[stream]!) largest[stream] = ratio;
  }
  return {
    form: largest[FORM]!,
    motion: largest[MOTION]!,
    sequence: largest[SEQUENCE]!,
    timing: largest[TIMING]!,
  };
}

const box: MutableBox = [0.5, 0.5, 0.5, 0.5];

/** After the streams the heat map: the places of each thing and of what moves too fast, in units of what an alarm takes. */
export function fillGrid({ grid, heat, judge, flow, geometry, sight }: Cortex, ratios: SceneRatios): void {
  const { columns, rows } = geometry.local;
  const { things, views } = judge;
  heat.fill(0);
  const unit = ratios[FLOW]! > 0 ? ratios[FLOW]! / largestOf(flow.views.flowSurprise) : 0;
  for (let zone = 0; zone < grid.length; zone++) heat[grid.length + zone] = flow.views.flowSurprise[zone]! * unit;
  for (let slot = 0; slot < MOST_THINGS; slot++) {
    const ratio = views.ratio[slot]!;
    if (things.status[slot] !== LIVE || ratio <= 0) continue;
    const plane = Math.min(SEQUENCE, streamOf[slot]!);
    readBox(things, slot, sight.cells.aspect, box);
    const left = Math.floor(box[0] * columns);
    const right = Math.min(columns - 1, Math.floor((box[0] + box[2]) * columns));
    const top = Math.floor(box[1] * rows);
    const bottom = Math.min(rows - 1, Math.floor((box[1] + box[3]) * rows));
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
  let most = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!;
  return most;
}
