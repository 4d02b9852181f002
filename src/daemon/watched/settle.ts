/**
 * settle.ts - events that a life of the daemon, or a model, has left open end when the next one begins: what has raised
 * them is not known any more, so nobody else will ever end them. What goes on begins anew.
 */
import type { EventRecord } from '../../records/event.ts';
import { timestamp } from '../../records/from-observation.ts';

export const STOPPED_MEANWHILE = 'the daemon was stopped before it ended';
export const REPLACED_MEANWHILE = 'the model was replaced before it ended';
export const NOT_CONFIGURED = 'it is not in the configuration any more';

/** The end of an event that is open; never before its start, whatever the clock says. */
export function endedRecord(event: EventRecord, reason: string, atMs: number = Date.now()): EventRecord {
  const endedMs = Math.max(atMs, Date.parse(event.started_at));
  const explanation = `${event.explanation}; ${reason}`;
  return { ...event, type: 'end', score: 0, ended_at: timestamp(endedMs), explanation };
}
