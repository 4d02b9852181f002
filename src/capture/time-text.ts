/**
 * time-text.ts - the one reader of times that come as text. Each part is checked: a month 13, 30 February or 27:99 is no
 * time, and a number since 1970 is of the unit that makes it a time of these centuries, or none.
 *
 * What a model uses is the wall clock, the time of day that people there live by, so the zone is left out of `localMs`. An
 * hour that a change to summer time skips or repeats is taken as it is written.
 */

export type ReadTime = {
  /** The wall clock as milliseconds, as if it were UTC. */
  readonly localMs: number;
  /** The instant, where the text tells its zone; else null. */
  readonly utcMs: number | null;
};

const DATE = String.raw`(?<year>\d{4})[-/](?<month>\d{1,2})[-/](?<day>\d{1,2})`;
const GERMAN = String.raw`(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})`;
const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,9}))?)?`;
const ZONE = String.raw`\s?(?<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)`;
const FORMS = [
  new RegExp(`^${DATE}(?:[T ]${CLOCK}(?:${ZONE})?)?$`, 'i'),
  new RegExp(`^${GERMAN}(?:,? ${CLOCK}(?:${ZONE})?)?$`, 'i'),
  /^(?<year>(?:19|20)\d\d)(?<month>\d\d)(?<day>\d\d)(?:T?(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d))?$/,
];
/** Largest number of seconds, milliseconds, microseconds and nanoseconds since 1970 that is still a time of these centuries. */
const LATEST_MS = Date.UTC(2200, 0, 1);
const EARLIEST_MS = Date.UTC(1900, 0, 1);
const UNITS_PER_MS = [0.001, 1, 1000, 1_000_000];

/** The time in a text, null when it is none. */
export function timeInText(text: string): ReadTime | null {
  const trimmed = text.trim();
  if (trimmed.length > 40) return null;
  for (const form of FORMS) {
    const groups = form.exec(trimmed)?.groups;
    const time = groups === undefined ? null : fromParts(groups);
    if (time !== null) return time;
  }
  return /^-?\d+(\.\d+)?$/.test(trimmed) ? sinceEpoch(Number(trimmed)) : null;
}

/** The wall clock of a timestamp (ms, as if it were UTC). NaN if it is none. */
export function wallClock(text: string): number {
  return timeInText(text)?.localMs ?? NaN;
}

function fromParts(parts: { readonly [name: string]: string | undefined }): ReadTime | null {
  const [year, month, day, hour = 0, minute = 0, second = 0] = (
    ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
  ).map((name) => (parts[name] === undefined ? undefined : Number(parts[name])));
  if (year === undefined || month === undefined || day === undefined) return null;
  const dayMs = Date.UTC(year, month - 1, day);
  const written = new Date(dayMs);
  // 30 February would otherwise be 2 March.
  if (written.getUTCMonth() !== month - 1 || written.getUTCDate() !== day) return null;
  // A leap second is written as :60.
  if (hour > 23 || minute > 59 || second > 60) return null;
  const fraction = parts['fraction'] === undefined ? 0 : Number(`0.${parts['fraction']}`);
  const localMs = dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + Math.round(fraction * 1000);
  const offsetMs = offsetOf(parts['zone']);
  if (offsetMs === null) return null;
  return { localMs, utcMs: parts['zone'] === undefined ? null : localMs - offsetMs };
}

function offsetOf(zone: string | undefined): number | null {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '') ?? [];
  if (Number(hours) > 14 || Number(minutes) > 59) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function sinceEpoch(number: number): ReadTime | null {
  for (const perMs of UNITS_PER_MS) {
    const ms = Math.round(number / perMs);
    if (ms <= LATEST_MS && ms >= EARLIEST_MS) return { localMs: ms, utcMs: ms };
  }
  return null;
}
