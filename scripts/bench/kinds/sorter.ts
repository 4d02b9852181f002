/**
 * sorter.ts - what sort of thing is it? One number from 0, for the whole of a thing's life, found without names.
 */
import type { RecordedThing } from '../things/record.ts';

export const KINDS = 16;

export type Sorter = {
  readonly name: string;
  readonly bytes: number;
  /** A thing begins in a slot. */
  readonly begin: (slot: number) => void;
  /** It is seen in one of its frames. */
  readonly look: (thing: RecordedThing, at: number) => void;
  /** Its kind by all that was seen of it; -1 = not known yet. */
  readonly kindOf: (thing: RecordedThing) => number;
  /** It is gone, and was an ordinary one. */
  readonly learn: (thing: RecordedThing) => void;
};

/** Looks at a thing before its kind is said. */
export const FEWEST_LOOKS = 4;
/** A thing is looked at in one of so many frames. */
export const LOOK_EVERY = 3;

/** Wholly in the picture, and seen by itself: only then does it look like itself. */
export function canBeLookedAt({ isMeasured, atBorder }: RecordedThing, at: number): boolean {
  return at % LOOK_EVERY === 0 && isMeasured[at] === 1 && atBorder[at] === 0;
}
