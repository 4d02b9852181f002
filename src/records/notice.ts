/**
 * notice.ts - what all events have in common that tell of the daemon's own state and not of anything seen.
 */
import type { EventRecord } from './event.ts';

/** A notice, not an alert: nothing was seen, so nothing unusual was. */
export const NOTICE = {
  version: 1,
  severity: 'notice',
  peak: 1,
  zones: [],
  box: null,
  position: null,
  expected: [],
  has_snapshot: false,
} as const satisfies Partial<EventRecord>;
