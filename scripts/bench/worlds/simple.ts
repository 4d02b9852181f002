/**
 * simple.ts - what detectors without a model say about the same video: block difference and a mixture of Gaussians per pixel,
 * each with a threshold that never sees labels.
 */
import type { Box } from '../../../src/vision/box.ts';
import { type Baseline, createBaselines, secondLargest } from '../../../src/replay/baselines.ts';
import { evenHeight, framesOf } from './decode.ts';
import type { Said } from './score.ts';

/** Width of the picture they look at (px), and the grid of positions they tell. */
const WIDTH = 160;
const COLUMNS = 16;
const NAMES = ['block difference', 'pixel mixture'] as const;

/** Alerts of each detector by its name. */
export async function simpleDetectors(video: string, fps: number): Promise<Map<string, Said[]>> {
  const height = evenHeight(video, WIDTH);
  const rows = Math.max(1, Math.round((COLUMNS * height) / WIDTH));
  const detectors = createBaselines({ width: WIDTH, height, columns: COLUMNS, rows })
    .filter(({ name }) => (NAMES as readonly string[]).includes(name))
    .map((baseline) => ({ baseline, exceeds: secondLargest(), said: [] as Said[] }));
  let frame = 0;
  for await (const luma of framesOf(video, WIDTH, height, fps)) {
    for (const { baseline, exceeds, said } of detectors) {
      const alarm = exceeds(baseline.judge(luma));
      const { name } = baseline;
      // One event as long as it is above: what follows at once is the same one, going on.
      const goesOn = said.at(-1) !== undefined && frame - said.at(-1)!.frame <= 1;
      if (alarm) {
        const change = goesOn ? 'update' : 'start';
        said.push({ frame, change, box: boxOf(baseline, COLUMNS, rows), cause: name, what: name });
      }
    }
    frame++;
  }
  return new Map(detectors.map(({ baseline, said }) => [baseline.name, said]));
}

/** The position that shows most. */
function boxOf({ grid }: Baseline, columns: number, rows: number): Box | null {
  if (grid === null) return null;
  let most = 0;
  for (let position = 1; position < grid.length; position++) if (grid[position]! > grid[most]!) most = position;
  return [(most % columns) / columns, Math.floor(most / columns) / rows, 1 / columns, 1 / rows];
}
