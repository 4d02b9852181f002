/**
 * kind-seen.ts - the looks of the largest thing in sight, as columns of the shared pooler: for people who want to see what
 * the model takes for alike.
 */
import { boxOf } from '../things/cover.ts';
import { LIVE, MOST_THINGS } from '../things/pool.ts';
import type { Box } from '../vision/box.ts';
import type { Cortex } from './cortex.ts';
import { SAMPLES } from './labels.ts';

/** Active columns, ascending, and where the thing is. */
export type KindSeen = { readonly columns: readonly number[]; readonly box: Box };

/** What was read of a thing in this very step (labels.ts does that now and then); null in all other steps. */
export function kindSeen({ labels, lifeMs, judge, sight, settings }: Cortex): KindSeen | null {
  const { samples, sampleCount, sampledMs } = labels.views;
  if (sampledMs[0] !== lifeMs[0] || sampleCount[0] === 0) return null;
  let slot = -1;
  let largest = 0;
  const { status, width, height, atBorder } = judge.things;
  for (let i = 0; i < MOST_THINGS; i++) {
    const area = width[i]! * height[i]!;
    if (status[i] !== LIVE || area <= largest) continue;
    largest = area;
    slot = i;
  }
  // Cut off by the border it looks like something else.
  if (slot < 0 || atBorder[slot] === 1) return null;
  const bits = samples.length / SAMPLES;
  const start = ((sampleCount[0]! - 1) % SAMPLES) * bits;
  const columns: number[] = [];
  for (let i = start; i < start + bits && samples[i] !== 0; i++)
    if (samples[i]! - 1 < settings.kindColumns) columns.push(samples[i]! - 1);
  return columns.length === 0 ? null : { columns, box: boxOf(judge.things, slot, sight.cells.aspect) };
}
