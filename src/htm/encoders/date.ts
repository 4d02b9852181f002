/**
 * date.ts - a moment as bits: time of day, day of the week, weekend, season (NuPIC `DateEncoder`).
 *
 * Moments are milliseconds since 1970 in the clock that people live by (add the zone's offset first); parts of the date
 * are worked out with whole numbers, so that the same moment gives the same bits everywhere.
 */
import { circularEncoder, encodeCircular } from './circular.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WEEK_DAYS = 7;
/** 1970-01-01 was a Thursday; weeks here begin on Monday. */
const FIRST_WEEKDAY = 3;
const DAYS_OF_YEAR = 365.2425;

/** Active bits of each part, 0 = leave it out; every part has its own bits. */
export type DateEncoder = {
  readonly timeOfDay: number;
  /** Hours over which the time of day fades to no overlap. */
  readonly timeOfDayHours: number;
  readonly dayOfWeek: number;
  readonly weekend: number;
  readonly season: number;
};

/** Hours since midnight, 0 to below 24. */
export function hourOfDay(epochMs: number): number {
  return (epochMs - Math.floor(epochMs / DAY_MS) * DAY_MS) / HOUR_MS;
}

/** Days since Monday midnight, 0 to below 7, with its fraction. */
export function dayOfWeek(epochMs: number): number {
  const days = epochMs / DAY_MS + FIRST_WEEKDAY;
  return days - Math.floor(days / WEEK_DAYS) * WEEK_DAYS;
}

/** Bits of the whole SDR. */
export function dateSize(encoder: DateEncoder): number {
  return timeOfDaySize(encoder) + encoder.dayOfWeek * WEEK_DAYS + encoder.weekend * 2 + encoder.season * 4;
}

const timeOfDaySize = ({ timeOfDay, timeOfDayHours }: DateEncoder): number =>
  timeOfDay === 0 ? 0 : Math.round((timeOfDay * 24) / timeOfDayHours);

/** Write the active bits, ascending, to `out` from `at` on, each moved by `offset`; returns how many. */
export function encodeDate(
  encoder: DateEncoder,
  epochMs: number,
  out: Uint16Array | Uint32Array,
  at = 0,
  offset = 0,
): number {
  const { timeOfDay, dayOfWeek: dayWidth, weekend, season } = encoder;
  let count = 0;
  let base = offset;
  if (timeOfDay > 0) {
    const size = timeOfDaySize(encoder);
    const circle = circularEncoder({ period: 24, size, width: timeOfDay });
    count += encodeCircular(circle, hourOfDay(epochMs), out, at, base);
    base += size;
  }
  const day = dayOfWeek(epochMs);
  if (dayWidth > 0) {
    const circle = circularEncoder({ period: WEEK_DAYS, size: dayWidth * WEEK_DAYS, width: dayWidth });
    count += encodeCircular(circle, Math.floor(day) + 0.5, out, at + count, base);
    base += dayWidth * WEEK_DAYS;
  }
  if (weekend > 0) {
    const isWeekend = day >= 5 ? 1 : 0;
    for (let i = 0; i < weekend; i++) out[at + count++] = base + isWeekend * weekend + i;
    base += weekend * 2;
  }
  if (season > 0) {
    const circle = circularEncoder({ period: DAYS_OF_YEAR, size: season * 4, width: season });
    count += encodeCircular(circle, epochMs / DAY_MS, out, at + count, base);
  }
  return count;
}
