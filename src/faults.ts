/**
 * faults.ts - faults on purpose, for tests: at a named point, after so many passes, a thread hangs, throws or dies.
 *
 *     CORTEXD_FAULT="model step@50=hang"        in the environment of the program; several are separated by ";"
 *
 * Without that variable the hook is null, and the code at the point asks nothing but that.
 */

export const FAULT_POINTS = ['model step', 'sensor step', 'store call', 'log write'] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

type Planned = { readonly point: string; left: number; readonly kind: string };

/** Called where a fault may happen. */
export type FaultHook = (point: FaultPoint) => void;

export function faultHook(text: string | undefined): FaultHook | null {
  if (text === undefined || text === '') return null;
  const planned = text.split(';').map((part): Planned => {
    const [, point, count, kind] = /^(.+)@(\d+)=(hang|throw|die|full)$/.exec(part.trim()) ?? [];
    if (point === undefined || kind === undefined || !(FAULT_POINTS as readonly string[]).includes(point))
      throw new RangeError(`Expected a fault such as "model step@50=hang" but received "${part}"`);
    return { point, left: Number(count), kind };
  });
  return (at) => {
    for (const fault of planned) if (fault.point === at && --fault.left === 0) happen(fault.kind);
  };
}

function happen(kind: string): void {
  if (kind === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (kind === 'die') process.exit(1);
  throw Object.assign(new Error('a fault on purpose'), kind === 'full' ? { code: 'ENOSPC' } : {});
}
