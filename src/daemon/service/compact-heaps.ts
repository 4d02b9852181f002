/**
 * compact-heaps.ts - JavaScript heaps without the holes that a start leaves behind, for a program that runs for months.
 *
 * When V8 has looked through a whole heap, it leaves pages as they are on which a quarter or more is still in use, because
 * moving objects together costs time. What reading the configuration and loading the libraries has left behind is then spread over
 * the heaps for good: a fifth of their pages is empty. So they are moved together in the first minutes, and for a minute now and
 * then, since holes come back in the course of some 80,000 frames; each time would be a pause that is several times as long for little.
 */
import { setFlagsFromString } from 'node:v8';

/** `firstMs`: long enough for each thread to look through its heap a few times, also where frames are few. */
export type CompactTimes = { readonly firstMs: number; readonly everyMs: number; readonly forMs: number };

const TIMES: CompactTimes = { firstMs: 300_000, everyMs: 600_000, forMs: 60_000 };

/** For all threads of this process. Not a fault where the engine knows no such setting. */
export function compactHeaps({ firstMs, everyMs, forMs }: CompactTimes = TIMES): void {
  compactFor(firstMs);
  setInterval(() => compactFor(forMs), everyMs).unref();
}

function compactFor(ms: number): void {
  setFlagsFromString('--compact-on-every-full-gc');
  setTimeout(() => setFlagsFromString('--no-compact-on-every-full-gc'), ms).unref();
}
