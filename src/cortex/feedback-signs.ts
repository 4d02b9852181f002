/**
 * feedback-signs.ts - which signs a surprise leaves at a zone; the slots are listed in feedback.ts.
 */
import { DIRECTIONS, directionOf } from '../anomaly/motion-memory.ts';
import type { Cortex } from './cortex.ts';
import type { FormStep } from './form-stream.ts';
import { MIN_SPEED } from './motion-stream.ts';

export const SLOTS = 22;
const STANDING = 8;
const MOVES = 9;
export const FAST = 17;
const LATE = 18;
const EARLY = 19;
const LARGE = 20;
const LOOKS = 21;

/** A meaning and how much of it, in the slot's unit; 0 where there is no more or less. */
export type Sign = { readonly slot: number; readonly amount: number };

/** A direction that so large a share of all movements here has is usual. */
const USUAL_SHARE = 0.1;

/** The signs of a surprise of `kind` (0 sequence, 1 motion, 2 timing, 3 size, 4 form) that has risen at a zone. */
export function signsAt(cortex: Cortex, kind: number, zone: number, form: FormStep): readonly Sign[] {
  const { velocityX, velocityY, lastDirection } = cortex.motion.views;
  const [x, y] = [velocityX[zone]!, velocityY[zone]!];
  const speed = Math.sqrt(x * x + y * y);
  switch (kind) {
    case 0:
      return [{ slot: speed < MIN_SPEED ? STANDING : directionOf(x, y), amount: 0 }];
    case 1:
      return [{ slot: MOVES + lastDirection[zone]!, amount: 0 }];
    case 2: {
      const { late, enteredMs } = cortex.local.views;
      return [
        late[zone]! > 0 ? { slot: LATE, amount: cortex.lifeMs[0]! - enteredMs[zone]! } : { slot: EARLY, amount: 0 },
      ];
    }
    case 3: {
      let area = 0;
      for (const component of form.components)
        if (cortex.geometry.local.zoneOfSubcell[component.center] === zone) area = Math.max(area, component.area);
      return [{ slot: LARGE, amount: area }];
    }
    default:
      return [{ slot: LOOKS, amount: 0 }];
  }
}

/** The slots that mean the same for someone who says that it was normal: a direction, its neighbours, moving or coming. */
export function kindredSlots(slot: number): readonly number[] {
  const base = slot < STANDING ? 0 : slot >= MOVES && slot < FAST ? MOVES : -1;
  if (base < 0) return [slot];
  const direction = slot - base;
  const sectors = [direction, (direction + 1) % DIRECTIONS, (direction + DIRECTIONS - 1) % DIRECTIONS];
  return sectors.flatMap((sector) => [sector, MOVES + sector]);
}

/**
 * Whether ordinary things show this sign here all the time, so that it cannot tell what matters: they move in that
 * direction, or stand for a moment where others pass.
 */
export function isUsualHere({ motion }: Cortex, zone: number, { slot }: Sign): boolean {
  if (slot >= FAST && slot !== EARLY) return false;
  if (slot === EARLY) return true;
  const { directionCount } = motion.memory;
  let total = 0;
  for (let i = zone * DIRECTIONS; i < (zone + 1) * DIRECTIONS; i++) total += directionCount[i]!;
  if (slot === STANDING) return total > 0;
  const direction = slot < STANDING ? slot : slot - MOVES;
  return directionCount[zone * DIRECTIONS + direction]! > USUAL_SHARE * total && total > 20;
}
