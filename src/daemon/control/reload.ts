/**
 * reload.ts - what is different between two readings of the configuration: what takes effect at once, what needs a restart.
 */
import type { Config } from '../../config/schema.ts';

export type Changes = {
  /** Keys whose new value holds from now on, and keys whose value holds after a restart. */
  readonly applied: readonly string[];
  readonly needRestart: readonly string[];
};

/** Settings that take effect at once, by key; a star stands for a name. */
const LIVE = [
  'log.level',
  'mqtt.score_interval_s',
  'retention.events_days',
  'retention.events_mb',
  'retention.minutes_days',
  'retention.pictures_mb',
  ...['learning', 'enabled', 'sensitivity', 'zones', 'masks', 'alarms_per_day', 'quiet_hours', 'display_name'].map(
    (key) => `cameras.*.${key}`,
  ),
  ...['learning', 'enabled', 'sensitivity'].map((key) => `streams.*.${key}`),
];

export function changesOf(before: Config, after: Config): Changes {
  const changed = new Set<string>();
  compare(before, after, [], changed);
  const applied: string[] = [];
  const needRestart: string[] = [];
  for (const key of changed) (isLive(key) ? applied : needRestart).push(key);
  return { applied, needRestart };
}

function compare(before: unknown, after: unknown, path: readonly string[], changed: Set<string>): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const isWhole = path.length > 0 && isLive(path.join('.'));
  if (isWhole || !isSection(before) || !isSection(after)) {
    changed.add(path.join('.'));
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
    compare(before[key], after[key], [...path, key], changed);
}

function isSection(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLive(key: string): boolean {
  const parts = key.split('.');
  return LIVE.some((live) => {
    const wanted = live.split('.');
    return wanted.length === parts.length && wanted.every((part, i) => part === '*' || part === parts[i]);
  });
}
