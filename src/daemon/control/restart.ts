/**
 * restart.ts - a restart that someone asks for: only into a configuration that is sound, and not again and again, since
 * each costs a minute of watching. When the last one was is kept, so that the next life knows it.
 */
import { CortexdError } from '../../errors.ts';
import { timestamp } from '../../records/from-observation.ts';
import type { StoreClient } from '../../store/store-client.ts';

const EVERY_MS = 60_000;
const ASKED = 'daemon/restart_asked_ms';

/** `reread`: reads the configuration as a restart would; undefined: nobody may ask. Throws CortexdError when it may not be. */
export async function admitRestart(store: StoreClient, reread: (() => unknown) | undefined): Promise<void> {
  if (reread === undefined) throw new CortexdError('usage', 'Expected a daemon of its own, this one cannot restart');
  // A daemon that cannot start again must not stop.
  reread();
  const now = Date.now();
  const sinceMs = now - Number((await store.call('settings'))[ASKED] ?? NaN);
  // One in the future: the clock was set back, and nobody knows when it was.
  if (sinceMs >= 0 && sinceMs < EVERY_MS) {
    throw new CortexdError(
      'usage',
      `Expected at most one restart in ${EVERY_MS / 1000} s but the last one was asked for ${Math.round(sinceMs / 1000)} s ago`,
    );
  }
  await store.call('saveSetting', ASKED, String(now), timestamp(now));
}
