/**
 * deadline.ts - what the cluster does not answer in time is asked again: after a server has died a question may wait for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { inTime } from '../deadline.ts';
import { CortexdError } from '../errors.ts';

const AGAIN_MS = 300;
/**
 * A stream without a leader answers at once that it is not there, or not at all. Its servers wait 4 to 9 s before one of them asks to
 * lead (election timeout of nats-server), so time counts here, not the number of attempts (ms).
 */
const ELECTION_MS = 10_000;

/** What `work` resolves to; rejects with CortexdError('unavailable') after `limitMs`. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const late = () => new CortexdError('unavailable', `Expected ${what} within ${limitMs / 1000} s but there was none`);
  return inTime(limitMs, work, late);
}

/** The same, made again as often as it fails, as long as the cluster may be choosing a leader. What is corrupt is so for good. */
export async function withRetries<T>(work: () => Promise<T>, limitMs = ELECTION_MS): Promise<T> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > endMs || (error instanceof CortexdError && error.code === 'corrupt')) throw error;
      await sleep(AGAIN_MS);
    }
  }
}
