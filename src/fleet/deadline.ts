/**
 * deadline.ts - what the cluster does not answer in time is asked again: after a server has died a question may wait for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { inTime } from '../deadline.ts';
import { CortexdError } from '../errors.ts';

const AGAIN_MS = 300;

/** What `work` resolves to; rejects with CortexdError('unavailable') after `limitMs`. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const late = () => new CortexdError('unavailable', `Expected ${what} within ${limitMs / 1000} s but there was none`);
  return inTime(limitMs, work, late);
}

/** The same, made again as often as it fails, `times` in all. What is corrupt is so for good. */
export async function withRetries<T>(times: number, work: () => Promise<T>): Promise<T> {
  for (let left = times - 1; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left <= 0 || (error instanceof CortexdError && error.code === 'corrupt')) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
