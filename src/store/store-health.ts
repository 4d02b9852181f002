/** store-health.ts - how the store is doing. */
import type { Journal } from './journal.ts';
import type { WriteMeter } from './write-meter.ts';

export type StoreHealth = {
  /** Since the start: in all, in the write-ahead log, in the database itself. */
  readonly bytesWritten: number;
  readonly walBytesWritten: number;
  readonly databaseBytesWritten: number;
  readonly fileBytes: number;
  readonly outboxDepth: number;
  readonly outboxBytes: number;
  readonly outboxDropped: number;
  /** Checkpoints since the start; time (ms) and bytes of packed pages of the last one. */
  readonly checkpoints: number;
  readonly checkpointMs: number;
  readonly checkpointBytes: number;
  /** Why nothing can be written since when; null: all is well. */
  readonly failing: { readonly since: string; readonly reason: string } | null;
  /** What was found damaged since the start, in words. */
  readonly losses: readonly string[];
};

/** What has been written, up to now. */
export function writtenBy(
  meter: WriteMeter,
): Pick<StoreHealth, 'bytesWritten' | 'walBytesWritten' | 'databaseBytesWritten'> {
  meter.note('wal', 0);
  return { bytesWritten: meter.total, walBytesWritten: meter.wal, databaseBytesWritten: meter.database };
}

export function outboxOf({ outboxes }: Journal): Pick<StoreHealth, 'outboxDepth' | 'outboxBytes' | 'outboxDropped'> {
  const outbox = outboxes.broker;
  return { outboxDepth: outbox.depth, outboxBytes: outbox.bytes, outboxDropped: outbox.dropped };
}
