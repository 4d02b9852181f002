/**
 * loop.ts - a few seconds of footage that go on for ever: its end fades into its beginning.
 */

/** Frames over which one end fades into the other, at most. */
const FADE = 6;

export type Loop = {
  /** Frames of one time round. */
  readonly length: number;
  /** Frame of any number, from 0; a new buffer. */
  readonly at: (index: number) => Uint8Array;
};

export function loopOf(frames: readonly Uint8Array[]): Loop {
  if (frames.length < 2) throw new RangeError(`Expected at least 2 frames to go round but received ${frames.length}`);
  const fade = Math.min(FADE, frames.length >> 2);
  const length = frames.length - fade;
  return {
    length,
    at(index) {
      const position = index % length;
      const now = frames[position]!;
      if (index < length || position >= fade) return now.slice();
      const before = frames[length + position]!;
      const share = (position + 1) / (fade + 1);
      return now.map((value, i) => Math.round(before[i]! + share * (value - before[i]!)));
    },
  };
}
