/**
 * draw-model.ts - draws the pictures of docs/model.md from a model that has just learned a rendered street. `npm run
 * pictures` writes them; a test draws them again and compares.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { packageFile } from '../src/package-root.ts';
import { type Picture, type Rgb, beside, fromGrey, inRows, ruleBox, ruleGrid, tint } from './draw/canvas.ts';
import { type Moment, takeMoments } from './draw/moments.ts';
import { stateGraph } from './draw/state-graph.ts';
import { drawThings } from './draw/things.ts';

const SCALE = 3;
const GREEN: Rgb = [40, 160, 70];
const RED: Rgb = [220, 40, 40];
const ORANGE: Rgb = [240, 150, 20];
const LINE: Rgb = [150, 150, 150];
/** Evidence that is drawn in full colour. */
const FULL = 1;

/** The pictures by file name, as planes, and the graph as text. */
export function drawModel(): { readonly pictures: ReadonlyMap<string, Picture>; readonly graph: string } {
  const { cortex, usual, alarm, followed: around, before, predicted, came } = takeMoments();
  const { width, height, local, global } = cortex.geometry;
  const grey = (plane: Uint8Array): Picture => fromGrey(plane, width, height, SCALE);
  const over = (moment: Moment, values: ArrayLike<number>, color: Rgb): Picture => {
    const picture = grey(moment.luma);
    tint(picture, local.columns, local.rows, (zone) => (0.8 * values[zone]!) / FULL, color);
    ruleGrid(picture, local.columns, local.rows, LINE);
    return picture;
  };
  const followed = grey(usual.luma);
  for (const { box, trail } of usual.things) {
    ruleBox(followed, box, GREEN);
    for (const [x, y] of trail) ruleBox(followed, [x - 0.004, y - 0.004, 0.008, 0.008], ORANGE);
  }
  const state = grey(usual.luma);
  tint(state, global.columns, global.rows, (zone) => 0.5 * usual.state[zone]!, ORANGE);
  ruleGrid(state, global.columns, global.rows, LINE);
  const places = over(
    usual,
    usual.occupied.map((value) => value),
    GREEN,
  );
  const foreground = grey(usual.foreground.map((value) => 255 * value));
  const pictures = new Map([
    ['frame', beside([grey(usual.luma), grey(usual.light), foreground, followed])],
    ['states', beside([places, state])],
    [
      'things',
      inRows(
        around.map(({ luma, things, seconds, explanation }) =>
          drawThings(luma, width, height, 2, things, [`${seconds.toFixed(1)} s`, explanation], 3),
        ),
        3,
      ),
    ],
    ['heat', over(alarm, alarm.surprise, RED)],
    ['predicted', beside([grey(before), grey(predicted), grey(came)])],
  ]);
  return { pictures, graph: stateGraph(cortex.global) };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { pictures, graph } = drawModel();
  mkdirSync(packageFile('docs/pictures'), { recursive: true });
  for (const [name, { rgb, width, height }] of pictures) {
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png({ palette: false, compressionLevel: 9 })
      .toFile(packageFile(`docs/pictures/${name}.png`));
  }
  writeFileSync(packageFile('docs/pictures/states-of-the-scene.svg'), graph);
}
