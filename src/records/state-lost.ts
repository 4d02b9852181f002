/**
 * state-lost.ts - the event that says that saved state was damaged, what was lost, and with what the daemon goes on.
 */
import type { EventRecord } from './event.ts';
import { NOTICE } from './notice.ts';

export type LostState = {
  readonly id: string;
  /** Camera or number sensor. */
  readonly camera: string;
  /** ISO 8601 */
  readonly at: string;
  readonly explanation: string;
};

/** Start and end at once: it is not going on, it has happened. */
export function stateLostRecords({ id, camera, at, explanation }: LostState): readonly [EventRecord, EventRecord] {
  const start: EventRecord = {
    ...NOTICE,
    type: 'start',
    id,
    camera,
    cause: 'state_lost',
    score: 1,
    started_at: at,
    ended_at: null,
    frame: 0,
    explanation,
    learning: false,
    // Whoever opens the database does not know yet whether the clock is right.
    clock_synced: false,
  };
  return [start, { ...start, type: 'end', score: 0, ended_at: at }];
}
