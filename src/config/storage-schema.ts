/**
 * storage-schema.ts - the settings of what is kept: how often models are saved, how many snapshots, how much of the rest.
 */
import { number, section, whole } from './setting-kinds.ts';

export const Checkpoint = section(
  {
    interval_s: number({
      default: 300,
      minimum: 1,
      maximum: 86400,
      unit: 's',
      reload: 'restart',
      description: 'At most so much learning is lost in a power cut. Shorter intervals write more to the card.',
    }),
    write_budget_mb_per_day: number({
      default: 200,
      minimum: 1,
      maximum: 1000000,
      unit: 'MB/day',
      reload: 'restart',
      description: 'When more would be written, models are saved less often than the interval says.',
    }),
    max_interval_s: number({
      default: 21600,
      minimum: 1,
      maximum: 604800,
      unit: 's',
      reload: 'restart',
      description: 'A model is saved at least so often, whatever the budget.',
    }),
  },
  'When models are saved.',
);

export const ModelSnapshots = section(
  {
    every_h: number({
      default: 24,
      minimum: 0,
      maximum: 8760,
      unit: 'h',
      reload: 'restart',
      description: 'How often a snapshot of each model is kept by itself; 0 = never.',
    }),
    keep: whole({
      default: 7,
      minimum: 1,
      maximum: 1000,
      reload: 'restart',
      description: 'How many of them are kept of each model; the oldest go.',
    }),
    keep_replaced: whole({
      default: 5,
      minimum: 1,
      maximum: 1000,
      reload: 'restart',
      description: 'How many snapshots of models that a restore replaced are kept of each model.',
    }),
    most: whole({
      default: 100,
      minimum: 1,
      maximum: 10000,
      reload: 'restart',
      description: 'So many made by hand or by command at most; then one must be deleted before the next.',
    }),
    most_mb: number({
      default: 500,
      minimum: 1,
      maximum: 100000,
      unit: 'MB',
      reload: 'restart',
      description: 'Most bytes of all snapshots; the same holds.',
    }),
  },
  'Model snapshots: those that cortexd makes by itself, and how many may be made by hand.',
);

export const Retention = section(
  {
    events_days: number({
      default: 90,
      minimum: 1,
      maximum: 3650,
      unit: 'days',
      reload: 'live',
      description: 'Older events and scores are deleted; age counts only while the clock is synchronized.',
    }),
    events_mb: number({
      default: 100,
      minimum: 1,
      maximum: 100000,
      unit: 'MB',
      reload: 'live',
      description: 'Oldest events that have ended are deleted beyond this, pictures not counted.',
    }),
    minutes_days: number({
      default: 14,
      minimum: 1,
      maximum: 3650,
      unit: 'days',
      reload: 'live',
      description: 'Scores are kept by the minute so long, then by the hour.',
    }),
    pictures_mb: number({
      default: 200,
      minimum: 0,
      maximum: 100000,
      unit: 'MB',
      reload: 'live',
      description: 'Oldest pictures are deleted beyond this.',
    }),
    outbox_events: whole({
      default: 10000,
      minimum: 10,
      maximum: 1000000,
      reload: 'restart',
      description: 'Unsent event messages kept while the broker is away; then updates go first, oldest next.',
    }),
    outbox_mb: number({
      default: 16,
      minimum: 0.1,
      maximum: 1000,
      unit: 'MB',
      reload: 'restart',
      description: 'Most bytes of unsent event messages; the same go first.',
    }),
  },
  'How much is kept.',
);
