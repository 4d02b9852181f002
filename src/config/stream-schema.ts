/**
 * stream-schema.ts - the settings of one number sensor.
 */
import { Type, type Static } from 'typebox';
import { DISPLAY_NAME_PATTERN } from '../records/commands.ts';
import { NAME_PATTERN, flag, number, text, whole } from './setting-kinds.ts';

const MqttSource = Type.Object(
  {
    type: Type.Literal('mqtt'),
    topic: text({ minLength: 1, description: 'Whole topic at the broker of `mqtt`, without wildcards.' }),
    json_key: Type.Optional(
      text({ minLength: 1, description: 'Where the number is in a JSON payload, such as temperature or a.b.' }),
    ),
  },
  { additionalProperties: false, description: 'Messages of one topic. Retained ones are old and are not taken.' },
);
const FileSource = Type.Object(
  {
    type: Type.Literal('file'),
    path: text({
      minLength: 1,
      description: 'File that holds one number (sysfs) or what a 1-Wire thermometer says (w1_slave).',
    }),
    interval_s: number({
      default: 60,
      minimum: 0.1,
      maximum: 86400,
      unit: 's',
      description: 'How often it is read.',
    }),
  },
  { additionalProperties: false, description: 'A file that is read again and again.' },
);
const CsvSource = Type.Object(
  {
    type: Type.Literal('csv'),
    path: text({ minLength: 1, description: 'CSV file with a heading, relative to the configuration file.' }),
    column: Type.Optional(text({ minLength: 1, description: 'Column of the values; without it value.' })),
    interval_s: number({
      default: 0,
      minimum: 0,
      maximum: 86400,
      unit: 's',
      description: 'Pause between two rows; 0 = as fast as they are taken.',
    }),
  },
  { additionalProperties: false, description: 'A recorded series, once from its beginning to its end.' },
);

export const StreamSchema = Type.Object(
  {
    source: Type.Union([MqttSource, FileSource, CsvSource], { description: 'Where the numbers come from.' }),
    scale: number({
      default: 1,
      minimum: -1e9,
      maximum: 1e9,
      reload: 'restart',
      description: 'Every number is multiplied by this: 0.001 for a file in thousandths.',
    }),
    seed: whole({
      default: 1,
      minimum: 0,
      maximum: 2147483647,
      reload: 'restart',
      description: 'Decides every random choice of a newborn model.',
    }),
    enabled: flag({ default: true, reload: 'live', description: 'Whether values are taken at all.' }),
    display_name: text({
      default: '',
      pattern: DISPLAY_NAME_PATTERN,
      reload: 'restart',
      description: 'What Home Assistant and events call the sensor; any letters. Without it its name here.',
    }),
    renamed_from: Type.Optional(
      text({
        pattern: NAME_PATTERN,
        reload: 'restart',
        description: 'Name the sensor had before: its model, events and entities go over to the new name.',
      }),
    ),
    learning: flag({ default: true, reload: 'live', description: 'Whether the model goes on learning.' }),
    sensitivity: number({
      default: 1,
      minimum: 0.1,
      maximum: 10,
      reload: 'live',
      description: 'Divides the threshold: 2 alarms at half the usual evidence.',
    }),
    lost_after_s: number({
      default: 3600,
      minimum: 0,
      maximum: 864000,
      unit: 's',
      reload: 'restart',
      description: 'Without a value for so long the sensor is lost; 0 = never.',
    }),
  },
  { additionalProperties: false, description: 'One number sensor.' },
);
export type StreamConfig = Static<typeof StreamSchema>;
export type StreamSource = StreamConfig['source'];
