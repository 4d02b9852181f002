/** encoders.test.ts - near values share bits, far ones do not, whatever the encoder. */
import * as fc from 'fast-check';
import { test } from 'tap';
import { circularEncoder, encodeCircular } from '../../../src/htm/encoders/circular.ts';
import {
  type DateEncoder,
  dateEncoder,
  dateSize,
  dateWidth,
  dayOfWeek,
  encodeDate,
  hourOfDay,
} from '../../../src/htm/encoders/date.ts';
import { bucketOf, bucketValue, encodeBucket, rdseEncoder } from '../../../src/htm/encoders/rdse.ts';
import { decodeScalar, encodeScalar, scalarEncoder } from '../../../src/htm/encoders/scalar.ts';
import { overlapOf } from '../../../src/htm/metrics.ts';

const isAscending = (bits: Uint32Array): boolean => bits.every((bit, i) => i === 0 || bits[i - 1]! < bit);

test('a scalar is a run of bits that moves with the value and stays at the ends', async (t) => {
  const encoder = scalarEncoder({ minimum: 0, maximum: 100, size: 110, width: 10 });
  const encode = (value: number): Uint32Array => {
    const out = new Uint32Array(10);
    t.equal(encodeScalar(encoder, value, out), 10);
    return out;
  };
  t.equal(encode(0)[0], 0);
  t.equal(encode(100)[9], 109);
  for (const outside of [-5, 500]) {
    t.throws(() => encode(outside), /value to be a number from 0 to 100/);
    const out = new Uint32Array(10);
    encodeScalar({ ...encoder, clipInput: true }, outside, out);
    t.same(out, encode(outside < 0 ? 0 : 100), 'clipped where that is asked for');
  }
  t.equal(overlapOf(encode(50), encode(53)), 7);
  t.equal(overlapOf(encode(50), encode(61)), 0);
  t.equal(decodeScalar(encoder, encode(37)[0]!), 37);
});

test('on a circle the end meets the beginning', async (t) => {
  const encoder = circularEncoder({ period: 24, size: 240, width: 20 });
  const encode = (value: number): Uint32Array => {
    const out = new Uint32Array(20);
    encodeCircular(encoder, value, out);
    return out;
  };
  t.ok(isAscending(encode(0.2)), 'also where the run goes over the end');
  t.same(encode(0), encode(24));
  t.same(encode(-1), encode(23));
  t.equal(overlapOf(encode(23.5), encode(0.5)), 10);
  t.equal(overlapOf(encode(0), encode(12)), 0);
});

test('the overlap of random distributed codes falls in a straight line and has no range to run out of', async (t) => {
  const encoder = rdseEncoder({ size: 2048, width: 40, resolution: 0.5, origin: 10, step: 2, seed: 3 });
  const encode = (bucket: number): Uint32Array => {
    const out = new Uint32Array(40);
    encodeBucket(encoder, bucket, out);
    return out;
  };
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.integer({ min: 0, max: 40 }),
      (bucket, distance) => {
        const [a, b] = [encode(bucket), encode(bucket + distance)];
        const common = overlapOf(a, b);
        // Two codes of 40 in 2,048 bits share about one by chance, and collisions move a bit or two.
        return isAscending(a) && new Set(a).size === 40 && Math.abs(common - Math.max(0, 40 - 2 * distance)) <= 9;
      },
    ),
  );
  t.same(encode(5), encode(5));
  t.equal(bucketOf(encoder, 10.6), 1);
  t.equal(bucketValue(encoder, 1), 10.5);
  const other = new Uint32Array(40);
  encodeBucket({ ...encoder, seed: 4 }, 5, other);
  t.ok(overlapOf(other, encode(5)) < 8, 'another seed is another code');
});

test('a date has bits for the time of day, the day, the weekend and the season', async (t) => {
  const encoder: DateEncoder = { timeOfDay: 21, timeOfDayHours: 4, dayOfWeek: 5, weekend: 7, season: 10 };
  const encode = (text: string): Uint32Array => {
    const out = new Uint32Array(21 + 5 + 7 + 10);
    t.equal(encodeDate(encoder, Date.parse(text), out), out.length);
    t.ok(isAscending(out), text);
    t.ok(out.at(-1)! < dateSize(encoder));
    return out;
  };
  const friday = encode('2026-05-01T12:00:00Z');
  t.ok(overlapOf(friday, encode('2026-05-08T12:00:00Z')) >= 42, 'a week later nearly nothing differs');
  t.equal(overlapOf(friday, encode('2026-05-02T12:00:00Z')), 31, 'on Saturday the day and the weekend do');
  t.ok(overlapOf(friday, encode('2026-05-01T00:00:00Z')) === 22, 'at night the time of day does');
  t.equal(hourOfDay(Date.parse('1969-12-31T18:00:00Z')), 18);
  t.equal(Math.floor(dayOfWeek(Date.parse('2026-11-23T10:00:00Z'))), 0, 'a Monday');
  t.equal(encodeDate({ ...encoder, timeOfDay: 0, dayOfWeek: 0, season: 0 }, 0, new Uint32Array(7)), 7);
});

test('buckets as far apart as numbers of 32 bits reach have codes of their own', async (t) => {
  const encoder = rdseEncoder({ size: 2048, width: 40, resolution: 1, origin: 0, step: 1, seed: 3 });
  const encode = (bucket: number): Uint32Array => {
    const out = new Uint32Array(40);
    encodeBucket(encoder, bucket, out);
    return out;
  };
  for (const distance of [2 ** 31, 2 ** 32, 2 ** 33, 3 * 2 ** 32])
    for (const bucket of [0, 17, -5]) t.ok(overlapOf(encode(bucket), encode(bucket + distance)) < 10, `${distance}`);
  t.ok(overlapOf(encode(2 ** 32), encode(2 ** 32 + 1)) > 35, 'and neighbours there are alike');
});

test('what is no number has no code', async (t) => {
  const out = new Uint32Array(50).fill(7);
  const scalar = scalarEncoder({ minimum: 0, maximum: 1, size: 20, width: 3, clipInput: true });
  const rdse = rdseEncoder({ size: 100, width: 10, resolution: 1, origin: 0, step: 1, seed: 1 });
  const circle = circularEncoder({ period: 24, size: 48, width: 4 });
  const date: DateEncoder = { timeOfDay: 21, timeOfDayHours: 4, dayOfWeek: 0, weekend: 0, season: 0 };
  for (const value of [NaN, Infinity, -Infinity]) {
    t.throws(() => encodeScalar(scalar, value, out), /value to be a finite number/);
    t.throws(() => bucketOf(rdse, value), /value to be a finite number/);
    t.throws(() => encodeBucket(rdse, value, out), /bucket to be a whole number/);
    t.throws(() => encodeCircular(circle, value, out), /value to be a finite number/);
    t.throws(() => encodeDate(date, value, out), /epochMs/);
  }
  t.ok(
    out.every((bit) => bit === 7),
    'nothing was written',
  );
  t.throws(() => encodeBucket(rdse, 1, new Uint32Array(5)), /out to have room for 10 bits/);
});

test('the weekend may begin on Friday evening, and holidays and days of one’s own have bits', async (t) => {
  const encoder = (more: Partial<DateEncoder>): DateEncoder =>
    dateEncoder({ timeOfDay: 0, timeOfDayHours: 4, dayOfWeek: 0, weekend: 0, season: 0, ...more });
  const first = (date: DateEncoder, text: string): number => {
    const out = new Uint32Array(40);
    t.equal(encodeDate(date, Date.parse(text), out), dateWidth(date));
    return out[0]!;
  };
  const evening = '2026-05-01T20:00:00Z'; // a Friday
  t.equal(first(encoder({ weekend: 5 }), evening), 0);
  t.equal(first(encoder({ weekend: 5, weekendFrom: 19 }), evening), 5);
  t.equal(first(encoder({ weekend: 5, weekendFrom: 19 }), '2026-05-01T18:59:00Z'), 0);
  const holiday = encoder({ holiday: 10 });
  t.equal(first(holiday, '2026-12-25T00:00:00Z'), 10, 'Christmas');
  t.equal(first(holiday, '2026-12-24T12:00:00Z'), 5, 'half way to it');
  t.equal(first(holiday, '2026-12-26T06:00:00Z'), 8, 'a quarter of a day after it');
  t.equal(first(holiday, '2026-12-28T00:00:00Z'), 0);
  const own = encoder({
    holiday: 10,
    holidays: [
      [2, 29],
      [2027, 1, 6],
    ],
  });
  t.equal(first(own, '2028-02-29T10:00:00Z'), 10, 'a leap day');
  t.equal(first(own, '2027-01-06T10:00:00Z'), 10);
  t.equal(first(own, '2028-01-06T10:00:00Z'), 0, 'that was in another year');
  const custom = encoder({ customDay: 3, customDays: [0, 2] });
  t.equal(first(custom, '2026-11-23T10:00:00Z'), 3, 'a Monday');
  t.equal(first(custom, '2026-11-24T10:00:00Z'), 0);
  t.equal(dateSize(encoder({ holiday: 10, customDay: 3 })), 26);
  t.throws(() => encoder({ holidays: [[13, 1]] }), /month in holidays .* from 1 to 12 but received 13/);
  const season = { season: 12 };
  t.not(first(encoder({ ...season, centred: false }), evening), first(encoder(season), evening));
});

test('settings that contradict each other are refused', async (t) => {
  t.throws(() => scalarEncoder({ minimum: 1, maximum: 1, size: 10, width: 2 }), /maximum to be a number above 1/);
  t.throws(() => scalarEncoder({ minimum: 0, maximum: 1, size: 10, width: 10 }), /width .* from 1 to 9/);
  t.throws(() => circularEncoder({ period: 0, size: 10, width: 2 }), /period to be a number above 0/);
  t.throws(() => circularEncoder({ period: 1, size: 10, width: 11 }), /width .* from 1 to 10/);
  const good = { size: 100, width: 10, resolution: 1, origin: 0, step: 1, seed: 1 };
  t.throws(() => rdseEncoder({ ...good, resolution: 0 }), /resolution to be a number above 0/);
  t.throws(() => rdseEncoder({ ...good, width: 60 }), /width .* from 1 to 50/);
  t.throws(() => rdseEncoder({ ...good, step: 11 }), /step .* from 1 to 10/);
});
