/**
 * camera-lost.ts - the event that says a camera gives no frames any more, or gives them again.
 */
import type { EventRecord } from './event.ts';
import { timestamp } from './from-observation.ts';
import { NOTICE } from './notice.ts';

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

/** The record of a moment in which it is lost, or back. */
export function lostRecord(lost: LostCamera): EventRecord {
  const { type, id, camera, startedAt, explanation, frame, learning, clockSynced } = lost;
  return {
    ...NOTICE,
    type,
    id,
    camera,
    cause: 'camera_lost',
    score: type === 'start' ? 1 : 0,
    started_at: startedAt,
    ended_at: type === 'start' ? null : timestamp(Date.now()),
    frame,
    explanation,
    learning,
    clock_synced: clockSynced,
  };
}
