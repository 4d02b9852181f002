/**
 * draw-things.ts - what the model follows in a clip, as sheets of pictures: boxes, trails, numbers, and of those that have alarmed
 * the cause and the bits. The clip is replayed from its beginning by a newborn model, as `cortexd replay` does it.
 *
 *     npm run draw:things -- CLIP [--from S] [--to S] [--every S] [--out FOLDER] [--across 3] [--down 4] [--scale 2]
 *                           [--fps N] [--preset pi4] [--seed 1] [--frames 6000] [--alarms-per-day N]
 *
 * CLIP    a video (thinned to --fps), a folder of pictures, or scene:NAME of so many --frames
 * without --from and --to the moments are drawn in which an alarm is told of a thing
 * FOLDER  (default: `things`) gets sheet-001.png, sheet-002.png, ...
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { modelSize } from '../src/capture/model-size.ts';
import { type Clip, clipOf, openSource, probeSize, sceneClip } from '../src/capture/open.ts';
import { type Cortex, createCortex } from '../src/cortex/cortex.ts';
import { type Observation, THING_KEY } from '../src/cortex/observation.ts';
import { planCortex } from '../src/cortex/plan.ts';
import { PIXELS, PRESETS, PRESET_NAMES } from '../src/cortex/settings.ts';
import { stepCortex } from '../src/cortex/step.ts';
import { SCENE_NAMES } from '../src/scene/scenes.ts';
import { oneOf } from './bench/worlds/options.ts';
import { realNumber } from './real-number.ts';
import { wholeNumber } from './whole-number.ts';
import { type Picture, inRows } from './draw/canvas.ts';
import { drawThings, shownThings } from './draw/things.ts';
import { tellErrorsPlainly } from './plain-errors.ts';
import { CortexdError } from '../src/errors.ts';

tellErrorsPlainly();

/** Lines of words below each picture. */
const LINES = 4;

const { values: args, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    every: { type: 'string', default: '1' },
    out: { type: 'string', default: 'things' },
    across: { type: 'string', default: '3' },
    down: { type: 'string', default: '4' },
    scale: { type: 'string', default: '2' },
    fps: { type: 'string' },
    preset: { type: 'string', default: 'pi4' },
    seed: { type: 'string', default: '1' },
    frames: { type: 'string', default: '6000' },
    'alarms-per-day': { type: 'string' },
  },
});
const [path] = positionals;
if (path === undefined || positionals.length > 1)
  throw new CortexdError(
    'usage',
    `Expected one CLIP (a video, a folder of pictures, scene:NAME) but received ${positionals.length}`,
  );
const fps = args.fps === undefined ? null : realNumber('fps', args.fps, 0.1);
const every = realNumber('every', args.every, 0);
const isChosen = args.from !== undefined || args.to !== undefined;
const from = realNumber('from', args.from ?? '0', 0);
const to = args.to === undefined ? Infinity : realNumber('to', args.to, from);
const [across, down] = [wholeNumber('across', args.across, 1), wholeNumber('down', args.down, 1)];
const scale = wholeNumber('scale', args.scale, 1);
const seed = wholeNumber('seed', args.seed, 0);
const preset = oneOf('preset', PRESET_NAMES, args.preset);

const clip = await clipAt(path);
const size = modelSize(await probeSize(clip.source), null, PIXELS[preset]);
const perDay = args['alarms-per-day'] === undefined ? null : realNumber('alarms-per-day', args['alarms-per-day'], 0.01);
const settings = { ...PRESETS[preset], ...size, ...(perDay === null ? {} : { alarmsPerDay: perDay }) };
const cortex = createCortex(planCortex(settings), seed);
mkdirSync(args.out, { recursive: true });

const sheet: Picture[] = [];
let sheets = 0;
let next = from;
const source = await openSource(clip.source, { ...size, crop: null, masks: [] }, (message) => console.error(message));
try {
  for await (const frame of source) {
    const seconds = frame.timeMs / 1000;
    if (seconds > to) break;
    const seen = stepCortex(cortex, frame, true);
    const told = toldIn(seen);
    if (isChosen ? seconds < next : told.length === 0) continue;
    // The next one by the clock, so that a picture that is missing shifts none of the others.
    while (next <= seconds) next += Math.max(every, 0.001);
    sheet.push(picture(cortex, frame.luma, seen, [`${seconds.toFixed(1)} s`, ...told]));
    if (sheet.length === across * down) await writeSheet();
  }
} finally {
  await source.close();
}
if (sheet.length > 0) await writeSheet();
console.log(sheets === 0 ? 'Nothing to draw: no alarm of a thing was told.' : `Drew ${sheets} sheets into ${args.out}`);

function picture(of: Cortex, luma: Uint8Array, seen: Observation, remarks: readonly string[]): Picture {
  return drawThings(luma, size.width, size.height, scale, shownThings(of, seen), remarks, LINES);
}

/** What is told of things that begin to alarm in this picture. */
function toldIn({ events }: Observation): string[] {
  return events
    .filter(({ type, severity, key }) => type === 'start' && severity === 'alert' && key.startsWith(THING_KEY))
    .map(({ key, cause, explanation }) => `${key.slice(THING_KEY.length)} ${cause}: ${explanation}`);
}

async function writeSheet(): Promise<void> {
  const { rgb, width, height } = inRows(sheet, across);
  const file = join(args.out, `sheet-${String(++sheets).padStart(3, '0')}.png`);
  writeFileSync(
    file,
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 9 })
      .toBuffer(),
  );
  sheet.length = 0;
}

async function clipAt(given: string): Promise<Clip> {
  if (!given.startsWith('scene:')) return clipOf(given, fps, PRESETS[preset].fps);
  const name = oneOf('scene', SCENE_NAMES, given.slice('scene:'.length));
  return sceneClip(name, fps ?? PRESETS[preset].fps, seed, wholeNumber('frames', args.frames, 1));
}
