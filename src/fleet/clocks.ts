/**
 * clocks.ts - two clocks that are wrong to the safe side only (ms, from any start).
 *
 * One's own lease is measured with the one that runs fast: where the machine slept, the monotonic clock of Linux stood still
 * and the wall clock did not. Leases of others are measured with the monotonic clock alone: to wait too long is harmless.
 */
/** The wall clock tells whole milliseconds: what is less than this is no step, or asking often would make time pass faster (ms). */
const NOTICED_MS = 50;

export type Clocks = { readonly own: () => number; readonly others: () => number };

export function fleetClocks(
  monotonic: () => number = () => performance.now(),
  wall: () => number = () => Date.now(),
): Clocks {
  // How far the wall clock is ahead of the other, and by how much it went ahead in all.
  let [aheadMs, slept] = [wall() - monotonic(), 0];
  return {
    own: () => {
      const m = monotonic();
      const nowAheadMs = wall() - m;
      if (Math.abs(nowAheadMs - aheadMs) > NOTICED_MS) {
        slept += Math.max(0, nowAheadMs - aheadMs);
        aheadMs = nowAheadMs;
      }
      return m + slept;
    },
    others: monotonic,
  };
}

/** How long a node may rely on its lease after it has begun to ask for it, and when it stops its cameras (ms). */
export function leaseTimes(leaseMs: number): {
  readonly holdMs: number;
  readonly stopMs: number;
  readonly renewMs: number;
} {
  // Clocks of two machines run apart by far less than that.
  const holdMs = leaseMs - Math.max(250, leaseMs * 0.02);
  return { holdMs, stopMs: holdMs - Math.min(3000, leaseMs / 5), renewMs: Math.max(500, leaseMs / 6) };
}
