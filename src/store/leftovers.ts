/**
 * leftovers.ts - gives back the memory that the work of this thread has left behind.
 *
 * A checkpoint, a snapshot or a picture leaves megabytes of buffers behind that nobody needs: pages as they were packed, whole
 * images, rows. V8 looks for them when much new has come since, and a thread that rests for minutes waits for that with up to
 * a dozen megabytes. Looking takes it some milliseconds, in which nobody waits for it.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So much more than after the last look is worth another (bytes). */
const WORTH = 1 << 20;

export class Leftovers {
  #before = externalBytes();

  /** To be called when there is nothing else to do. Returns whether it has looked. */
  giveBack(): boolean {
    if (externalBytes() - this.#before < WORTH) return false;
    collectGarbage();
    this.#before = externalBytes();
    return true;
  }
}

/** Of buffers outside of the heap, whether somebody needs them or not. */
function externalBytes(): number {
  return getHeapStatistics().external_memory;
}

/** V8 hands out its collector only to contexts that are made while it is asked to; ours go on without. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc') as (() => void) | undefined;
  setFlagsFromString('--no-expose-gc');
  collect?.();
}
