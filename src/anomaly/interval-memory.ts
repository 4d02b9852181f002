/**
 * interval-memory.ts - how long things usually last: number, mean and variance of ln(time + 1) per key of three parts.
 *
 * The local regions key it by (place, previous state, state): how long a place stays in a state it came to from another.
 * The global region keys it by (next state, previous state, state): how often and how soon one scene state follows.
 *
 * The table is open-addressed and never grows: a new key may take the place of the least visited of the few entries its
 * probe reaches; replacements are counted.
 *
 * Time is in units of 100 ms, so that the memory does not depend on the frame rate.
 */
import { exp, ln } from '../memory/exact-math.ts';
import { type Views, field, upTo } from '../memory/layout.ts';

/** The logarithm of longer than any life. */
const LONGEST_LOG = 40;

export const intervalMemoryFields = (entries: number) => ({
  intervalKeys: field('u32', entries, 'learned'), // [entries] key + 1; 0 = free
  visits: field('u16', entries, 'learned'), // [entries] saturating
  // f32: means of logarithms, made by + - * / and the exact logarithm only
  meanLog: field('f32', entries, 'learned', upTo(LONGEST_LOG)), // [entries] of ln(time + 1)
  varianceLog: field('f32', entries, 'learned', upTo(LONGEST_LOG * LONGEST_LOG)), // [entries]
  replacedKeys: field('u32', 1, 'learned'), // keys that took another's place
});
export type IntervalMemory = Views<ReturnType<typeof intervalMemoryFields>>;

const UNIT_MS = 100;
const PROBES = 8;
/** Visits before a stay can be judged. */
const MIN_VISITS = 6;
const MIN_VARIANCE = 0.02;
/** The slowest learning rate: old habits fade over some 30 visits. */
const MIN_RATE = 0.03;

/** `first` below 2^13, the two others below 2^9. */
export function intervalKey(first: number, second: number, third: number): number {
  return ((first << 18) | (second << 9) | third) >>> 0;
}

/** The logarithm that stays are compared on. */
export function logTime(elapsedMs: number): number {
  return ln((elapsedMs < 0 ? 0 : elapsedMs) / UNIT_MS + 1);
}

/** The time (ms) of such a logarithm, at least 0. */
export function timeOfLog(log: number): number {
  return Math.max(0, (exp(log) - 1) * UNIT_MS);
}

/** Standard deviations by which a stay of `elapsedMs` differs from the usual one (< 0 shorter); 0 while unknown. */
export function intervalDeviation(memory: IntervalMemory, key: number, elapsedMs: number): number {
  const entry = intervalAt(memory, key);
  if (entry < 0) return 0;
  const count = memory.visits[entry]!;
  if (count < MIN_VISITS) return 0;
  const mean = memory.meanLog[entry]!;
  // Frames and debouncing blur both ends of a stay by about one unit, which is much of a short one: d ln(t + 1) = dt / (t + 1).
  const blur = exp(-2 * mean);
  const variance = (Math.max(MIN_VARIANCE, memory.varianceLog[entry]!) + blur) * (1 + 2 / count);
  return (logTime(elapsedMs) - mean) / Math.sqrt(variance);
}

/**
 * What is known of a key: visits, the times (ms) at `spread` standard deviations below, at and above the mean, and the
 * standard deviation of ln(time).
 */
export type UsualInterval = {
  readonly visits: number;
  readonly lowMs: number;
  readonly meanMs: number;
  readonly highMs: number;
  readonly spreadLog: number;
};

/** The usual time of a key, or null while it was never seen. */
export function usualInterval(memory: IntervalMemory, key: number, spread: number): UsualInterval | null {
  const entry = intervalAt(memory, key);
  if (entry < 0) return null;
  return {
    visits: memory.visits[entry]!,
    lowMs: timeAt(memory, entry, -spread),
    meanMs: timeAt(memory, entry, 0),
    highMs: timeAt(memory, entry, spread),
    spreadLog: spreadAt(memory, entry),
  };
}

/** The time (ms) that lies so many standard deviations from the mean of an entry. */
export function timeAt({ meanLog, varianceLog }: IntervalMemory, entry: number, deviations: number): number {
  return timeOfLog(meanLog[entry]! + spreadOf(varianceLog[entry]!) * deviations);
}

/** The standard deviation of ln(time) of an entry. */
export function spreadAt({ varianceLog }: IntervalMemory, entry: number): number {
  return spreadOf(varianceLog[entry]!);
}

function spreadOf(variance: number): number {
  return Math.sqrt(Math.max(MIN_VARIANCE, variance));
}

/** How often a key was learned. */
export function visitsOf(memory: IntervalMemory, key: number): number {
  const entry = intervalAt(memory, key);
  return entry < 0 ? 0 : memory.visits[entry]!;
}

/**
 * Learn that a stay lasted `elapsedMs`. Once the key can be judged, a stay counts as at most `mostDeviations` away from
 * the usual one: so a rare long one does not widen what is usual at once.
 */
export function learnInterval(memory: IntervalMemory, key: number, elapsedMs: number, mostDeviations = Infinity): void {
  const { visits, meanLog, varianceLog } = memory;
  const entry = findOrTake(memory, key);
  const count = Math.min(65535, visits[entry]! + 1);
  visits[entry] = count;
  const rate = Math.max(1 / count, MIN_RATE);
  const most = count <= MIN_VISITS ? Infinity : mostDeviations * Math.sqrt(Math.max(MIN_VARIANCE, varianceLog[entry]!));
  const deviation = Math.max(-most, Math.min(most, logTime(elapsedMs) - meanLog[entry]!));
  meanLog[entry]! += rate * deviation;
  // The first visit has no spread of its own yet.
  if (count > 1) varianceLog[entry]! += rate * (deviation * deviation * (1 - rate) - varianceLog[entry]!);
}

/** Entries in use. */
export function intervalEntries({ intervalKeys: keys }: IntervalMemory): number {
  let used = 0;
  for (const key of keys) if (key !== 0) used++;
  return used;
}

function slotOf(key: number, entries: number): number {
  const mixed = Math.imul(key ^ (key >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % entries;
}

/** The entry of a key, or -1 while it was never seen. */
export function intervalAt({ intervalKeys: keys }: IntervalMemory, key: number): number {
  for (let probe = 0, slot = slotOf(key, keys.length); probe < PROBES; probe++) {
    const found = keys[slot]!;
    if (found === key + 1) return slot;
    if (found === 0) return -1;
    slot = slot + 1 === keys.length ? 0 : slot + 1;
  }
  return -1;
}

function findOrTake(memory: IntervalMemory, key: number): number {
  const { intervalKeys: keys, visits, meanLog, varianceLog, replacedKeys } = memory;
  let taken = -1;
  for (let probe = 0, slot = slotOf(key, keys.length); probe < PROBES; probe++) {
    const found = keys[slot]!;
    if (found === key + 1) return slot;
    if (found === 0) {
      keys[slot] = key + 1;
      return slot;
    }
    if (taken < 0 || visits[slot]! < visits[taken]!) taken = slot;
    slot = slot + 1 === keys.length ? 0 : slot + 1;
  }
  keys[taken] = key + 1;
  visits[taken] = 0;
  meanLog[taken] = 0;
  varianceLog[taken] = 0;
  replacedKeys[0]!++;
  return taken;
}
