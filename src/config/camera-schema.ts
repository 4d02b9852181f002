/**
 * camera-schema.ts - the settings of one camera.
 */
import { Type, type Static } from 'typebox';
import { DISPLAY_NAME_PATTERN, QUIET_HOURS_PATTERN } from '../records/commands.ts';
import { DEFAULT_PRESET, PRESET_NAMES } from '../cortex/settings.ts';
import { SOURCE_SCHEMAS } from './sources.ts';
import { NAME_PATTERN, Share, choice, flag, number, polygons, text, whole } from './setting-kinds.ts';

export const CameraSchema = Type.Object(
  {
    source: Type.Union([...SOURCE_SCHEMAS], { description: 'Where the frames come from.' }),
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
    lost_after_s: number({
      default: 10,
      minimum: 0.5,
      maximum: 3600,
      unit: 's',
      reload: 'restart',
      description:
        'Without a good frame for so long (or for three frames, if that is longer) the camera is lost and opened anew.',
    }),
    frozen_after_s: number({
      default: 60,
      minimum: 0,
      maximum: 86400,
      unit: 's',
      reload: 'restart',
      description:
        'A live camera whose picture stays the same to the last bit for so long is lost too; 0 = never. Real pictures have noise.',
    }),
    learning: flag({ default: true, reload: 'live', description: 'Whether the model goes on learning.' }),
    alarms_per_day: number({
      default: 10,
      minimum: 0.01,
      maximum: 10000,
      reload: 'live',
      description:
        'About so many alarms a day may come where nothing is wrong: what is rarer than that among what was seen so far is told.',
    }),
    sensitivity: number({
      default: 1,
      minimum: 0.1,
      maximum: 10,
      reload: 'live',
      description:
        'Multiplies `alarms_per_day`, as a fine knob while running: at 2 there are about twice as many alarms.',
    }),
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
    quiet_hours: text({
      default: '',
      pattern: QUIET_HOURS_PATTERN,
      reload: 'live',
      description:
        'From when to when (local time, "22:00-06:30") what is unusual is told as a notice instead of an alert; empty = never.',
    }),
    display_name: text({
      default: '',
      pattern: DISPLAY_NAME_PATTERN,
      reload: 'live',
      description:
        'What the dashboard, Home Assistant and events call the camera; any letters. Topics and ids go by its name here.',
    }),
    view_px: whole({
      default: 640,
      minimum: 0,
      maximum: 1920,
      unit: 'px',
      reload: 'restart',
      description:
        "Longest side of the picture for people, sharper than the model's: on the dashboard and with events. 0 = the model's own.",
    }),
    picture_px: whole({
      default: 640,
      minimum: 64,
      maximum: 1920,
      unit: 'px',
      reload: 'restart',
      description: 'Longest side of the picture that is kept with an event and sent over MQTT; `view_px` at most.',
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
