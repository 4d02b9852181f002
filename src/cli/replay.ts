/**
 * replay.ts - `cortexd replay PATH…`: recorded footage through the model, one JSON line per frame on stdout.
 */
import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { modelSize } from '../capture/model-size.ts';
import { type Clip, clipOf, probeSize, sceneClip } from '../capture/open.ts';
import type { PreprocessConfig, Size } from '../capture/types.ts';
import { cortexSettings, preprocessConfig } from '../config/camera-settings.ts';
import { loadConfig } from '../config/load.ts';
import type { CameraConfig } from '../config/camera-schema.ts';
import {
  ABLATIONS,
  type Ablation,
  type CortexSettings,
  DEFAULT_PRESET,
  PIXELS,
  PRESETS,
  PRESET_NAMES,
  type PresetName,
} from '../cortex/settings.ts';
import { BASELINES, type BaselineName } from '../replay/baselines.ts';
import { replay } from '../replay/replay.ts';
import { CortexdError } from '../errors.ts';
import { VERSION } from '../package-root.ts';
import { SCENE_NAMES, type SceneName } from '../scene/scenes.ts';
import { readCortexFile, writeCortexFile } from '../store/cortex-file.ts';
import { refuseUnwritable } from '../store/whole-file.ts';
import { configOption, numberBetween, wholeNumber } from './common.ts';
import { remark } from './output.ts';

const HELP = `
Each PATH is one clip: a folder of JPEG or PNG pictures in name order, a video file, or scene:NAME for a rendered scene
(${SCENE_NAMES.join(', ')}) whose lines carry the truth. Between clips the context is forgotten and learning is kept.

Prints NDJSON on stdout: a "frame" line per frame, "event" and "prediction" lines as on MQTT, a "summary" at the end;
see docs/schema. Progress goes to stderr.

Examples:
  cortexd replay porch.mp4 > porch.ndjson
  cortexd replay --save normal.cortex train/*
  cortexd replay --load normal.cortex --no-learn --grid test/*
  cortexd replay --baseline pixel-mixture porch.mp4 > simple.ndjson`;

type Options = {
  config?: string;
  camera?: string;
  preset?: PresetName;
  fps?: number;
  frames: number;
  seed: number;
  learn: boolean;
  grid: boolean;
  things: boolean;
  alarmsPerDay?: number;
  load?: string;
  save?: string;
  ablate: readonly Ablation[];
  baseline?: BaselineName;
};

export function replayCommand(): Command {
  return new Command('replay')
    .description('run recorded footage through the model and print what it says')
    .argument('<path...>', 'folders of pictures, video files, scene:NAME')
    .option('--no-learn', 'freeze everything that was learned')
    .option('--load <file>', 'begin with the model of a .cortex file')
    .option('--save <file>', 'write the model to a .cortex file at the end')
    .option('--seed <n>', 'seed of a newborn model (and of scene:NAME)', wholeNumber(0, 2_147_483_647), 1)
    .option('--fps <n>', 'rate of pictures; videos are resampled to it', numberBetween(0.1, 240))
    .option('--frames <n>', 'length of scene:NAME', wholeNumber(1), 6000)
    .addOption(new Option('--preset <name>', `model size (default: ${DEFAULT_PRESET})`).choices(PRESET_NAMES))
    .option('--grid', 'add the surprise of every position to each frame line', false)
    .option('--things', 'add the things that are followed to each frame line', false)
    .option('--alarms-per-day <n>', 'about so many alarms a day where nothing is wrong', numberBetween(0.01, 10_000))
    .option('--ablate <names>', `leave parts of the model out, joined by commas: ${PARTS.join(' ')}`, parts, [])
    .addOption(
      new Option('--baseline <name>', 'judge by a simple detector instead of the model, in the same lines')
        .choices(BASELINES)
        .conflicts(['learn', 'load', 'save', 'ablate', 'things', 'alarmsPerDay']),
    )
    .addOption(configOption())
    .option('--camera <name>', 'with --config: take size, masks, zones and sensitivity of this camera')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(paths: readonly string[], options: Options): Promise<void> {
  const camera = configuredCamera(options);
  // Everything that can be wrong is looked at before the first frame is printed.
  if (options.save !== undefined) refuseUnwritable(options.save);
  const load = options.load === undefined ? null : await readCortexFile(options.load);
  const clips: Clip[] = [];
  const { fps } = settingsOf(options, camera, null);
  for (const path of paths) clips.push(await clipFor(path, options, fps));
  // In the shape of the first clip.
  const native = await probeSize(clips[0]!.source);
  const size = modelSize(native, camera?.crop ?? null, PIXELS[options.preset ?? camera?.preset ?? DEFAULT_PRESET]);
  const settings = settingsOf(options, camera, size);
  const preprocess: PreprocessConfig = {
    ...(camera ? preprocessConfig(camera, size) : { crop: null, masks: [] }),
    width: settings.width,
    height: settings.height,
  };
  const isTerminal = process.stderr.isTTY;
  const image = await replay({
    clips,
    settings,
    preprocess,
    zones: camera?.zones ?? {},
    seed: options.seed,
    learn: options.learn,
    grid: options.grid,
    things: options.things,
    load,
    baseline: options.baseline,
    write: async (line) => {
      if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
    },
    warn: remark,
    progress: (clip, frames) => {
      if (isTerminal) process.stderr.write(`\r\u001B[K${frames} frames, ${clip}`);
    },
  });
  if (isTerminal) process.stderr.write('\r\u001B[K');
  if (options.save !== undefined) {
    await writeCortexFile(options.save, image, VERSION);
    remark(`Wrote the model (step ${image.step}) to ${options.save}`);
  }
}

function configuredCamera({ config: file, camera: name }: Options): CameraConfig | undefined {
  if (file === undefined) {
    if (name === undefined) return undefined;
    throw new CortexdError('usage', `Expected --config with --camera ${name} but there is none`, {
      hint: 'The camera is one of a configuration: --config FILE --camera NAME.',
    });
  }
  const { cameras } = loadConfig(file).config;
  const names = Object.keys(cameras);
  const camera = cameras[name ?? (names.length === 1 ? names[0]! : '')];
  if (camera === undefined) {
    throw new CortexdError('usage', `Expected a camera of ${names.join(', ')} but received ${name ?? 'none'}`, {
      hint: 'Name it with --camera NAME.',
    });
  }
  return camera;
}

/** Names of parts, joined by commas; the option may be given again. */
function parts(value: string, before: readonly Ablation[]): readonly Ablation[] {
  return [...before, ...value.split(',').flatMap(partsNamed)];
}

/** A stream is left out with all that speaks through it. */
const STREAM_PARTS: { readonly [stream: string]: readonly Ablation[] } = {
  form: ['size', 'shape'],
  motion: ['direction', 'speed', 'flow'],
  sequence: ['place', 'birth', 'visits'],
  timing: ['stay', 'timing'],
};
const PARTS = [...new Set([...Object.keys(STREAM_PARTS), ...ABLATIONS])];

function partsNamed(name: string): readonly Ablation[] {
  const known = STREAM_PARTS[name] ?? ABLATIONS.filter((ablation) => ablation === name);
  if (known.length === 0)
    throw new InvalidArgumentError(`Expected parts of ${PARTS.join(', ')} but received "${name}".`);
  return known;
}

function settingsOf(
  { preset, ablate, alarmsPerDay }: Options,
  camera: CameraConfig | undefined,
  size: Size | null,
): CortexSettings {
  const base =
    camera && preset === undefined ? cortexSettings(camera, size) : { ...PRESETS[preset ?? DEFAULT_PRESET], ...size };
  return {
    ...base,
    ablate,
    ...(alarmsPerDay === undefined ? {} : { alarmsPerDay }),
    ...(ablate.includes('high-order') ? { cellsPerColumn: 1 } : {}),
  };
}

async function clipFor(path: string, { fps, seed, frames }: Options, usualFps: number): Promise<Clip> {
  if (!path.startsWith('scene:')) return clipOf(path, fps ?? null, usualFps);
  const scene = path.slice('scene:'.length);
  if (!(SCENE_NAMES as readonly string[]).includes(scene)) {
    throw new CortexdError('no_input', `Expected a scene of ${SCENE_NAMES.join(', ')} but received "${scene}"`);
  }
  return sceneClip(scene as SceneName, fps ?? usualFps, seed, frames);
}
