/**
 * date.ts - a moment as bits: time of day, day of the week, weekend, season (NuPIC `DateEncoder`).
 *
 * Moments are milliseconds since 1970 in the clock that people live by (add the zone's offset first); parts of the date
 * are worked out with whole numbers, so that the same moment gives the same bits everywhere.
 */
import { expectBoolean, expectNumber, expectRoom, expectWhole } from '../../memory/expect.ts';
import { circularEncoder, encodeCircular } from './circular.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WEEK_DAYS = 7;
/** 1970-01-01 was a Thursday; weeks here begin on Monday. */
const FIRST_WEEKDAY = 3;
/** The range of dates that the language can tell. */
const MOST_MS = 8.64e15;
const DAYS_OF_YEAR = 365.2425;

/** Active bits of each part, 0 = leave it out; every part has its own bits. */
export type DateEncoder = {
  readonly timeOfDay: number;
  /** Hours over which the time of day fades to no overlap. */
  readonly timeOfDayHours: number;
  readonly dayOfWeek: number;
  readonly weekend: number;
  readonly season: number;
  /** Hour of Friday from which on it is weekend: 24 (default) is Saturday, 19 what NuPIC does. */
  readonly weekendFrom?: number;
  /** Bits of "today is one of `holidays`", fading in on the day before and out on the day after (NuPIC). Default 0. */
  readonly holiday?: number;
  /** Days as [month, day] of every year, or [year, month, day]. Default Christmas Day, as in NuPIC. */
  readonly holidays?: readonly (readonly number[])[];
  /** Bits of "today is one of `customDays`". Default 0. */
  readonly customDay?: number;
  /** Days of the week, 0 = Monday. */
  readonly customDays?: readonly number[];
  /** Runs of bits on circles lie around their place (NuPIC; default), or begin there (htm.core). */
  readonly centred?: boolean;
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

const CHRISTMAS = [[12, 25]];

/** Throws RangeError when the settings make no sense. */
export function dateEncoder(encoder: DateEncoder): DateEncoder {
  for (const name of ['timeOfDay', 'dayOfWeek', 'weekend', 'season'] as const)
    expectWhole(name, encoder[name], 0, 4096);
  expectNumber('timeOfDayHours', encoder.timeOfDayHours, 0.01, 24);
  expectNumber('weekendFrom', encoder.weekendFrom ?? 24, 0, 24);
  expectWhole('holiday', encoder.holiday ?? 0, 0, 4096);
  expectWhole('customDay', encoder.customDay ?? 0, 0, 4096);
  expectBoolean('centred', encoder.centred ?? true);
  for (const day of encoder.customDays ?? []) expectWhole('customDays', day, 0, WEEK_DAYS - 1);
  for (const day of encoder.holidays ?? []) {
    expectWhole('the numbers of a day in holidays', day.length, 2, 3);
    expectWhole('the month in holidays', day.at(-2)!, 1, 12);
    expectWhole('the day in holidays', day.at(-1)!, 1, 31);
  }
  return encoder;
}

/** Bits of the whole SDR. */
export function dateSize(encoder: DateEncoder): number {
  const { dayOfWeek: day, weekend, season, holiday = 0, customDay = 0 } = encoder;
  return timeOfDaySize(encoder) + day * WEEK_DAYS + weekend * 2 + season * 4 + holiday * 2 + customDay * 2;
}

/** Days from 1970-01-01 to a day of the Gregorian calendar, by whole numbers. */
function daysTo(year: number, month: number, day: number): number {
  // Years begin in March, so that the leap day is the last.
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

/** 1 on a holiday, rising towards it on the day before, falling on the day after, else 0. */
export function holidayOf(encoder: DateEncoder, epochMs: number): number {
  const today = epochMs / DAY_MS;
  const about = Math.floor(today / DAYS_OF_YEAR) + 1970;
  let most = 0;
  for (const date of encoder.holidays ?? CHRISTMAS) {
    const years = date.length === 3 ? [date[0]!] : [about - 1, about, about + 1];
    for (const year of years) {
      const since = today - daysTo(year, date.at(-2)!, date.at(-1)!);
      if (since >= 0 && since < 1) most = 1;
      else if (since >= -1 && since < 0) most = Math.max(most, 1 + since);
      else if (since >= 1 && since < 2) most = Math.max(most, 2 - since);
    }
  }
  return most;
}

const timeOfDaySize = ({ timeOfDay, timeOfDayHours }: DateEncoder): number =>
  timeOfDay === 0 ? 0 : Math.round((timeOfDay * 24) / timeOfDayHours);

/** Active bits of every moment. */
export function dateWidth(encoder: DateEncoder): number {
  const { timeOfDay, dayOfWeek: day, weekend, season, holiday = 0, customDay = 0 } = encoder;
  return timeOfDay + day + weekend + season + holiday + customDay;
}

/** Write the active bits, ascending, to `out` from `at` on, each moved by `offset`; returns how many. */
export function encodeDate(
  encoder: DateEncoder,
  epochMs: number,
  out: Uint16Array | Uint32Array,
  at = 0,
  offset = 0,
): number {
  const { timeOfDay, dayOfWeek: dayWidth, weekend, season, holiday = 0, customDay = 0, centred = true } = encoder;
  expectNumber('epochMs', epochMs, -MOST_MS, MOST_MS);
  expectRoom('out', out, at, dateWidth(encoder));
  let count = 0;
  let base = offset;
  if (timeOfDay > 0) {
    const size = timeOfDaySize(encoder);
    const circle = circularEncoder({ period: 24, size, width: timeOfDay, centred });
    count += encodeCircular(circle, hourOfDay(epochMs), out, at, base);
    base += size;
  }
  const day = dayOfWeek(epochMs);
  if (dayWidth > 0) {
    const circle = circularEncoder({ period: WEEK_DAYS, size: dayWidth * WEEK_DAYS, width: dayWidth, centred });
    count += encodeCircular(circle, Math.floor(day) + 0.5, out, at + count, base);
    base += dayWidth * WEEK_DAYS;
  }
  if (weekend > 0) {
    const isWeekend = day >= 4 + (encoder.weekendFrom ?? 24) / 24 ? 1 : 0;
    for (let i = 0; i < weekend; i++) out[at + count++] = base + isWeekend * weekend + i;
    base += weekend * 2;
  }
  if (season > 0) {
    const circle = circularEncoder({ period: DAYS_OF_YEAR, size: season * 4, width: season, centred });
    count += encodeCircular(circle, epochMs / DAY_MS, out, at + count, base);
    base += season * 4;
  }
  if (holiday > 0) {
    const first = base + Math.round(holidayOf(encoder, epochMs) * holiday);
    for (let i = 0; i < holiday; i++) out[at + count++] = first + i;
    base += holiday * 2;
  }
  if (customDay > 0) {
    const isCustom = (encoder.customDays ?? []).includes(Math.floor(day)) ? 1 : 0;
    for (let i = 0; i < customDay; i++) out[at + count++] = base + isCustom * customDay + i;
  }
  return count;
}
