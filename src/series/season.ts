/**
 * season.ts - what is usual at this time of day: for each of 48 slots a slowly moving mean of the slot's mean value.
 */
import { SEASON_SLOTS } from './settings.ts';

type SeasonViews = {
  readonly slotUsual: Float64Array;
  readonly slotKnown: Uint8Array;
  readonly slotSum: Float64Array;
  readonly slotCount: Uint32Array;
};

const DAY_MS = 86_400_000;
/** How fast a new day replaces the old ones. */
const RATE = 0.2;
/** Places in the `slotCount` field. */
const COUNT = { values: 0, slot: 1 } as const;

/** How far `value` is from the usual at this time of day, or null while that is not known. */
export function seasonDistance(
  { slotUsual, slotKnown }: SeasonViews,
  epochMs: number | null,
  value: number,
): number | null {
  if (epochMs === null) return null;
  const slot = slotOf(epochMs);
  return slotKnown[slot] === 1 ? Math.abs(value - slotUsual[slot]!) : null;
}

/** Remember `value`; what is usual in a slot changes when the slot ends. */
export function learnSeason(views: SeasonViews, epochMs: number | null, value: number): void {
  if (epochMs === null) return;
  const { slotUsual, slotKnown, slotSum, slotCount } = views;
  const slot = slotOf(epochMs);
  const current = slotCount[COUNT.slot]! - 1;
  if (current !== slot) {
    if (current >= 0 && slotCount[COUNT.values]! > 0) {
      const mean = slotSum[0]! / slotCount[COUNT.values]!;
      slotUsual[current] = slotKnown[current] === 1 ? slotUsual[current]! + RATE * (mean - slotUsual[current]!) : mean;
      slotKnown[current] = 1;
    }
    slotSum[0] = 0;
    slotCount[COUNT.values] = 0;
    slotCount[COUNT.slot] = slot + 1;
  }
  slotSum[0]! += value;
  slotCount[COUNT.values]!++;
}

function slotOf(epochMs: number): number {
  const ofDay = epochMs - Math.floor(epochMs / DAY_MS) * DAY_MS;
  return Math.floor((ofDay * SEASON_SLOTS) / DAY_MS);
}
