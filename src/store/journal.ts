/**
 * journal.ts - what happened: events with their pictures, the outbox of messages still to be delivered, scores by minute.
 *
 * An event and its outbox row are written in one transaction, before anything is published: what was acknowledged to the
 * caller is never lost, and what was never written is never sent.
 */
import type { Database } from 'better-sqlite3';
import type { EventRecord } from '../records/event.ts';

export type EventFilter = {
  readonly camera?: string;
  readonly cause?: string;
  /** ISO 8601; events that started at or after / before */
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
};

/** A message that has not been acknowledged by the broker. */
export type OutboxRow = { readonly sequence: number; readonly camera: string; readonly payload: string };

export type MinuteScore = {
  readonly camera: string;
  /** ISO 8601 to the minute */
  readonly minute: string;
  readonly frames: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
};

export class Journal {
  readonly #db: Database;
  readonly #outboxLimit: number;
  /** Messages given up because the outbox was full. */
  outboxDropped = 0;

  constructor(db: Database, outboxLimit: number) {
    this.#db = db;
    this.#outboxLimit = outboxLimit;
  }

  /** Write one event record; its message goes to the outbox when `send`. A picture, once given, stays with the event. */
  saveEvent(event: EventRecord, picture: Uint8Array | null, send: boolean): void {
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT INTO event (id, camera, cause, severity, started_at, ended_at, peak, record, picture) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, peak = max(peak, excluded.peak), record = excluded.record,
             picture = coalesce(excluded.picture, picture)`,
        )
        .run(
          event.id,
          event.camera,
          event.cause,
          event.severity,
          event.started_at,
          event.ended_at,
          event.peak,
          JSON.stringify(event),
          picture,
        );
      if (!send) return;
      this.#db
        .prepare('INSERT INTO outbox (event_id, camera, type, payload, created_at) VALUES (?, ?, ?, ?, ?)')
        .run(event.id, event.camera, event.type, JSON.stringify(event), event.ended_at ?? event.started_at);
      this.#boundOutbox();
    })();
  }

  /** A full outbox gives up the oldest update, or, without updates, the oldest message. */
  #boundOutbox(): void {
    const depth = this.outboxDepth();
    for (let surplus = depth - this.#outboxLimit; surplus > 0; surplus--) {
      const update = this.#db.prepare("SELECT min(sequence) FROM outbox WHERE type = 'update'").pluck().get() as
        number | null;
      const oldest = update ?? (this.#db.prepare('SELECT min(sequence) FROM outbox').pluck().get() as number);
      this.#db.prepare('DELETE FROM outbox WHERE sequence = ?').run(oldest);
      this.outboxDropped++;
    }
  }

  outboxDepth(): number {
    return this.#db.prepare('SELECT count(*) FROM outbox').pluck().get() as number;
  }

  /** The oldest messages not yet acknowledged, in order, after `sequence`. */
  outboxAfter(sequence: number, limit: number): OutboxRow[] {
    return this.#db
      .prepare('SELECT sequence, camera, payload FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?')
      .all(sequence, limit) as OutboxRow[];
  }

  /** The broker has acknowledged a message. */
  acknowledge(sequence: number): void {
    this.#db.prepare('DELETE FROM outbox WHERE sequence = ?').run(sequence);
  }

  /** Events, newest first. */
  events({ camera, cause, since, until, limit }: EventFilter): EventRecord[] {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const add = (sql: string, value: string | undefined): void => {
      if (value === undefined) return;
      conditions.push(sql);
      values.push(value);
    };
    add('camera = ?', camera);
    add('cause = ?', cause);
    add('started_at >= ?', since);
    add('started_at < ?', until);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const rows = this.#db
      .prepare(`SELECT record FROM event ${where} ORDER BY started_at DESC, id DESC LIMIT ?`)
      .pluck()
      .all(...values, limit) as string[];
    return rows.map((row) => JSON.parse(row) as EventRecord);
  }

  /** One event whose id begins with `prefix`; undefined when none or several do. */
  event(prefix: string): EventRecord | undefined {
    const rows = this.#db
      .prepare('SELECT record FROM event WHERE id >= ? AND id < ? LIMIT 2')
      .pluck()
      .all(prefix, `${prefix}~`) as string[];
    return rows.length === 1 ? (JSON.parse(rows[0]!) as EventRecord) : undefined;
  }

  /** The picture of an event, if it has one. */
  picture(id: string): Uint8Array | undefined {
    return (
      (this.#db.prepare('SELECT picture FROM event WHERE id = ?').pluck().get(id) as Buffer | null | undefined) ??
      undefined
    );
  }

  /** Events of a camera that have started and not ended. */
  openEvents(camera: string): EventRecord[] {
    const rows = this.#db
      .prepare('SELECT record FROM event WHERE camera = ? AND ended_at IS NULL ORDER BY id')
      .pluck()
      .all(camera) as string[];
    return rows.map((row) => JSON.parse(row) as EventRecord);
  }

  saveScore({ camera, minute, frames, min, mean, max }: MinuteScore): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO score (camera, minute, frames, min, mean, max) VALUES (?, ?, ?, ?, ?, ?)')
      .run(camera, minute, frames, min, mean, max);
  }

  scores(camera: string, limit: number): MinuteScore[] {
    return this.#db
      .prepare('SELECT * FROM score WHERE camera = ? ORDER BY minute DESC LIMIT ?')
      .all(camera, limit) as MinuteScore[];
  }

  /** Delete events and scores that started before `before` (ISO 8601), and the oldest pictures beyond `pictureBytes`. */
  retain(before: string, pictureBytes: number): { events: number; pictures: number } {
    return this.#db.transaction(() => {
      const events = this.#db
        .prepare('DELETE FROM event WHERE started_at < ? AND ended_at IS NOT NULL')
        .run(before).changes;
      this.#db.prepare('DELETE FROM score WHERE minute < ?').run(before);
      const pictures = this.#db
        .prepare(
          `UPDATE event SET picture = NULL WHERE id IN (
             SELECT id FROM (SELECT id, sum(length(picture)) OVER (ORDER BY started_at DESC, id DESC) AS bytes FROM event WHERE picture IS NOT NULL)
             WHERE bytes > ?)`,
        )
        .run(pictureBytes).changes;
      return { events, pictures };
    })();
  }
}
