/**
 * store-options.ts - what a store is opened with.
 */
import type { SnapshotLimits } from './snapshots.ts';
import type { StageHook } from './stages.ts';

export type StoreOptions = {
  readonly directory: string;
  /** Messages, and bytes of messages, that wait for the broker at most. */
  readonly outboxLimit: number;
  readonly outboxBytes?: number;
  /** Whether events also wait for the stream of a fleet. */
  readonly fleet?: boolean;
  /** Version of the program, written into exported files. */
  readonly program: string;
  /** Whether to hold the lock that keeps other daemons and writing commands away. */
  readonly lock: boolean;
  /** Whether a damaged database is set aside and what can be read of it taken over; else it is refused. */
  readonly recover?: boolean;
  /** Whether events about lost state are to be sent. */
  readonly announce?: boolean;
  /** How many snapshots there may be that were not made by cortexd itself, and bytes of all; without it any number. */
  readonly snapshotLimits?: SnapshotLimits;
  /** Told between writes (only where the store is not in a worker). */
  readonly stage?: StageHook;
};
