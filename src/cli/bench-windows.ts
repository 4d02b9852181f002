/**
 * bench-windows.ts - times every step of a run and sums them up in windows of steps.
 *
 * CPU time is that of the whole process (user and system, microseconds), so collecting garbage and compiling count too.
 */

export type Window = {
  readonly from: number;
  readonly to: number;
  readonly learning: boolean;
  readonly medianCpuMs: number;
  readonly meanCpuMs: number;
  readonly p95CpuMs: number;
  readonly meanWallMs: number;
  readonly rssMb: number;
};

/**
 * Steps [from, to) in windows of `size`; `step` is what is timed, `after` is not and ends each window. Returns the CPU ms
 * of every step.
 */
export function runWindows(
  from: number,
  to: number,
  size: number,
  learning: boolean,
  step: (index: number) => void,
  after: (window: Window) => void,
): Float64Array {
  const cpu = new Float64Array(Math.max(0, to - from));
  for (let start = from; start < to; start += size) {
    const end = Math.min(start + size, to);
    let wallMs = 0;
    for (let index = start; index < end; index++) {
      const wall = performance.now();
      const before = process.cpuUsage();
      step(index);
      const used = process.cpuUsage(before);
      wallMs += performance.now() - wall;
      cpu[index - from] = (used.user + used.system) / 1000;
    }
    const count = end - start;
    const sorted = cpu.slice(start - from, end - from).toSorted();
    after({
      from: start,
      to: end,
      learning,
      medianCpuMs: sorted[count >> 1]!,
      meanCpuMs: mean(sorted),
      p95CpuMs: sorted[Math.floor(count * 0.95)]!,
      meanWallMs: wallMs / count,
      rssMb: Math.round(process.memoryUsage.rss() / 1e5) / 10,
    });
  }
  return cpu;
}

/** Arithmetic mean; 0 for none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}

/** The middle value; 0 for none. */
export function median(values: ArrayLike<number>): number {
  return values.length === 0 ? 0 : Float64Array.from(values).toSorted()[values.length >> 1]!;
}
