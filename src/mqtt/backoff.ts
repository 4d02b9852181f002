/**
 * backoff.ts - how long to wait before the next attempt: doubling, with a limit, and spread by chance so that a hundred
 * daemons do not come back to a restarted broker in the same instant.
 */

/** ms before attempt `failures + 1`, `failures` >= 0; between half of and the whole doubled pause. */
export function backoffMs(failures: number, firstMs: number, longestMs: number, random: () => number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return full * (0.5 + 0.5 * random());
}
