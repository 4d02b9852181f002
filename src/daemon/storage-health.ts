/** storage-health.ts - how the store is doing, as it is told in health. */
import type { StorageHealth } from '../records/bridge.ts';
import type { StoreHealth } from '../store/store-health.ts';

export function storageHealth(store: StoreHealth): StorageHealth {
  return {
    state: store.failing === null ? 'ok' : 'failing',
    failing_since: store.failing?.since ?? null,
    reason: store.failing?.reason ?? null,
    database_bytes: store.fileBytes,
    log_bytes_written: store.walBytesWritten,
    database_bytes_written: store.databaseBytesWritten,
    checkpoints: store.checkpoints,
    checkpoint_ms: Math.round(store.checkpointMs * 10) / 10,
    checkpoint_bytes: store.checkpointBytes,
    outbox_bytes: store.outboxBytes,
    outbox_dropped: store.outboxDropped,
    lost: [...store.losses],
  };
}
