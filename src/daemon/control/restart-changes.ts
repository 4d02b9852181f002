/**
 * restart-changes.ts - which changed settings take effect only after a restart.
 */
import type { Config } from '../../config/schema.ts';

/** What takes effect at once, by its place; `*` stands for any name. */
const LIVE: readonly string[] = [
  'log.level',
  'cameras.*.learning',
  'cameras.*.enabled',
  'cameras.*.sensitivity',
  'cameras.*.zones',
  'cameras.*.masks',
  'streams.*.learning',
  'streams.*.enabled',
  'streams.*.sensitivity',
  'mqtt.score_interval_s',
  'retention.events_days',
  'retention.events_mb',
  'retention.minutes_days',
  'retention.pictures_mb',
];

/** The settings that differ and need a restart, as `cameras.porch.source.url`. */
export function changesForRestart(before: Config, after: Config): string[] {
  return differences(before, after, [])
    .filter((path) => !LIVE.some((live) => matches(live.split('.'), path)))
    .map((path) => path.join('.'));
}

function matches(live: readonly string[], path: readonly string[]): boolean {
  return live.length <= path.length && live.every((part, i) => part === '*' || part === path[i]);
}

function differences(before: unknown, after: unknown, path: readonly string[]): (readonly string[])[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isSection(before) || !isSection(after)) return [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], [...path, key]));
}

function isSection(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
