/**
 * camera-lost.ts - the event that says a camera gives no frames any more, or gives them again.
 */
import type { EventRecord } from './event.ts';
import { timestamp } from './from-observation.ts';

export type LostCamera = {
  readonly type: 'start' | 'end';
  readonly id: string;
  readonly camera: string;
  readonly startedAt: string;
  readonly explanation: string;
  /** Frames seen so far. */
  readonly frame: number;
  readonly learning: boolean;
  readonly clockSynced: boolean;
};

/** A notice, not an alert: nothing was seen, so nothing unusual was. */
export function lostRecord(lost: LostCamera): EventRecord {
  const { type, id, camera, startedAt, explanation, frame, learning, clockSynced } = lost;
  return {
    version: 1,
    type,
    id,
    camera,
    cause: 'camera_lost',
    severity: 'notice',
    score: type === 'start' ? 1 : 0,
    peak: 1,
    started_at: startedAt,
    ended_at: type === 'start' ? null : timestamp(Date.now()),
    frame,
    zones: [],
    box: null,
    position: null,
    explanation,
    expected: [],
    has_snapshot: false,
    learning,
    clock_synced: clockSynced,
  };
}
