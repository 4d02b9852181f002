/**
 * camera-schema.ts - the settings of one camera.
 */
import { Type, type Static } from 'typebox';
import { DEFAULT_PRESET, PRESET_NAMES } from '../cortex/settings.ts';
import { SCENE_NAMES } from '../scene/scenes.ts';
import { NAME_PATTERN, Share, choice, flag, number, polygons, text, whole } from './setting-kinds.ts';

const FileSource = Type.Object(
  {
    type: Type.Literal('file'),
    path: text({ minLength: 1, description: 'Video file, relative to the configuration file.' }),
    fps: Type.Optional(
      number({
        minimum: 0.1,
        maximum: 60,
        unit: 'frames/s',
        description: "Rate it is thinned to; without it the preset's.",
      }),
    ),
    loop: flag({ default: true, description: 'Begin again at the end.' }),
  },
  { additionalProperties: false, description: 'A video file, read through ffmpeg.' },
);
const ImagesSource = Type.Object(
  {
    type: Type.Literal('images'),
    path: text({ minLength: 1, description: 'Folder of JPEG or PNG files, taken in name order.' }),
    fps: Type.Optional(
      number({
        minimum: 0.1,
        maximum: 60,
        unit: 'frames/s',
        description: "Rate of the pictures; without it the preset's.",
      }),
    ),
    loop: flag({ default: true, description: 'Begin again at the end.' }),
  },
  { additionalProperties: false, description: 'A folder of pictures.' },
);
const SyntheticSource = Type.Object(
  {
    type: Type.Literal('synthetic'),
    scene: choice(SCENE_NAMES, { default: 'lanes', description: 'Which rendered scene.' }),
    seed: whole({ default: 1, minimum: 0, maximum: 2147483647, description: 'Equal seeds give equal scenes.' }),
    fps: Type.Optional(
      number({ minimum: 1, maximum: 60, unit: 'frames/s', description: "Rate; without it the preset's." }),
    ),
    anomalies_from: whole({
      default: 3000,
      minimum: 0,
      maximum: 1e9,
      unit: 'frames',
      description: 'First frame that may break the routine.',
    }),
    anomaly_spacing: whole({
      default: 350,
      minimum: 50,
      maximum: 1e9,
      unit: 'frames',
      description: 'Mean frames between two breaks.',
    }),
    frames: Type.Optional(
      whole({
        minimum: 1,
        maximum: 1e9,
        unit: 'frames',
        description: 'The source ends after these; without it never.',
      }),
    ),
    fast_frames: whole({
      default: 0,
      minimum: 0,
      maximum: 1e9,
      unit: 'frames',
      description: 'So many first frames come as fast as they are taken.',
    }),
  },
  { additionalProperties: false, description: 'A scene rendered by cortexd itself.' },
);

export const CameraSchema = Type.Object(
  {
    source: Type.Union([FileSource, ImagesSource, SyntheticSource], { description: 'Where the frames come from.' }),
    preset: choice(PRESET_NAMES, { default: DEFAULT_PRESET, reload: 'restart', description: 'Model size by machine.' }),
    width: Type.Optional(
      whole({
        minimum: 24,
        maximum: 640,
        unit: 'px',
        reload: 'restart',
        description: "Width of the model's picture, a multiple of 4; without it the preset's.",
      }),
    ),
    height: Type.Optional(
      whole({
        minimum: 24,
        maximum: 480,
        unit: 'px',
        reload: 'restart',
        description: "Height of the model's picture, a multiple of 4; without it the preset's.",
      }),
    ),
    seed: whole({
      default: 1,
      minimum: 0,
      maximum: 2147483647,
      reload: 'restart',
      description: 'Decides every random choice of a newborn model.',
    }),
    crop: Type.Optional(
      Type.Tuple([Share, Share, Share, Share], {
        reload: 'restart',
        description: 'Part of the picture to watch: [x, y, width, height], relative.',
      }),
    ),
    masks: polygons('Parts nobody may see: filled with grey before anything is learned, stored or sent.'),
    zones: polygons('Named places, told with events and predictions.'),
    enabled: flag({ default: true, reload: 'live', description: 'Whether the camera is watched at all.' }),
    renamed_from: Type.Optional(
      text({
        pattern: NAME_PATTERN,
        reload: 'restart',
        description: 'Name the camera had before: its model, events and entities go over to the new name.',
      }),
    ),
    learning: flag({ default: true, reload: 'live', description: 'Whether the model goes on learning.' }),
    sensitivity: number({
      default: 1,
      minimum: 0.1,
      maximum: 10,
      reload: 'live',
      description: 'Divides every threshold: 2 alarms at half the usual evidence.',
    }),
    alarms_per_day: Type.Optional(
      number({
        minimum: 0.01,
        maximum: 10000,
        reload: 'restart',
        description:
          'No more alarms a day in the long run, true ones included: each raises the thresholds a little, and time lowers ' +
          'them again. Without it there are as many as `sensitivity` gives.',
      }),
    ),
    confirm_s: number({
      default: 0.4,
      minimum: 0,
      maximum: 60,
      unit: 's',
      reload: 'restart',
      description: 'How long something must stay unusual before an event starts.',
    }),
    hold_s: number({
      default: 3,
      minimum: 0,
      maximum: 3600,
      unit: 's',
      reload: 'restart',
      description: 'How long all must be normal before an event ends.',
    }),
    cooldown_s: number({
      default: 2,
      minimum: 0,
      maximum: 86400,
      unit: 's',
      reload: 'restart',
      description: 'Pause before the same cause may start again.',
    }),
    release: number({
      default: 0.6,
      minimum: 0.05,
      maximum: 1,
      reload: 'restart',
      description: 'Share of the threshold below which evidence counts as normal again.',
    }),
    snapshots: flag({
      default: true,
      reload: 'live',
      description: 'Keep a picture with each event and send it over MQTT.',
    }),
  },
  { additionalProperties: false, description: 'One camera.' },
);
export type CameraConfig = Static<typeof CameraSchema>;
